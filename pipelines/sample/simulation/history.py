"""What a sample company is: everything that happened, and nothing of how it is made or exported."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadRequest
from features.timeline import DAY
from pipelines.sample.facets.seasons import START_MOMENT, Seasons
from pipelines.sample.simulation.people import People
from pipelines.sample.simulation.simulate import Lives
from pipelines.sample.simulation.world import WON, Modifiers, World

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
class SampleHistory:
    """All that happened in the sample company.

    Attributes
    ----------
    settings
        What the company was made from.
    people
        The leads.
    modifiers, world, calendar
        The laws by which they lived.
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
    def first_won_at(self) -> Ints:
        """Moment of each lead's first win; `features.timeline.NEVER` if there is none."""
        first = np.full(len(self.people), np.iinfo(np.int64).max)
        wins = self.lives.event_kind == WON
        np.minimum.at(first, self.lives.event_lead[wins], self.lives.event_at[wins])
        return first
