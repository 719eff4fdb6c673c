"""Learning when leads convert: the tables of `models.model.conversion_curve`.

Decided here: rows are grouped by probability, in groups of as many converted leads, at most
`GROUPS` and none of less than `LEAST_LEADS`. Each share is shrunk to that of all groups, which
counts as `PRIOR_LEADS` more leads, and is made never to fall with the probability by pooling
neighbours. Within the horizon the rows have matured, so a share is a count; beyond it rows are
observed for different times, so it is a product of steps, each counted among the rows that were
observed to its end (Kaplan and Meier 1958). Shares are of rows, as probabilities are; how much a
group knows is counted in leads, as rows of a lead repeat each other.
"""

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.model.conversion_curve import ConversionCurve
from models.stats.follow_up import FollowUp
from models.stats.log_odds import logit
from models.stats.training_set import Floats

GROUPS: Final = 5
LEAST_LEADS: Final = 25
PRIOR_LEADS: Final = 20.0
_STEPS: Final = 12
"""Steps of the table in one horizon."""
_REACH: Final = 2
_LEAST_OBSERVED: Final = 300
"""The table ends after that many horizons, or where fewer leads were observed for so long."""
Groups = NDArray[np.int64]


def learn(
    probability: Floats, lead: NDArray[np.int64], follow_up: FollowUp, horizon_days: float
) -> ConversionCurve | None:
    """Learn the curve; None without a conversion.

    Parameters
    ----------
    probability
        Shape (rows,): at the horizon.
    lead
        Shape (rows,): a code of the lead of each row.
    follow_up
        Of the rows, all of which have matured.
    horizon_days
        The model's horizon.
    """
    z, converts = logit(probability), follow_up.days < horizon_days
    if not converts.any():
        return None
    group, knots = _groups(z, lead, converts)
    days = _days(lead, follow_up, horizon_days)
    within = _within(follow_up.days[converts], lead[converts], group[converts], days[:_STEPS])
    beyond = _beyond(follow_up, lead, group, days[_STEPS - 1 :])
    inner = np.maximum.accumulate(_rising(within, knots), axis=1)
    outer = np.maximum.accumulate(_rising(beyond, knots), axis=1)
    later = (follow_up.days >= horizon_days) & np.isfinite(follow_up.days)
    leads = [_leads(group[rows], lead[rows], len(knots)) for rows in (converts, later)]
    return ConversionCurve(
        horizon_days=float(horizon_days),
        days=tuple(days.tolist()),
        log_odds=tuple(knots.tolist()),
        share=tuple(tuple(row) for row in np.column_stack([inner, outer]).tolist()),
        converted=tuple((float(one), float(other)) for one, other in zip(*leads, strict=True)),
    )


def _days(lead: NDArray[np.int64], follow_up: FollowUp, horizon_days: float) -> Floats:
    """Return the steps of the table, as far as enough leads were observed to their ends."""
    steps = horizon_days * np.arange(1, _REACH * _STEPS + 1) / _STEPS
    known = [
        step
        for number, step in enumerate(steps, 1)
        if number <= _STEPS
        or len(np.unique(lead[follow_up.observed_days >= step])) >= _LEAST_OBSERVED
    ]
    return np.array(known)


def _groups(
    z: Floats, lead: NDArray[np.int64], converts: NDArray[np.bool_]
) -> tuple[Groups, Floats]:
    """Group rows by log-odds; return the group of each, and the middle of each group's winners."""
    leads = len(np.unique(lead[converts]))
    wanted = int(np.clip(leads // LEAST_LEADS, 1, GROUPS))
    borders = np.unique(np.quantile(z[converts], np.arange(1, wanted) / wanted))
    group = np.searchsorted(borders, z, side="right")
    present = np.unique(group[converts])
    group = np.searchsorted(present, np.clip(group, present[0], present[-1]))
    knots = [float(np.mean(z[converts & (group == k)])) for k in range(len(present))]
    return group, np.array(knots)


def _within(at: Floats, lead: NDArray[np.int64], group: Groups, steps: Floats) -> Floats:
    """Count the share of conversions of each group by each step of the horizon."""
    early = (at[:, None] < steps).astype(float)
    everyone = (early.sum(axis=0) + steps / steps[-1]) / (len(at) + 1.0)
    leads = _leads(group, lead, int(group.max()) + 1)
    own = np.array([early[group == k].mean(axis=0) for k in range(len(leads))])
    return np.asarray(_shrunk(own, everyone, leads[:, None].astype(float)))


def _beyond(follow_up: FollowUp, lead: NDArray[np.int64], group: Groups, days: Floats) -> Floats:
    """Estimate the share of those not converted at the horizon that convert by each later day."""
    groups = int(group.max()) + 1
    waiting = np.ones((groups, len(days) - 1))
    for number, (begin, end) in enumerate(itertools.pairwise(days)):
        there = (follow_up.days >= begin) & (follow_up.observed_days >= end)
        won = there & (follow_up.days < end)
        if won.any():
            rows = np.bincount(group[there], minlength=groups)
            rate = np.bincount(group[won], minlength=groups) / np.maximum(rows, 1)
            everyone = float(won.sum() / there.sum())
            due = np.asarray(everyone * _leads(group[there], lead[there], groups), np.float64)
            waiting[:, number] = 1.0 - _shrunk(rate, everyone, due)
    return np.asarray(1.0 - np.cumprod(waiting, axis=1))


def _shrunk(own: Floats, everyone: Floats | float, leads: Floats) -> Floats:
    """Shrink shares of groups to that of all, which counts as `PRIOR_LEADS` more leads."""
    return np.asarray((leads * own + PRIOR_LEADS * everyone) / (leads + PRIOR_LEADS))


def _rising(share: Floats, knots: Floats) -> Floats:
    """Pool neighbouring groups, day by day, until no share falls with the probability."""
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - for learning alone

    if len(knots) == 1 or share.shape[1] == 0:
        return share
    place = np.arange(len(knots))
    return np.column_stack([IsotonicRegression().fit_transform(place, day) for day in share.T])


def _leads(group: Groups, lead: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Count the distinct leads of each group."""
    pairs = np.unique(np.column_stack([group, lead]), axis=0)
    return np.bincount(pairs[:, 0], minlength=count)
