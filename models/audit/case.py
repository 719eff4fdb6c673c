"""What an audit looks at: matured snapshots, the score of each, and the leads' ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.timeline import NEVER, Moments
from models.audit.history import ScoreHistory
from models.evaluation.by_lead import figures_by_lead
from models.evaluation.groups.groups import JudgedRows
from models.stats.metrics import Interval
from models.stats.training_set import Floats

Meaning = Literal["points", "grade", "probability"]
_ENOUGH: Final = 10
_REDRAWS: Final = 200


@dataclass(frozen=True)
class LeadEnds:
    """When each lead began and ended, by the code of the lead; microseconds, `NEVER` if it did not.

    Attributes
    ----------
    created, converted
        Shape (leads,): the beginning, and the first conversion.
    lost
        Shape (leads,): the first loss of a lead that never converted.
    """

    created: Moments
    converted: Moments
    lost: Moments


@dataclass(frozen=True)
class AuditCase:
    """A score with the snapshots that judge it.

    Attributes
    ----------
    rows
        The matured snapshots; codes of leads are places in `ends`.
    converts_at
        Shape (rows,): the first conversion at or after the cutoff; `NEVER` if there is none.
    on_calendar
        Shape (rows,): whether the snapshot is of the calendar, not of an early age.
    history, ends
        All values of the score, and the lives of the leads.
    meaning
        What the score claims: a `probability` in [0, 1], `points`, or a `grade`.
    dated
        Whether the moments of the history were recorded; otherwise they are the leads' creations.
    rivals
        Name -> shape (rows,): other scores of the rows, for lists; higher is hotter.
    """

    rows: JudgedRows
    converts_at: Moments
    on_calendar: NDArray[np.bool_]
    history: ScoreHistory
    ends: LeadEnds
    meaning: Meaning = "points"
    dated: bool = True
    rivals: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def score(self) -> Floats:
        """The score of each snapshot, as it stood before the cutoff; NaN without one."""
        return self.history.at_rows(self.rows.lead, self.rows.cutoff)[0]

    @cached_property
    def score_age(self) -> Floats:
        """The age of that score, in microseconds; NaN without one."""
        return self.history.at_rows(self.rows.lead, self.rows.cutoff)[1]

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Which snapshots have a score."""
        return ~np.isnan(self.score)

    @cached_property
    def scored_rows(self) -> JudgedRows:
        """The snapshots that have a score."""
        return take(self.rows, self.scored)

    @property
    def scored_values(self) -> Floats:
        """The scores of `scored_rows`."""
        return self.score[self.scored]

    @property
    def enough(self) -> bool:
        """Whether leads enough with a score converted, and others did not, to judge an order."""
        rows = self.scored_rows
        sides = (np.unique(rows.lead[rows.label == one]) for one in (0.0, 1.0))
        return min(len(one) for one in sides) >= _ENOUGH

    @cached_property
    def auc(self) -> Interval:
        """The AUC of the score where every lead counts once, with its 95 % interval."""
        rows = self.scored_rows
        return figures_by_lead(rows.label, self.scored_values, rows.lead, _REDRAWS)["auc"]

    @property
    def converted_leads(self) -> NDArray[np.intp]:
        """The codes of the leads that converted at any time."""
        return np.flatnonzero(self.ends.converted < NEVER)


def take(rows: JudgedRows, which: NDArray[np.bool_]) -> JudgedRows:
    """Select snapshots.

    Parameters
    ----------
    rows
        The snapshots.
    which
        Shape (rows,): those that are wanted.
    """
    return replace(
        rows,
        label=rows.label[which],
        lead=rows.lead[which],
        cutoff=rows.cutoff[which],
        age_days=None if rows.age_days is None else rows.age_days[which],
        segments={name: values[which] for name, values in rows.segments.items()},
    )
