"""Checks on what was noticed while sources were prepared."""

from collections import Counter
from collections.abc import Callable
from typing import Final, Literal

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally
from pipelines.intake.rows.notices import sentences

_MOST: Final = 8


def tally_of(step: Literal["lookup", "derived"]) -> Callable[[Batch, TableName], Tally]:
    """Make the function that counts what a step noticed."""

    def tally(batch: Batch, table: TableName) -> Tally:
        counts = sentences(batch.zones.get(table, Counter()), step)
        return Counter({(table, words): n for words, n in counts.items()})

    return tally


def conclude(tally: Tally, _about: About) -> Finding | None:
    """Write what was noticed, most frequent first, with the rows of each table.

    Parameters
    ----------
    tally
        Counts by table and sentence.
    """
    words = [f"{table}: {words} ({n:,})" for (table, words), n in tally.most_common(_MOST)]
    more = [f"and {len(tally) - _MOST} more"] if len(tally) > _MOST else []
    return Finding(tally.total(), "; ".join(words + more))
