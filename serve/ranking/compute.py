"""The rows of the ranking for some leads at one moment: the same numbers as one answer, in batches.

Decided here: the features of all leads are computed at once by the kernel that answers one, and the
numbers by the same scorer, so a row is what an answer of that moment says, to the bit. The trend is
that of the last 8 weekly points; the fall of the band is looked for day by day, as for one lead.
Matrices are made for so many rows at a time, so memory does not grow with the number of leads.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.change_times import Passing, changes_at, passing_of
from features.kernel.inputs import Indices, Integers, Rows
from features.records.histories import Histories
from features.records.lead_columns import ColumnsTold
from features.records.rows import make_rows
from features.timeline import DAY, NEVER
from models.explain.score_edges import edges_of
from models.model.reference import BANDS
from models.scoring.batch_scores import Scores
from models.stats.training_set import Floats
from serve.insight.silent_forecast import DAYS
from serve.insight.trend import Trend, trend_of
from serve.scoring.loaded_model import Loaded
from serve.scoring.numbers import Numbers, numbers
from serve.scoring.open_leads import leaves_at, open_leads, rule_of
from serve.scoring.silent_columns import seen_before

_WEEK: Final = 7 * DAY
OLDEST: Final = _WEEK
"""A row is made anew after so long at the latest: its trend moves by weekly points."""
_TREND_WEEKS: Final = 8
_ROWS: Final = 2_048
_WAYS: Final = {"improving": 1.0, "declining": -1.0}
_STAGES: Final = (31, DAYS + 1)


class Ranked(NamedTuple):
    """What was computed of one open lead; `row` is its row in `scores`."""

    lead: int
    row: int
    trend: Trend
    hot_since_week: int
    trend_reason: str | None
    falls_at: int | None
    due_at: int


class Computed(NamedTuple):
    """The open leads among those asked for, and what was computed of them."""

    told: ColumnsTold
    cutoff: int
    scores: Scores | None
    ranked: list[Ranked]


class Ranker:
    """A model made ready to rank; make it once a model."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        artifact = loaded.artifact
        self.rule = rule_of(artifact.about)
        self.passing: Passing = passing_of(artifact.catalog, edges_of(artifact.model))

    def rank(self, told: ColumnsTold, asked: Indices, cutoff: int) -> Computed:
        """Compute the rows of the asked leads that are open.

        Parameters
        ----------
        told
            What is known of them and of all their account mates.
        asked
            Their places.
        cutoff
            The moment.
        """
        open_ = np.intersect1d(open_leads(told, cutoff, self.rule), asked).astype(np.int32)
        if not open_.size:
            return Computed(told, cutoff, None, [])
        histories = self.loaded.encoded(told)
        now = np.full(open_.size, cutoff, np.int64)
        values = self.loaded.values_of(histories, make_rows(open_, now))
        scores = self.loaded.scorer.score_values(values)
        due = changes_at(histories, open_, cutoff, values, self.passing)
        trends = self._trends(histories, told, open_, cutoff)
        moved = self._moved(histories, told, open_, ([trend for trend, _ in trends], cutoff))
        falls = self._falls(told, histories, open_, (scores.band_code, cutoff))
        ranked = [
            Ranked(
                lead,
                row,
                *trends[row],
                moved.get(row),
                falls.get(row),
                min(int(due[row]), cutoff + OLDEST, leaves_at(told, lead, self.rule)),
            )
            for row, lead in enumerate(open_.tolist())
        ]
        return Computed(told, cutoff, scores, ranked)

    def due_of_others(self, told: ColumnsTold, lead: int, cutoff: int) -> int:
        """Tell from when a lead that is not open may be: one told ahead, else never."""
        seen_from = int(told.leads.seen_from[lead])
        return seen_from + 1 if seen_from >= cutoff else NEVER

    def _trends(
        self, histories: Histories, told: ColumnsTold, open_: Indices, cutoff: int
    ) -> list[tuple[Trend, int]]:
        """Tell each lead's trend, and for how many weekly points on end it is hot."""
        points = _points(told, open_, cutoff)
        lead = np.repeat(open_, points)
        ends = np.cumsum(points)
        back = np.repeat(ends, points) - np.arange(lead.size) - 1
        found = self._numbers(histories, lead, cutoff - back * _WEEK)
        happened = _happened(told, cutoff)
        hot = found.band_code == len(BANDS) - 1
        return [
            (
                trend_of(found.margin[end - count : end])
                if happened[lead_]
                else "not_enough_information",
                int(np.argmin(np.append(hot[end - count : end][::-1], False))),
            )
            for lead_, count, end in zip(
                open_.tolist(), points.tolist(), ends.tolist(), strict=True
            )
        ]

    def _moved(
        self, histories: Histories, told: ColumnsTold, open_: Indices, now: tuple[list[Trend], int]
    ) -> dict[int, str]:
        """Tell which proven concept moved most, the trend's way, since the trend began."""
        trends, cutoff = now
        ways = np.array([_WAYS.get(trend, 0.0) for trend in trends])
        found: dict[int, str] = {}
        began = cutoff - _WEEK * (_points(told, open_, cutoff) - 1)
        for begin, end in _parts(int(np.count_nonzero(ways))):
            rows = np.flatnonzero(ways)[begin:end]
            before, after = (
                self._concepts(histories, make_rows(open_[rows], at))
                for at in (began[rows], np.full(rows.size, cutoff, np.int64))
            )
            moved = (after - before) * ways[rows, None]
            for row, most, own in zip(rows.tolist(), moved.argmax(axis=1), moved, strict=True):
                if own[most] > 0.0:
                    found[row] = self.loaded.scorer.concepts.codes[int(most)]
        return found

    def _concepts(self, histories: Histories, rows: Rows) -> Floats:
        """Give the contribution of every concept: shape (rows, concepts); 0 if not proven."""
        scorer = self.loaded.scorer
        values = self.loaded.values_of(histories, rows)
        proven = np.isin(scorer.concepts.codes, self.loaded.artifact.evidence.proven)
        return np.asarray(scorer.concept_contributions(values) * proven)

    def _falls(
        self, told: ColumnsTold, histories: Histories, open_: Indices, now: tuple[Any, int]
    ) -> dict[int, int]:
        """Find the day on which each band falls if nothing happens: row -> moment."""
        band, cutoff = now
        silent = seen_before(told, cutoff)
        if silent is not told:
            histories = self.loaded.encoded(silent)
        falls: dict[int, int] = {}
        looked, first = np.flatnonzero(band > 0), 1
        for end in _STAGES:
            days = np.arange(first, end)
            size = max(_ROWS // days.size, 1)
            for begin in range(0, looked.size, size):
                rows = looked[begin : begin + size]
                lead = np.repeat(open_[rows], days.size)
                found = self._numbers(histories, lead, np.tile(cutoff + days * DAY, rows.size))
                lower = found.band_code.reshape(rows.size, -1) < band[rows][:, None]
                there = lower.any(axis=1)
                at = cutoff + days[lower.argmax(axis=1)] * DAY
                falls |= dict(zip(rows[there].tolist(), at[there].tolist(), strict=True))
            looked = np.array([row for row in looked.tolist() if row not in falls], np.intp)
            first = end
        return falls

    def _numbers(self, histories: Histories, lead: Indices, cutoff: Integers) -> Numbers:
        parts = []
        for begin, end in _parts(lead.size):
            rows = make_rows(lead[begin:end], cutoff[begin:end])
            parts.append(numbers(self.loaded.scorer, self.loaded.values_of(histories, rows)))
        return Numbers(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _parts(rows: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(begin + _ROWS, rows)) for begin in range(0, rows, _ROWS))


def _points(told: ColumnsTold, open_: Indices, cutoff: int) -> Integers:
    """Tell how many weekly points each lead has."""
    born = told.leads.seen_from[open_]
    return np.minimum(-(-(cutoff - born) // _WEEK), _TREND_WEEKS)


def _happened(told: ColumnsTold, cutoff: int) -> NDArray[np.bool_]:
    """Tell of which leads an activity or outcome was seen."""
    found = np.zeros(len(told.leads.lead_id), np.bool_)
    for records in (told.activities, told.outcomes):
        found[records.lead[records.seen_from < cutoff]] = True
    return found
