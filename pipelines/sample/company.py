"""The sample company: everything that happened.

Decided here: what one seed makes, and in which order: people, lives, particulars.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from features.tables import Tables
from features.timeline import DAY
from pipelines.sample import export, leaks, people, seasons, simulate, world
from pipelines.sample.people import People
from pipelines.sample.seasons import START_MOMENT, Seasons
from pipelines.sample.simulate import Lives
from pipelines.sample.world import WON, Modifiers, World

LONGEST_HORIZON_DAYS = 400
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SampleSettings:
    """What makes a sample company.

    Attributes
    ----------
    leads
        How many leads come.
    seed
        Of all chance.
    months
        Length of the world; leads come until its end.
    mess
        Whether faults are planted in the written export.
    """

    leads: int
    seed: int
    months: int = 24
    mess: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty company."""
        if self.leads < 1 or self.months < 1:
            raise BadRequest.of(
                f"{self.leads} leads, {self.months} months",
                "at least one of each",
                "ask for more",
            )


@dataclass(frozen=True)
class SampleCompany:
    """All that happened in the sample company."""

    settings: SampleSettings
    people: People
    modifiers: Modifiers
    world: World
    calendar: Seasons
    lives: Lives
    days: int
    particulars_seeds: tuple[int, ...]

    @property
    def ends_at(self) -> int:
        """The moment until which everything was observed."""
        return START_MOMENT + self.days * DAY

    @cached_property
    def lead_ids(self) -> pd.Index:
        """`L000001` and so on, in the order of creation."""
        width = max(6, len(str(len(self.people))))
        return pd.Index([f"L{number:0{width}d}" for number in range(1, len(self.people) + 1)])

    @property
    def leak_names(self) -> tuple[str, ...]:
        """The attributes that look into the future."""
        return tuple(leak.name for leak in leaks.PLANTED_LEAKS)

    def tables(self, *, with_leaks: bool = False) -> Tables:
        """Make the canonical tables that the good mapping makes of the export."""
        return export.tables(self, with_leaks=with_leaks)

    @cached_property
    def first_won_at(self) -> Ints:
        """Moment of each lead's first win; `features.timeline.NEVER` if there is none."""
        first = np.full(len(self.people), np.iinfo(np.int64).max)
        wins = self.lives.event_kind == WON
        np.minimum.at(first, self.lives.event_lead[wins], self.lives.event_at[wins])
        return first


def make(settings: SampleSettings) -> SampleCompany:
    """Make the company: the same settings make the same company."""
    days = seasons.days_in(settings.months)
    calendar = seasons.seasons(days + LONGEST_HORIZON_DAYS + 2)
    people_seed, lives_seed, *particulars = np.random.SeedSequence(settings.seed).spawn(7)
    persons = people.draw(settings.leads, days, calendar, np.random.default_rng(people_seed))
    modifiers = people.modifiers(persons)
    laws = world.world()
    lives = simulate.simulate(
        persons, (laws, modifiers, calendar), days, np.random.default_rng(lives_seed)
    )
    seeds = tuple(int(seed.generate_state(1)[0]) for seed in particulars)
    return SampleCompany(settings, persons, modifiers, laws, calendar, lives, days, seeds)
