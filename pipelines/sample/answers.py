"""The truth of snapshots of the sample company.

Decided here: which snapshots are exported with their truth (`truth_snapshots`), and what the truth
of any snapshot is (`truth_at`).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from features.timeline import DAY, HOUR, from_moments, to_moments
from pipelines.sample import account_mates
from pipelines.sample.company import LONGEST_HORIZON_DAYS
from pipelines.sample.facets import intents, seasons
from pipelines.sample.facets.committees import SHARES
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
        not been created, or the cutoff is past the world's end), `horizon_days`. Of a company with
        committees also `probability_given_own`: what the records of the lead alone say.

    Raises
    ------
    BadRequest
        If the horizon is out of range, or a lead is not one of the company's.
    """
    if not 1 <= horizon_days <= LONGEST_HORIZON_DAYS:
        raise BadRequest.of(f"horizon_days {horizon_days}", "1 to 400", "choose another horizon")
    lead = company.lead_ids.get_indexer(pd.Index(snapshots["lead_id"]))
    if (lead < 0).any():
        unknown = snapshots["lead_id"].to_numpy()[lead < 0][:5]
        raise BadRequest.of(f"unknown leads {list(unknown)}", "leads of this company", "check ids")
    cutoff = to_moments(snapshots["cutoff"])
    answers = _answers(company, lead, cutoff, horizon_days)
    columns = {
        "lead_id": snapshots["lead_id"].to_numpy(),
        "cutoff": from_moments(cutoff),
        "probability_given_everything": answers.everything,
        "probability_given_seen": answers.observable,
        "probability_given_seen_without_texts": answers.without_texts,
        "horizon_days": horizon_days,
    }
    if company.committee is not None:
        columns["probability_given_own"] = answers.own
    return pd.DataFrame(columns).astype({"lead_id": "str"})


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


class _Answers(NamedTuple):
    """The answers of all questions; `own` leaves out what account mates did."""

    everything: Floats
    observable: Floats
    without_texts: Floats
    own: Floats


class _ByClass(NamedTuple):
    """Answers given everything and given observations, and log weights, by class: (classes, n)."""

    everything: Floats
    observed: Floats
    weight: Floats
    texts: Floats


def _answers(company: SampleHistory, lead: Ints, cutoff: Ints, horizon_days: int) -> _Answers:
    """Return the answers, those given what is seen mixed over what a lead may hide."""
    out = _Answers(*(np.full(len(lead), np.nan) for _ in _Answers._fields))
    answered = np.flatnonzero(cutoff <= company.ends_at)
    order = answered[np.lexsort((cutoff[answered], lead[answered]))]
    own = (lead[order], cutoff[order])
    whole = account_mates.with_mates(company, own)
    of_committee = [
        _by_stance(company, committee, whole.questions, horizon_days)
        for committee in ((None,) if company.committee is None else range(len(SHARES)))
    ]
    held = (
        np.zeros(len(order), np.int64) if company.committee is None else company.committee[own[0]]
    )
    place = whole.place
    by_all = np.stack([one.everything[:, place] for one in of_committee])
    out.everything[order] = by_all[held, company.stance[own[0]], np.arange(len(order))]
    for answers, with_texts, with_mates in (
        (out.observable, True, True),
        (out.without_texts, False, True),
        (out.own, True, False),
    ):
        mixed = [_mixed(one, with_texts=with_texts) for one in of_committee]
        weight = np.stack([weight for _, weight in mixed])
        of_all = whole.of_account(weight) if with_mates else weight[:, place]
        of_all = of_all + np.log(SHARES if len(mixed) > 1 else (1.0,))[:, None]
        share = np.exp(of_all - of_all.max(axis=0, initial=-np.inf))
        share /= share.sum(axis=0)
        answers[order] = (share * np.stack([one[place] for one, _ in mixed])).sum(axis=0)
    return out


def _by_stance(
    company: SampleHistory, committee: int | None, pairs: tuple[Ints, Ints], horizon_days: int
) -> _ByClass:
    """Answer for every stance; `committee` is that of every account."""
    lead, cutoff = pairs
    n = len(company.people)
    day, within = split_moment(cutoff)
    questions = truth.Questions(_starts(lead, n), day, within)
    observed = _observations(company)
    by_stance = []
    for stance in range(len(intents.STANCES)):
        held = company.modifiers.with_stance(np.full(n, stance))
        if committee is not None:
            held = held.with_committee(np.full(n, committee))
        laws = (company.world, held, company.calendar)
        by_stance.append(truth.answer(observed, questions, laws, horizon_days))
    by_all, by_observed, weight = (np.stack(part) for part in zip(*by_stance, strict=True))
    weight += np.log(intents.SHARES)[:, None]
    return _ByClass(by_all, by_observed, weight, _weight_of_texts(company, lead, cutoff))


def _mixed(of: _ByClass, *, with_texts: bool) -> tuple[Floats, Floats]:
    """Return the mean of the answers of all stances by their weights, and the log of their sum."""
    log_weight = of.weight + of.texts if with_texts else of.weight
    most = log_weight.max(axis=0, initial=-np.inf)
    weight = np.exp(log_weight - most)
    mean: Floats = (weight * of.observed).sum(axis=0) / weight.sum(axis=0)
    return mean, most + np.log(weight.sum(axis=0))


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
