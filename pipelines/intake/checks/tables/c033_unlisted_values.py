"""C033: a value under `where` that is listed neither to take nor to leave."""

from collections import Counter

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.rows.conditions import UNLISTED


def _tally(batch: Batch, table: TableName) -> Tally:
    counts = batch.zones.get(table, Counter())
    return Counter(
        {
            (table, column, how.removeprefix(UNLISTED)): n
            for (column, how), n in counts.items()
            if how.startswith(UNLISTED)
        }
    )


def _conclude(tally: Tally, _about: About) -> Finding | None:
    words = [f"{table}: {column}: {value} ({n:,})" for (table, column, value), n in
             tally.most_common(8)]  # fmt: skip
    return Finding(tally.total(), "; ".join(words))


CHECK = TallyCheck(
    "C033",
    "values that `where` lists neither way",
    "values listed under one_of or under not",
    "list the value under one_of or not of `where`; until then its rows are not for this table",
    tuple(SPECS),
    _tally,
    _conclude,
)
