"""C014: in one column some times carry an offset and some do not."""

from collections import Counter

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck


def _tally(batch: Batch, table: TableName) -> Tally:
    return Counter({(table, *key): n for key, n in batch.zones.get(table, Counter()).items()})


def _conclude(tally: Tally, _about: About) -> Finding | None:
    mixed = []
    for table, column in sorted({key[:2] for key in tally}):
        own = tally[(table, column, "own")]
        local = tally[(table, column, "said")] + tally[(table, column, "assumed")]
        if own and local:
            mixed.append((own, local, f"{table}.{column}: {own:,} with offset, {local:,} without"))
    rows = sum(min(own, local) for own, local, _ in mixed)
    return Finding(rows, "; ".join(words for _, _, words in mixed))


CHECK = TallyCheck(
    "C014",
    "mixed zones in one column",
    "offsets in all rows of a column or in none",
    "export the column in one form; those without an offset were read in the stated zone",
    tuple(SPECS),
    _tally,
    _conclude,
)
