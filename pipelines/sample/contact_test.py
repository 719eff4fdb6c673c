"""A test by lot in the sample company: half of the new leads are called; whom it helps is planted.

Decided here: leads are drawn three days after they came in. A call adds to the log-odds of a deal
by what is observed of the lead (`EFFECTS`), and takes from them where it puts people off. What
happened without a call is the company's own history; a call makes a lead convert that would not
have, or the reverse, just as often as it takes to move the true probability from `without` to
`with_contact`. The history of deals does not change: the file says itself who converted. Nobody
else draws from this chance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import DAY, HOUR, to_moments
from pipelines.sample.facets.attribute_values import COMPANY_SIZE, JOB_ROLE, SOURCE, Attribute
from pipelines.sample.simulation.history import SampleHistory
from pipelines.sample.simulation.world import WON

Floats = NDArray[np.float64]
AGE_HOURS: Final = 72
HORIZON_DAYS: Final = 90
CHANCE: Final = 0.5
_OF_TEST: Final = 6
"""Beside the seed of the company: of chance that nothing else draws from."""
MEAN: Final = 0.35
EFFECTS: Final = (
    (COMPANY_SIZE, {"1-29名": 0.9, "30-99名": 0.5, "300-999名": -0.6, "1000名以上": -0.9}),
    (SOURCE, {"展示会": 0.8, "比較サイト": 0.5, "紹介": -0.6, "問い合わせ": -0.8}),
    (JOB_ROLE, {"経営者・役員": 0.4, "一般社員": -0.3}),
)
"""What a call adds to the log-odds of a deal, by value, beside `MEAN`."""


@dataclass(frozen=True)
class ContactTest:
    """The test, one row a lead in the order of `frame`.

    Attributes
    ----------
    frame
        `lead_id`, `at`, `contacted`, `chance`, `converted`: what the company knows.
    without, with_contact
        The true probability of a deal within the horizon, not called and called.
    """

    frame: pd.DataFrame
    without: Floats
    with_contact: Floats


def contact_test(
    company: SampleHistory, truth: pd.DataFrame, *, effect: float = 1.0
) -> ContactTest:
    """Draw the test.

    Parameters
    ----------
    company
        All that happened.
    truth
        `lead_id`, `cutoff` and `probability_given_seen`, of leads at the age of three days among
        other rows.
    effect
        What planted effects are multiplied by; 0 plants none.
    """
    lead = company.lead_ids.get_indexer(pd.Index(truth["lead_id"]))
    cutoff = to_moments(truth["cutoff"])
    matured = cutoff + HORIZON_DAYS * DAY <= company.ends_at
    drawn = (cutoff == company.people.created_at[lead] + AGE_HOURS * HOUR) & matured
    lead, cutoff = lead[drawn], cutoff[drawn]
    without = truth["probability_given_seen"].to_numpy(np.float64)[drawn]
    odds = without / (1.0 - without) * np.exp(effect * added(company)[lead])
    with_contact = odds / (1.0 + odds)
    rng = np.random.default_rng([company.settings.seed, _OF_TEST])
    contacted, luck = rng.random(len(lead)) < CHANCE, rng.random(len(lead))
    own = _converted(company, lead, cutoff)
    gained = luck < (with_contact - without) / (1.0 - without)
    dropped = luck < (without - with_contact) / np.maximum(without, 1e-12)
    converted = np.where(contacted, np.where(own, ~dropped, gained), own)
    frame = pd.DataFrame(
        {
            "lead_id": company.lead_ids.take(lead).astype("str"),
            "at": truth["cutoff"].to_numpy()[drawn],
            "contacted": contacted.astype(np.int64),
            "chance": CHANCE,
            "converted": converted.astype(np.int64),
        }
    )
    return ContactTest(frame, without, with_contact)


def added(company: SampleHistory) -> Floats:
    """Return what a call adds to the log-odds of each lead: shape (leads,)."""
    codes = company.people.codes
    return MEAN + sum(
        (_by_value(one, values)[codes[one.name]] for one, values in EFFECTS),
        np.zeros(len(company.people)),
    )


def _by_value(attribute: Attribute, values: dict[str, float]) -> Floats:
    return np.array([values.get(value.ja, 0.0) for value in attribute.values])  # noqa: PD011


def _converted(
    company: SampleHistory, lead: NDArray[np.int64], cutoff: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return whether each lead won a deal within the horizon, called by nobody."""
    lives = company.lives
    wins = lives.event_kind == WON
    first = np.full(len(company.people), np.iinfo(np.int64).max)
    at, of = lives.event_at[wins], lives.event_lead[wins]
    after = np.full(len(company.people), np.iinfo(np.int64).max)
    after[lead] = cutoff
    later = at >= after[of]
    np.minimum.at(first, of[later], at[later])
    return np.asarray(first[lead] < cutoff + HORIZON_DAYS * DAY)
