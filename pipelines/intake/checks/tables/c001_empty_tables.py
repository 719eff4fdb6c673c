"""C001: a table that the mapping feeds has no rows."""

from collections import Counter

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck


def _tally(batch: Batch, table: TableName) -> Tally:
    return Counter({(table,): len(batch.tables[table])})


def _conclude(tally: Tally, about: About) -> Finding | None:
    empty = [table for table in SPECS if table in about.fed and not tally[(table,)]]
    return Finding(len(empty), f"no usable rows in {', '.join(empty)}" if empty else "")


CHECK = TallyCheck(
    "C001",
    "empty tables",
    "rows in every table that the mapping feeds",
    "look at the quarantine, the path or query, and `where` of the mapping",
    tuple(SPECS),
    _tally,
    _conclude,
)
