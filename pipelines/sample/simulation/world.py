"""The laws of the sample company: hidden interest, deals, and what modifies them.

Decided here: interest is a Markov chain over UTC days with five states. Its state sets the rates
of the touches and, with the observed stage of the deal, the hazards of `opened`, `quoted`, `won`,
`lost`. A day has at most one deal event; the new stage begins with the next day. Beside a
stance that never changes (`intents`), everything else that acts is observed: attributes,
salesperson, calendar, stage. So inference can be exact
(`truth`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.sample.facets import committees
from pipelines.sample.facets.intents import OPENING, WINNING
from pipelines.sample.facets.touches import NOISE, rate_table

Floats = NDArray[np.float64]

STATES: Final = ("asleep", "curious", "aware", "comparing", "deciding")
STAGES: Final = ("none", "opened", "quoted")
EVENTS: Final = ("opened", "quoted", "won", "lost")
OPENED, QUOTED, WON, LOST = range(4)
NO_EVENT: Final = -1

# Per day, to the state of the column. Rising rates are multiplied by the lead's `up`, waking ones
# by its `wake` and the season.
_MOVES: Final = (
    (0.0, 0.0014, 0.0026, 0.0012, 0.0),
    (0.0160, 0.0, 0.0100, 0.0, 0.0),
    (0.0200, 0.0030, 0.0, 0.0150, 0.0),
    (0.0180, 0.0010, 0.0200, 0.0, 0.0350),
    (0.0180, 0.0, 0.0050, 0.0300, 0.0),
)
_WAKES: Final = ((0, 2), (0, 3))
_RISES: Final = ((1, 2), (2, 3), (3, 4))

# Per day: event by state.
_WITHOUT_DEAL: Final = {OPENED: (0.00020, 0.0007, 0.0022, 0.0085, 0.0200)}
_OPENED: Final = {
    QUOTED: (0.0040, 0.0060, 0.0120, 0.0250, 0.0600),
    WON: (0.0002, 0.0003, 0.0008, 0.0025, 0.0110),
    LOST: (0.0350, 0.0320, 0.0220, 0.0120, 0.0070),
}
_QUOTED: Final = {
    WON: (0.0015, 0.0020, 0.0050, 0.0140, 0.0420),
    LOST: (0.0400, 0.0350, 0.0240, 0.0140, 0.0080),
}


@dataclass(frozen=True)
class World:
    """The parameters that all leads share.

    Attributes
    ----------
    moves
        Shape (5, 5): chance per day to move, before modification; the diagonal is not used.
    is_wake, is_rise
        Shape (5, 5): which moves the lead's `wake` and `up` multiply.
    hazard
        Shape (3, 4, 5): stage, event, state; per day.
    after_lost, after_won
        Shape (5,): where interest goes on the day after.
    customer_opening
        Multiplier on `opened` once the lead has won before.
    rates
        Shape (era, variant, stage + 3 * customer, 5, touches): all touches.
    noise
        Shape (touches,): the touches that tell nothing.
    """

    moves: Floats
    is_wake: NDArray[np.bool_]
    is_rise: NDArray[np.bool_]
    hazard: Floats
    after_lost: Floats
    after_won: Floats
    customer_opening: float
    rates: Floats
    noise: NDArray[np.bool_]

    @property
    def telling_total(self) -> Floats:
        """Shape (era, variant, stage + 3 * customer, 5): rate of all telling touches together."""
        total: Floats = self.rates[..., ~self.noise].sum(axis=-1)
        return total


def world() -> World:
    """Make the sample company's world."""
    hazard = np.zeros((3, 4, 5))
    for stage, by_event in enumerate((_WITHOUT_DEAL, _OPENED, _QUOTED)):
        for event, by_state in by_event.items():
            hazard[stage, event] = by_state
    return World(
        moves=np.array(_MOVES),
        is_wake=_marked(_WAKES),
        is_rise=_marked(_RISES),
        hazard=hazard,
        after_lost=np.array([0.70, 0.10, 0.15, 0.05, 0.0]),
        after_won=np.array([0.75, 0.15, 0.10, 0.0, 0.0]),
        customer_opening=1.5,
        rates=rate_table(),
        noise=NOISE,
    )


def _marked(pairs: tuple[tuple[int, int], ...]) -> NDArray[np.bool_]:
    marks = np.zeros((5, 5), dtype=np.bool_)
    marks[tuple(np.array(pairs).T)] = True
    return marks


@dataclass(frozen=True)
class Modifiers:
    """What a lead's observed attributes and salesperson do to the world's parameters.

    Every array has one row a lead; `opening` and `winning` have a column an era.
    """

    variant: NDArray[np.int64]
    volume: Floats
    up: Floats
    wake: Floats
    opening: Floats
    winning: Floats
    start: Floats

    def with_stance(self, stance: NDArray[np.int64]) -> "Modifiers":
        """Return the same with the effect of each lead's hidden stance on its deals.

        Parameters
        ----------
        stance
            Shape (leads,): numbers in `intents.STANCES`.
        """
        opening, winning = (np.array(effect)[stance, None] for effect in (OPENING, WINNING))
        return replace(self, opening=self.opening * opening, winning=self.winning * winning)

    def with_committee(self, committee: NDArray[np.int64]) -> "Modifiers":
        """Return the same with the effect of each account's hidden committee on its leads.

        Parameters
        ----------
        committee
            Shape (leads,): numbers in `committees.COMMITTEES`.
        """
        rising, opening, winning = (
            np.array(effect)[committee]
            for effect in (committees.RISING, committees.OPENING, committees.WINNING)
        )
        return replace(
            self,
            up=self.up * rising,
            opening=self.opening * opening[:, None],
            winning=self.winning * winning[:, None],
        )
