"""What a leak check is given, and what it answers.

Decided here: a check names its suspects. Those that no honest data would show fail it, those that
somebody should look at warn; a check that lacks what it needs is not applicable.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.tables import Tables
from models.evaluation_singles import Single

Verdict = Literal["pass", "fail", "warn", "not applicable"]


@dataclass(frozen=True)
class Evidence:
    """What the checks look at.

    Attributes
    ----------
    tables
        The canonical tables.
    rows
        `lead_id`, `cutoff`, `label` of every matured snapshot.
    learning, test
        Positions of the rows before the embargo, and of those that judge.
    outcome
        What is predicted.
    frame
        The features of the rows; None when they have not been built.
    singles
        Every feature on its own.
    """

    tables: Tables
    rows: pd.DataFrame
    learning: NDArray[np.intp]
    test: NDArray[np.intp]
    outcome: str = "won"
    frame: FeatureFrame | None = None
    singles: tuple[Single, ...] = ()


@dataclass(frozen=True)
class Suspects:
    """Names and what is wrong with them."""

    fail: Mapping[str, str] = field(default_factory=dict)
    warn: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a check answers, in words a person can act on."""

    code: str
    title: str
    verdict: Verdict
    found: str = ""
    expected: str = ""
    do: str = ""
    names: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class LeakCheck:
    """A numbered check; `look` answers None when it does not apply."""

    code: str
    title: str
    expected: str
    do: str
    look: Callable[[Evidence], Suspects | None]

    def answer(self, evidence: Evidence) -> Answer:
        """Look, and say what was found."""
        seen = self.look(evidence)
        if seen is None:
            return Answer(self.code, self.title, "not applicable")
        told = dict(seen.warn) | dict(seen.fail)
        if not told:
            return Answer(self.code, self.title, "pass")
        verdict: Verdict = "fail" if seen.fail else "warn"
        found = "; ".join(f"{name}: {why}" for name, why in told.items())
        return Answer(self.code, self.title, verdict, found, self.expected, self.do, tuple(told))
