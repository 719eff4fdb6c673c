"""The truth of snapshots of the sample company.

Decided here: which snapshots are exported with their truth (`truth_snapshots`), and what the truth
of any snapshot is (`truth_at`).
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from features.timeline import DAY, HOUR, from_moments, to_moments
from pipelines.sample.company import LONGEST_HORIZON_DAYS
from pipelines.sample.facets import intents, seasons
from pipelines.sample.facets.seasons import START_MOMENT, split_moment
from pipelines.sample.simulation import truth
from pipelines.sample.simulation.history import SampleHistory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def truth_at(
    company: SampleHistory, snapshots: pd.DataFrame, horizon_days: int = 90
) -> pd.DataFrame:
    """Return the true probabilities of a deal won in [cutoff, cutoff + horizon).

    Parameters
    ----------
    company
        All that happened.
    snapshots
        Columns `lead_id`, `cutoff`; any order, repeats allowed. Cutoffs count in whole seconds.
    horizon_days
        From 1 to 400.

    Returns
    -------
    pandas.DataFrame
        In the order of `snapshots`: `lead_id`, `cutoff`, `probability_given_everything`,
        `probability_given_seen`, `probability_given_seen_without_texts` (missing where the lead had
        not been created, or the cutoff is past the world's end), `horizon_days`.
    """
    if not 1 <= horizon_days <= LONGEST_HORIZON_DAYS:
        raise BadRequest.of(f"horizon_days {horizon_days}", "1 to 400", "choose another horizon")
    lead = company.lead_ids.get_indexer(pd.Index(snapshots["lead_id"]))
    if (lead < 0).any():
        unknown = snapshots["lead_id"].to_numpy()[lead < 0][:5]
        raise BadRequest.of(f"unknown leads {list(unknown)}", "leads of this company", "check ids")
    cutoff = to_moments(snapshots["cutoff"])
    everything, observable, without = _answers(company, lead, cutoff, horizon_days)
    return pd.DataFrame(
        {
            "lead_id": snapshots["lead_id"].to_numpy(),
            "cutoff": from_moments(cutoff),
            "probability_given_everything": everything,
            "probability_given_seen": observable,
            "probability_given_seen_without_texts": without,
            "horizon_days": horizon_days,
        }
    ).astype({"lead_id": "str"})


def truth_snapshots(
    company: SampleHistory, every_days: int = 14, early_hours: Iterable[int] = (1, 24, 72)
) -> pd.DataFrame:
    """List the snapshots whose truth is exported: open leads at regular cutoffs and early ages.

    Regular cutoffs begin three months after the start, at 00:00 UTC, and run to the world's end.

    Parameters
    ----------
    company
        All that happened.
    every_days
        Days between two regular cutoffs.
    early_hours
        Ages, in hours after the lead's creation.

    Returns
    -------
    pandas.DataFrame
        `lead_id`, `cutoff`, `kind` ("calendar" or "age"), sorted by lead, then cutoff.
    """
    created, won = company.people.created_at, company.first_won_at
    moments = np.arange(
        START_MOMENT + seasons.days_in(3) * DAY, company.ends_at + 1, every_days * DAY
    )
    lead, column = np.nonzero((created[:, None] < moments) & (won[:, None] >= moments))
    parts = [(lead, moments[column], np.zeros(len(lead), dtype=np.bool_))]
    for hours in early_hours:
        cutoff = created + hours * HOUR
        there = np.flatnonzero((won >= cutoff) & (cutoff <= company.ends_at))
        parts.append((there, cutoff[there], np.ones(len(there), dtype=np.bool_)))
    lead, cutoff, early = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((early, cutoff, lead))
    return pd.DataFrame(
        {
            "lead_id": company.lead_ids.take(lead[order]),
            "cutoff": from_moments(cutoff[order]),
            "kind": np.where(early[order], "age", "calendar"),
        }
    ).astype({"lead_id": "str", "kind": "str"})


def _answers(
    company: SampleHistory, lead: Ints, cutoff: Ints, horizon_days: int
) -> tuple[Floats, Floats, Floats]:
    """Return the answers, those given what is seen mixed over the stances that a lead may have."""
    everything, observable, without = (np.full(len(lead), np.nan) for _ in range(3))
    answered = np.flatnonzero(cutoff <= company.ends_at)
    order = answered[np.lexsort((cutoff[answered], lead[answered]))]
    day, within = split_moment(cutoff[order])
    questions = truth.Questions(_starts(lead[order], len(company.people)), day, within)
    observed = _observations(company)
    by_stance = []
    for stance in range(len(intents.STANCES)):
        held = company.modifiers.with_stance(np.full(len(company.people), stance))
        laws = (company.world, held, company.calendar)
        by_stance.append(truth.answer(observed, questions, laws, horizon_days))
    by_all, by_observed, weight = (np.stack(part) for part in zip(*by_stance, strict=True))
    everything[order] = by_all[company.stance[lead[order]], np.arange(len(order))]
    weight += np.log(intents.SHARES)[:, None]
    without[order] = _mixed(weight, by_observed)
    weight += _weight_of_texts(company, lead[order], cutoff[order])
    observable[order] = _mixed(weight, by_observed)
    return everything, observable, without


def _mixed(log_weight: Floats, answers: Floats) -> Floats:
    """Return the mean of the answers of all stances by their weights: shape (questions,)."""
    weight = np.exp(log_weight - log_weight.max(axis=0, initial=-np.inf))
    mean: Floats = (weight * answers).sum(axis=0) / weight.sum(axis=0)
    return mean


def _weight_of_texts(company: SampleHistory, lead: Ints, cutoff: Ints) -> Floats:
    """Return the logarithm of how probable the texts before each cutoff are, by stance."""
    of_touch, at, _, intent = company.touches
    upto = np.zeros((len(at) + 1, len(intents.STANCES)))
    np.cumsum(intents.log_likelihoods(intent), axis=0, out=upto[1:])
    begins = _starts(of_touch, len(company.people))
    ends = np.array(
        [
            begin + np.searchsorted(at[begin:end], moment)
            for begin, end, moment in zip(begins[lead], begins[lead + 1], cutoff, strict=True)
        ],
        np.int64,
    )
    return (upto[ends] - upto[begins[lead]]).T


def _observations(company: SampleHistory) -> truth.Observations:
    lives, n = company.lives, len(company.people)
    created_day, created_within = split_moment(company.people.created_at)
    telling = ~company.world.noise[lives.touch_kind]
    touch_day, touch_within = split_moment(lives.touch_at[telling])
    event_day, event_within = split_moment(lives.event_at)
    return truth.Observations(
        created_day=created_day,
        created_within=created_within,
        touch_start=_starts(lives.touch_lead[telling], n),
        touch_day=touch_day,
        touch_within=touch_within,
        touch_kind=lives.touch_kind[telling],
        event_start=_starts(lives.event_lead, n),
        event_day=event_day,
        event_within=event_within,
        event_kind=lives.event_kind,
        path_start=lives.path_start,
        path=lives.path,
    )


def _starts(sorted_numbers: Ints, n: int) -> Ints:
    return np.searchsorted(sorted_numbers, np.arange(n + 1))
