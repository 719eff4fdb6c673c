"""Leak checks: their input, and their result.

Decided here: a check names its suspects. A check fails on suspects that correct data would not
show, and warns of those that a person should examine; a check without its input is not applicable.
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
from models.evaluation.single_features import Single
from models.stats.training_set import TrainingSet

Verdict = Literal["pass", "fail", "warn", "not applicable"]


@dataclass(frozen=True)
class LeakEvidence:
    """The input of the checks.

    Attributes
    ----------
    tables
        The canonical tables.
    rows
        `lead_id`, `cutoff`, `label` of every matured snapshot.
    learning, test
        Positions of the rows before the embargo, and of the test rows.
    outcome
        The outcome that is predicted.
    frame
        The features of the rows; None if they have not been built.
    singles
        The result of every feature alone.
    repeat
        Whether a lead that has had the outcome may have it again.
    """

    tables: Tables
    rows: pd.DataFrame
    learning: NDArray[np.intp]
    test: NDArray[np.intp]
    outcome: str = "won"
    frame: FeatureFrame | None = None
    singles: tuple[Single, ...] = ()
    repeat: bool = False

    def attributes(self) -> list[str]:
        """List the undated columns of the leads table, the owner included."""
        listed = {"lead_id", "created_at", "known_at", "account_id"}
        return [str(name) for name in self.tables.leads if name not in listed]

    def ends_of(self, lead_ids: pd.Series) -> pd.Series:
        """Return the first end, won or lost, of each of these leads; NaT where there is none."""
        outcomes = self.tables.outcomes
        ended = outcomes[outcomes["outcome"].isin([self.outcome, "lost"])]
        first = ended.groupby("lead_id")["occurred_at"].min().reindex(lead_ids)
        return first.set_axis(lead_ids.index)

    def lost(self) -> pd.Series:
        """Return the ids of leads that were lost at least once, with repetitions."""
        outcomes = self.tables.outcomes
        return outcomes.loc[outcomes["outcome"] == "lost", "lead_id"]

    def known_since(self) -> pd.Series:
        """Return the moment at which each lead became known, in the order of the leads table."""
        leads = self.tables.leads
        if "known_at" not in leads:
            return leads["created_at"]
        return leads["known_at"].fillna(leads["created_at"])

    def training_set(self) -> TrainingSet | None:
        """Join the features with their labels; None if they have not been built."""
        if self.frame is None:
            return None
        return TrainingSet.from_frame(self.frame, self.rows["label"])


@dataclass(frozen=True)
class Suspects:
    """Suspects of a check: name -> grounds, of those that fail it and of those that warn."""

    fail: Mapping[str, str] = field(default_factory=dict)
    warn: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: what was observed and expected, and what to do."""

    code: str
    title: str
    title_ja: str
    verdict: Verdict
    observed: str = ""
    expected: str = ""
    do: str = ""
    names: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return the result as plain data."""
        plain = asdict(self)
        return {"found" if key == "observed" else key: value for key, value in plain.items()}


@dataclass(frozen=True)
class LeakCheck:
    """A numbered check; `examine` returns None if the check is not applicable."""

    code: str
    title: Text
    expected: str
    do: str
    examine: Callable[[LeakEvidence], Suspects | None]

    def answer(self, evidence: LeakEvidence) -> CheckResult:
        """Run the check and report its result."""
        suspects = self.examine(evidence)
        if suspects is None:
            return self._result("not applicable")
        grounds = dict(suspects.fail) | {
            n: why for n, why in suspects.warn.items() if n not in suspects.fail
        }
        if not grounds:
            return self._result("pass")
        observed = "; ".join(f"{name}: {why}" for name, why in grounds.items())
        return replace(
            self._result("fail" if suspects.fail else "warn"),
            observed=observed,
            expected=self.expected,
            do=self.do,
            names=tuple(grounds),
        )

    def _result(self, verdict: Verdict) -> CheckResult:
        return CheckResult(self.code, self.title.en, self.title.ja, verdict)
