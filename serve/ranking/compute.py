"""The rows of the ranking for some leads at one moment: the numbers of an answer, in batches.

Decided here: the features of all leads are computed at once by the kernel that computes those of
one, and the numbers by the same scorer, so a row equals the answer of that moment, to the bit. The
trend is that of the last 8 weekly points; the fall of the band is searched day by day, as for one
lead. Matrices hold a limited number of rows, so memory does not grow with the number of leads.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.change_times import Passing, changes_at, passing_of
from features.kernel.inputs import Indices, Integers, Rows
from features.records.histories import Histories
from features.records.lead_columns import StoredColumns
from features.records.rows import make_rows
from features.timeline import DAY, NEVER
from models.contact.known_effects import ContactColumns
from models.explain.trees.score_edges import edges_of
from models.model.reference import BANDS
from models.scoring.batch_scores import Scores
from models.stats.training_set import Floats
from serve.insight.silent_forecast import DAYS
from serve.insight.trend import Trend, trend_of
from serve.scoring.inputs.open_leads import leaves_at, open_leads, returns_at, rule_of
from serve.scoring.inputs.silent_columns import visible_before
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import ScoreNumbers, numbers

_WEEK: Final = 7 * DAY
OLDEST: Final = _WEEK
"""The longest time until a row is computed again: its trend moves by weekly points."""
_TREND_WEEKS: Final = 8
_ROWS: Final = 2_048
_SIGNS: Final = {"improving": 1.0, "declining": -1.0}
_STAGES: Final = (31, DAYS + 1)


class Ranked(NamedTuple):
    """The results of one open lead; `row` is its row in `scores`."""

    lead: int
    row: int
    trend: Trend
    hot_since_week: int
    week_change: float | None
    trend_reason: str | None
    falls_at: int | None
    due_at: int


class Computed(NamedTuple):
    """The open leads among those requested, and their results."""

    columns: StoredColumns
    cutoff: int
    scores: Scores | None
    ranked: list[Ranked]
    contact: ContactColumns | None = None


class Ranker:
    """Ranks leads with a model; make one for each model."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        artifact = loaded.artifact
        self.rule = rule_of(artifact.about)
        self.passing: Passing = passing_of(artifact.catalog, edges_of(artifact.model))

    def rank(self, columns: StoredColumns, requested: Indices, cutoff: int) -> Computed:
        """Compute the rows of the requested leads that are open.

        Parameters
        ----------
        columns
            The records of the leads and of all their account mates.
        requested
            The places of the leads.
        cutoff
            The moment, in microseconds.
        """
        open_ = np.intersect1d(
            open_leads(columns, cutoff, self.rule, self.loaded.reading), requested
        ).astype(np.int32)
        if not open_.size:
            return Computed(columns, cutoff, None, [])
        histories = self.loaded.encoded(columns, cutoff)
        now = np.full(open_.size, cutoff, np.int64)
        values = self.loaded.values_of(histories, make_rows(open_, now))
        scores = self.loaded.scorer.score_values(values)
        due = changes_at(histories, open_, cutoff, values, self.passing)
        contact = self.loaded.contact_effects(values)
        # Nobody computes when an own function or a contact value returns another value.
        if self.loaded.own or contact is not None:
            due = np.minimum(due, cutoff + DAY)
        trends = self._trends(histories, columns, open_, cutoff)
        moved = self._moved(histories, columns, open_, ([trend for trend, _, _ in trends], cutoff))
        falls = self._falls(columns, histories, open_, (scores.band_code, cutoff))
        ranked = [
            Ranked(
                lead,
                row,
                *trends[row],
                moved.get(row),
                falls.get(row),
                min(int(due[row]), cutoff + OLDEST, leaves_at(columns, lead, self.rule)),
            )
            for row, lead in enumerate(open_.tolist())
        ]
        return Computed(columns, cutoff, scores, ranked, contact)

    def due_of_others(self, columns: StoredColumns, lead: int, cutoff: int) -> int:
        """Return from when a lead that is not open may be.

        Parameters
        ----------
        columns
            Leads with their records.
        lead
            The place of the lead.
        cutoff
            The moment, in microseconds.

        Returns
        -------
        A moment if the lead is not visible yet at the cutoff, or is away until a known moment;
        else `NEVER`.
        """
        visible = int(columns.leads.visible_from[lead])
        if visible >= cutoff:
            return visible + 1
        back = returns_at(columns, lead, cutoff, self.rule, self.loaded.reading)
        return back + 1 if back < NEVER else NEVER

    def _trends(
        self, histories: Histories, columns: StoredColumns, open_: Indices, cutoff: int
    ) -> list[tuple[Trend, int, float | None]]:
        """Return each lead's trend, how many of its latest weekly points are all hot, and the step.

        The step is the change of its probability in the last week.
        """
        points = _points(columns, open_, cutoff)
        lead = np.repeat(open_, points)
        ends = np.cumsum(points)
        back = np.repeat(ends, points) - np.arange(lead.size) - 1
        by_week = self._numbers(histories, lead, cutoff - back * _WEEK)
        happened = _happened(columns, cutoff)
        hot = by_week.band_code == len(BANDS) - 1
        return [
            (
                trend_of(by_week.margin[end - count : end])
                if happened[lead_]
                else "not_enough_information",
                int(np.argmin(np.append(hot[end - count : end][::-1], False))),
                _change(by_week.probability[end - count : end]),
            )
            for lead_, count, end in zip(
                open_.tolist(), points.tolist(), ends.tolist(), strict=True
            )
        ]

    def _moved(
        self,
        histories: Histories,
        columns: StoredColumns,
        open_: Indices,
        now: tuple[list[Trend], int],
    ) -> dict[int, str]:
        """Return the proven concept that moved most in the direction of the trend: row -> code."""
        trends, cutoff = now
        signs = np.array([_SIGNS.get(trend, 0.0) for trend in trends])
        codes: dict[int, str] = {}
        began = cutoff - _WEEK * (_points(columns, open_, cutoff) - 1)
        for begin, end in _parts(int(np.count_nonzero(signs))):
            rows = np.flatnonzero(signs)[begin:end]
            before, after = (
                self._concepts(histories, make_rows(open_[rows], at))
                for at in (began[rows], np.full(rows.size, cutoff, np.int64))
            )
            moved = (after - before) * signs[rows, None]
            for row, most, own in zip(rows.tolist(), moved.argmax(axis=1), moved, strict=True):
                if own[most] > 0.0:
                    codes[row] = self.loaded.scorer.concepts.codes[int(most)]
        return codes

    def _concepts(self, histories: Histories, rows: Rows) -> Floats:
        """Return the contribution of every concept: shape (rows, concepts); 0 if not proven."""
        scorer = self.loaded.scorer
        values = self.loaded.values_of(histories, rows)
        proven = np.isin(scorer.concepts.codes, self.loaded.artifact.evidence.proven)
        return np.asarray(scorer.concept_contributions(values) * proven)

    def _falls(
        self,
        columns: StoredColumns,
        histories: Histories,
        open_: Indices,
        now: tuple[NDArray[np.int8], int],
    ) -> dict[int, int]:
        """Compute the day on which each band falls if nothing happens: row -> moment."""
        band, cutoff = now
        silent = visible_before(columns, cutoff)
        if silent is not columns:
            histories = self.loaded.encoded(silent, cutoff)
        falls: dict[int, int] = {}
        looked, first = np.flatnonzero(band > 0), 1
        for end in _STAGES:
            days = np.arange(first, end)
            size = max(_ROWS // days.size, 1)
            for begin in range(0, looked.size, size):
                rows = looked[begin : begin + size]
                lead = np.repeat(open_[rows], days.size)
                by_day = self._numbers(histories, lead, np.tile(cutoff + days * DAY, rows.size))
                lower = by_day.band_code.reshape(rows.size, -1) < band[rows][:, None]
                there = lower.any(axis=1)
                at = cutoff + days[lower.argmax(axis=1)] * DAY
                falls |= dict(zip(rows[there].tolist(), at[there].tolist(), strict=True))
            looked = np.array([row for row in looked.tolist() if row not in falls], np.intp)
            first = end
        return falls

    def _numbers(self, histories: Histories, lead: Indices, cutoff: Integers) -> ScoreNumbers:
        parts = []
        for begin, end in _parts(lead.size):
            rows = make_rows(lead[begin:end], cutoff[begin:end])
            parts.append(numbers(self.loaded.scorer, self.loaded.values_of(histories, rows)))
        return ScoreNumbers(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _parts(rows: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + _ROWS, rows)) for begin in range(0, rows, _ROWS))


def _change(weekly: Floats) -> float | None:
    """Return the last step of a course; none if it is shorter than a week."""
    return float(weekly[-1] - weekly[-2]) if weekly.size > 1 else None


def _points(columns: StoredColumns, open_: Indices, cutoff: int) -> Integers:
    """Return the number of weekly points of each lead."""
    born = columns.leads.visible_from[open_]
    return np.minimum(-(-(cutoff - born) // _WEEK), _TREND_WEEKS)


def _happened(columns: StoredColumns, cutoff: int) -> NDArray[np.bool_]:
    """Return which leads have a visible activity or outcome."""
    happened = np.zeros(len(columns.leads.lead_id), np.bool_)
    for records in (columns.activities, columns.outcomes):
        happened[records.lead[records.visible_from < cutoff]] = True
    return happened
