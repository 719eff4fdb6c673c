"""What a sample company is: everything that happened, and nothing of how it is made or exported."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from features.timeline import DAY, NEVER
from pipelines.sample.facets import committees, intents, products
from pipelines.sample.facets.seasons import START_MOMENT, Seasons
from pipelines.sample.facets.touches import FIRST_TOUCH_OF_SOURCE, TOUCHES
from pipelines.sample.simulation.people import People
from pipelines.sample.simulation.simulate import Lives
from pipelines.sample.simulation.world import WON, Modifiers, World

Ints = NDArray[np.int64]
_OF_STANCES, _OF_INTENTS, _OF_COMMITTEES, _OF_PLANS = 4, 5, 6, 7
"""Beside the seed of the company: of chance that nothing else draws from."""


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
    gate
        Whether deals come about only with leads that an old grade had called (`contact_gate`).
    committees
        Whether some accounts have a buying committee; see `facets.committees`.
    products
        Whether customers may buy a support plan; see `facets.products`.
    """

    leads: int
    seed: int
    months: int = 24
    mess: bool = False
    gate: bool = False
    committees: bool = False
    products: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty company."""
        if self.leads < 1 or self.months < 1:
            raise BadRequest.of(
                f"{self.leads} leads, {self.months} months",
                "at least one of each",
                "ask for more",
            )


def stances_of(settings: SampleSettings, leads: int) -> Ints:
    """Draw the hidden stance of each lead of a company.

    Parameters
    ----------
    settings
        What the company is made from.
    leads
        How many leads it has.
    """
    return intents.stances(leads, np.random.default_rng([settings.seed, _OF_STANCES]))


def committees_of(settings: SampleSettings, account: Ints) -> Ints | None:
    """Draw the hidden committee of each lead's account; None in a company without.

    Parameters
    ----------
    settings
        What the company is made from.
    account
        The number of the account of each lead.
    """
    if not settings.committees:
        return None
    return committees.committees(account, np.random.default_rng([settings.seed, _OF_COMMITTEES]))


@dataclass(frozen=True)
class SampleHistory:
    """All that happened in the sample company.

    Attributes
    ----------
    settings
        What the company was made from.
    people
        The leads.
    modifiers, world, calendar
        The laws by which they lived; the effects of a lead's stance and of its account's committee
        are not in `modifiers`.
    lives
        What they did and what became of their deals.
    days
        Length of the world.
    particulars_seeds
        Seeds of what says nothing about interest, one a table.
    """

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

    @cached_property
    def stance(self) -> Ints:
        """The hidden stance of each lead, a number in `intents.STANCES`."""
        return stances_of(self.settings, len(self.people))

    @cached_property
    def committee(self) -> Ints | None:
        """The hidden committee of each lead's account, a number in `committees.COMMITTEES`."""
        return committees_of(self.settings, self.people.account)

    @cached_property
    def first_won_at(self) -> Ints:
        """Moment of each lead's first win; `features.timeline.NEVER` if there is none."""
        first = np.full(len(self.people), np.iinfo(np.int64).max)
        wins = self.lives.event_kind == WON
        np.minimum.at(first, self.lives.event_lead[wins], self.lives.event_at[wins])
        return first

    @cached_property
    def plan_bought_at(self) -> Ints:
        """Moment at which each lead buys the support plan; `NEVER` if it does not."""
        if not self.settings.products:
            return np.full(len(self.people), NEVER)
        chance = np.random.default_rng([self.settings.seed, _OF_PLANS])
        codes, ends_at = self.people.codes, self.ends_at
        return products.bought_at(codes, self.first_won_at, ends_at, chance)

    @cached_property
    def touches(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Lead, moment, kind and intent of every touch, the first ones included, by lead and time.

        The first touch made the lead known; its kind depends on the source alone.
        """
        lives, people = self.lives, self.people
        first = len(TOUCHES) + np.array(FIRST_TOUCH_OF_SOURCE)[people.codes["source"]]
        lead = np.concatenate([np.arange(len(people)), lives.touch_lead])
        at = np.concatenate([people.created_at, lives.touch_at])
        kind = np.concatenate([first, lives.touch_kind])
        order = np.lexsort((at, lead))
        lead, at, kind = lead[order], at[order], kind[order]
        chance = np.random.default_rng([self.settings.seed, _OF_INTENTS])
        return lead, at, kind, intents.draw(kind, self.stance[lead], chance)
