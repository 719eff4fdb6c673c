"""The truth of other targets than a first win: deals opened, wins again, a support plan.

Decided here: a lead that never had a deal is in the first stage, where only `opened` can happen;
so its chance of one is that of a win under laws by which an opened deal is won at once. A win again
is a win: `truth_at` answers it for customers too. The support plan has its closed form.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from pipelines.sample.answers import truth_at
from pipelines.sample.facets import products
from pipelines.sample.simulation.history import SampleHistory
from pipelines.sample.simulation.simulate import Lives
from pipelines.sample.simulation.world import OPENED, WON, Modifiers

OUTCOMES: Final = ("won", "opened", products.SUPPORT_PLAN)


def truth_of(
    company: SampleHistory, snapshots: pd.DataFrame, outcome: str, horizon_days: int
) -> pd.Series:
    """Return the true probability of an outcome in the horizon, given what can be observed.

    Parameters
    ----------
    company
        All that happened.
    snapshots
        `lead_id`, `cutoff`: for `opened`, leads without a deal so far; for `support_plan`,
        customers without one.
    outcome
        One of `OUTCOMES`.
    horizon_days
        From 1 to 400.

    Raises
    ------
    BadRequest
        If the outcome has no truth.
    """
    if outcome not in OUTCOMES:
        raise BadRequest.of(f"outcome {outcome}", " or ".join(OUTCOMES), "choose one of them")
    if outcome == products.SUPPORT_PLAN:
        lead = company.lead_ids.get_indexer(pd.Index(snapshots["lead_id"]))
        exact = products.probability(company.people.codes, lead, horizon_days)
        return pd.Series(exact, index=snapshots.index)
    company_of = _opened_at_once(company) if outcome == "opened" else company
    answers = truth_at(company_of, snapshots, horizon_days)
    return answers["probability_given_seen"].set_axis(snapshots.index)


class _OpeningWins(Modifiers):
    """Modifiers by which what opens a deal wins it."""

    def with_stance(self, stance: NDArray[np.int64]) -> Modifiers:
        own = super().with_stance(stance)
        return replace(own, winning=own.opening)

    def with_committee(self, committee: NDArray[np.int64]) -> Modifiers:
        own = super().with_committee(committee)
        return replace(own, winning=own.opening)


def _opened_at_once(company: SampleHistory) -> SampleHistory:
    """Return the company as if every first deal had been won when it was opened."""
    hazard = np.zeros_like(company.world.hazard)
    hazard[0, WON] = company.world.hazard[0, OPENED]
    return replace(
        company,
        modifiers=_OpeningWins(**vars(company.modifiers)),
        world=replace(company.world, hazard=hazard),
        lives=_opened_alone(company.lives),
    )


def _opened_alone(lives: Lives) -> Lives:
    """Return the lives with the first opened deal of each lead as a win, without other events."""
    opened = np.flatnonzero(lives.event_kind == OPENED)
    _, first = np.unique(lives.event_lead[opened], return_index=True)
    rows = opened[first]
    return replace(
        lives,
        event_lead=lives.event_lead[rows],
        event_at=lives.event_at[rows],
        event_kind=np.full(len(rows), WON, lives.event_kind.dtype),
        event_deal=lives.event_deal[rows],
    )
