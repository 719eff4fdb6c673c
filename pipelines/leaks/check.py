"""What a leak check is given, and what it answers.

Decided here: a check names its suspects. Those that no honest data would show fail it, those that
somebody should look at warn; a check that lacks what it needs is not applicable.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.feature import Text
from features.tables import Tables
from features.timeline import MOMENT_DTYPE
from models.evaluation.single_features import Single
from models.stats.training_set import TrainingSet

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

    def attributes(self) -> list[str]:
        """Name what is undated in the leads table, the owner included."""
        listed = {"lead_id", "created_at", "known_at", "account_id"}
        return [str(name) for name in self.tables.leads if name not in listed]

    def ends_of(self, lead_ids: pd.Series) -> pd.Series:
        """Give the first end, won or lost, of each of these leads; NaT where there is none."""
        outcomes = self.tables.outcomes
        ended = outcomes[outcomes["outcome"].isin([self.outcome, "lost"])]
        first = ended.groupby("lead_id")["occurred_at"].min().reindex(lead_ids)
        return pd.Series(first.to_numpy(), lead_ids.index).astype(MOMENT_DTYPE)

    def lost(self) -> pd.Series:
        """Give the leads that were lost, at least once."""
        outcomes = self.tables.outcomes
        return outcomes.loc[outcomes["outcome"] == "lost", "lead_id"]

    def known_since(self) -> pd.Series:
        """Give when each lead was known, in the order of the leads table."""
        leads = self.tables.leads
        if "known_at" not in leads:
            return leads["created_at"]
        return leads["known_at"].fillna(leads["created_at"])

    def training_set(self) -> TrainingSet | None:
        """Join the features with their labels; None when they have not been built."""
        if self.frame is None:
            return None
        return TrainingSet.from_frame(self.frame, self.rows["label"])


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
    title_ja: str
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
    title: Text
    expected: str
    do: str
    look: Callable[[Evidence], Suspects | None]

    def answer(self, evidence: Evidence) -> Answer:
        """Look, and say what was found."""
        seen = self.look(evidence)
        if seen is None:
            return self._said("not applicable")
        told = dict(seen.fail) | {n: why for n, why in seen.warn.items() if n not in seen.fail}
        if not told:
            return self._said("pass")
        found = "; ".join(f"{name}: {why}" for name, why in told.items())
        return replace(
            self._said("fail" if seen.fail else "warn"),
            found=found,
            expected=self.expected,
            do=self.do,
            names=tuple(told),
        )

    def _said(self, verdict: Verdict) -> Answer:
        return Answer(self.code, self.title.en, self.title.ja, verdict)
