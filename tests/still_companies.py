"""Sample companies whose laws stand still, and such in which one thing changes on a known day.

Months have no seasons, deals do not get harder, sources keep their shares, holidays are days like
others; weeks stay. A plant changes one thing from the first day of a month on, by the second era of
the company's own laws.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.tables import Tables
from features.timeline import DAY
from pipelines.sample.company import LONGEST_HORIZON_DAYS, SampleCompany, SampleSettings
from pipelines.sample.facets import seasons
from pipelines.sample.facets.attribute_values import SOURCE
from pipelines.sample.facets.seasons import START, START_MOMENT, Seasons
from pipelines.sample.facets.touches import TOUCHES
from pipelines.sample.simulation import people, simulate, world
from pipelines.sample.simulation.history import stances_of
from pipelines.sample.simulation.people import People
from pipelines.sample.simulation.world import Modifiers, World


@dataclass(frozen=True)
class Plant:
    """What changes.

    Attributes
    ----------
    month
        From which month since the start on; none: nothing ever changes.
    touch, rate
        Activities of this type come so many times as often.
    source
        This source gets half of all new leads.
    deals
        Deals are opened and won so many times as often.
    """

    month: int | None = None
    touch: str = ""
    rate: float = 1.0
    source: int | None = None
    deals: float = 1.0

    @property
    def at(self) -> int:
        """The moment of the change."""
        assert self.month is not None
        return START_MOMENT + seasons.days_in(self.month) * DAY


def company(leads: int, seed: int, months: int, plant: Plant = Plant()) -> SampleCompany:
    """Make a company that stands still but for the plant."""
    days = seasons.days_in(months)
    calendar = still(days + LONGEST_HORIZON_DAYS + 2, plant)
    first, second, third, *others = np.random.SeedSequence(seed).spawn(8)
    persons = folk(leads, days, calendar, np.random.default_rng(first), plant)
    modifiers = moved(people.modifiers(persons), plant)
    laws = _world(plant)
    settings = SampleSettings(leads, seed, months)
    lived = modifiers.with_stance(stances_of(settings, len(persons)))
    lives = simulate.simulate(persons, (laws, lived, calendar), days, np.random.default_rng(second))
    seeds = tuple(int(one.generate_state(1)[0]) for one in (third, *others))
    return SampleCompany(settings, persons, modifiers, laws, calendar, lives, days, seeds)


def until(tables: Tables, at: int) -> Tables:
    """Forget what was not known at a moment: what an export of that day would hold."""
    moment = np.datetime64(at, "us")

    def known(frame: pd.DataFrame, column: str) -> pd.DataFrame:
        return frame[frame[column].dt.tz_localize(None) < moment].reset_index(drop=True)

    parts = {
        "leads": known(tables.leads, "created_at"),
        "activities": known(tables.activities, "known_at"),
        "outcomes": known(tables.outcomes, "occurred_at"),
        "attribute_changes": known(tables.attribute_changes, "known_at"),
    }
    return replace(tables, **parts)


def still(days: int, plant: Plant) -> Seasons:
    """Make the calendar without seasons; its second era begins with the plant."""
    usual = seasons.seasons(days)
    dates = [START.date() + timedelta(days=n) for n in range(days)]
    month = np.array([seasons.months_since_start(day) for day in dates])
    off = np.array([_weekend(day) for day in dates])
    is_off = np.arange(len(usual.era)) % 2 == 1
    begins = len(usual.era) if plant.month is None else plant.month
    return replace(
        usual,
        kind=2 * month + off,
        activity=np.where(is_off, 0.35, 1.3),
        deal=np.where(is_off, 0.05, 1.45),
        waking=np.ones(len(usual.era)),
        era=(np.arange(len(usual.era)) // 2 >= begins).astype(np.int64),
    )


def folk(
    leads: int, days: int, calendar: Seasons, rng: np.random.Generator, plant: Plant
) -> People:
    """Draw leads that come evenly, from sources in equal shares until the plant changes them."""
    drawn = people.draw(leads, days, calendar, rng)
    second = 1_000_000
    created = np.sort(START_MOMENT + rng.integers(0, days * 86_400, leads) * second)
    share = np.array([value.share for value in SOURCE.values])
    source = rng.choice(len(share), leads, p=share / share.sum())
    if plant.source is not None:
        late = (created >= plant.at) & (rng.random(leads) < 0.5)
        source = np.where(late, plant.source, source)
    return replace(drawn, created_at=created, codes=drawn.codes | {"source": source})


def moved(usual: Modifiers, plant: Plant) -> Modifiers:
    """Let both eras be alike but for the deals."""
    eras = np.array([1.0, plant.deals])
    return replace(usual, opening=usual.opening[:, :1] * eras, winning=usual.winning[:, :1] * eras)


def _world(plant: Plant) -> World:
    usual = world.world()
    rates = np.repeat(usual.rates[:1], 2, axis=0)
    which = np.array([touch.activity_type == plant.touch for touch in TOUCHES])
    rates[1][..., which] *= plant.rate
    return replace(usual, rates=rates)


def _weekend(day: date) -> bool:
    return day.weekday() > 4
