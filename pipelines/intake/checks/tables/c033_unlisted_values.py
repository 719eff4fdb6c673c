"""C033: a value that `where` or `values` lists neither way, and of which nothing is stated."""

from collections import Counter
from typing import Final

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.rows.conditions import LISTED, UNLISTED

_MOST: Final = 8


def _tally(batch: Batch, table: TableName) -> Tally:
    counts = batch.zones.get(table, Counter())
    return Counter(
        {
            (table, column, how.removeprefix(UNLISTED)): n
            for (column, how), n in counts.items()
            if how.startswith(UNLISTED) or how == LISTED
        }
    )


def _conclude(tally: Tally, _about: About) -> Finding | None:
    """Name the values, but for lists that hold less than half: these only correct spellings."""
    others: Counter[tuple[str, str]] = Counter()
    for (table, column, value), n in tally.items():
        others[table, column] += 0 if value == LISTED else n
    some = Counter(
        {
            (table, column, value): n
            for (table, column, value), n in tally.items()
            if value != LISTED
            and others[table, column] <= tally.get((table, column, LISTED), tally.total())
        }
    )
    words = [f"{table}: {column}: {value} ({n:,})" for (table, column, value), n in
             some.most_common(_MOST)]  # fmt: skip
    more = [f"and {len(some) - _MOST} more"] if len(some) > _MOST else []
    return Finding(some.total(), "; ".join(words + more))


CHECK = TallyCheck(
    "C033",
    "values that `where` or `values` never lists",
    "values listed under one_of or not of `where`, or under `values`",
    "list the value under one_of or not of `where` (until then its rows are not for this table) or "
    "under `values` (until then it stays as it is), or write other_values: keep, missing or skip",
    tuple(SPECS),
    _tally,
    _conclude,
)
