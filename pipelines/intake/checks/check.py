"""What a data check is, and what it answers.

Decided here: a check is a numbered record. A *row check* flags rows of a table; rows flagged by an
error go to the quarantine. A *tally check* counts over all partitions and concludes at the end; it
only warns. Checks run in three phases, each on what the one before has kept: the row by itself, the
row among the others, the whole. The answer is fault, fine or not applicable.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import TableName

Flags = NDArray[np.bool_]
Severity = Literal["error", "warning"]
Verdict = Literal["fault", "fine", "not applicable"]
Phase = Literal["row", "relation", "whole"]
Tally = Counter[tuple[Any, ...]]


@dataclass(frozen=True)
class About:
    """What the checks must know besides the rows.

    `fed` are the tables that the mapping feeds; nothing may be dated after `until`; `attributes`
    are those of leads, `later` the ones that are only ever known later. `end_open`: nobody stated
    until when the data are complete. `undone_wins`: a win that was undone is a conversion.
    """

    fed: frozenset[TableName]
    until: pd.Timestamp | None = None
    stages: tuple[str, ...] | None = None
    attributes: tuple[str, ...] = ()
    later: frozenset[str] = frozenset()
    end_open: bool = False
    undone_wins: bool = False


@dataclass(frozen=True)
class Batch:
    """Canonical tables with their hidden columns: all leads, or all rows of some leads.

    `zones` counts times by how their zone was known; `taken` are hashes of activity ids that
    partitions before this one hold; `settled` is the latest time of any lead, outcome or change.
    """

    tables: Mapping[TableName, pd.DataFrame]
    about: About
    zones: Mapping[TableName, Counter[tuple[str, str]]] = field(default_factory=dict)
    taken: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    settled: pd.Timestamp | None = None


@dataclass(frozen=True)
class Finding:
    """What a tally check concludes: how many rows it is about, in words, with examples."""

    rows: int
    observed: str
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowCheck:
    """Flags rows: an error takes them out, a warning names them.

    `flags` answers None when the check does not apply; `detail` says what stood in flagged rows;
    `comparison` compares them with the other tables of the batch; a warning takes its rows out too
    where `removes` says so.
    """

    code: str
    title: str
    severity: Severity
    expected: str
    do: str
    tables: tuple[TableName, ...]
    flags: Callable[[Batch, TableName], Flags | None]
    detail: Callable[[pd.DataFrame], str] | None = None
    phase: Phase = "row"
    comparison: Callable[[Batch, TableName, Flags], str] | None = None
    removes: Callable[[About], bool] | None = None


@dataclass(frozen=True)
class TallyCheck:
    """Counts, then concludes: None when it does not apply, no rows when all is fine."""

    code: str
    title: str
    expected: str
    do: str
    tables: tuple[TableName, ...]
    tally: Callable[[Batch, TableName], Tally]
    conclude: Callable[[Tally, About], Finding | None]
    severity: Severity = "warning"


Check = RowCheck | TallyCheck


@dataclass(frozen=True)
class Answer:
    """What a check answers, in words a person can act on."""

    code: str
    title: str
    severity: Severity
    verdict: Verdict
    observed: str = ""
    expected: str = ""
    do: str = ""
    rows: int = 0
    first: tuple[str, ...] = field(default=())

    def lines(self) -> list[str]:
        """Write it: one line when all is well, four when not."""
        head = f"{self.code} {self.title}"
        if self.verdict != "fault":
            return [f"{head}: {self.verdict}"]
        shown = f" (first: {', '.join(self.first)})" if self.first else ""
        return [
            f"{head}: {self.severity}",
            f"     found     {self.observed}{shown}",
            f"     expected  {self.expected}",
            f"     do        {self.do}",
        ]
