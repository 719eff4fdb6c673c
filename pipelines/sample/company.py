"""The sample company: how it is made, and its canonical tables.

Decided here: what one seed makes, and in which order: people, lives, particulars.
"""

from dataclasses import dataclass

import numpy as np

from features.tables import Tables
from pipelines.sample import export
from pipelines.sample.facets import committees, seasons
from pipelines.sample.leaks import PLANTED_LEAKS
from pipelines.sample.simulation import people, simulate, world
from pipelines.sample.simulation.history import (
    SampleHistory,
    SampleSettings,
    committees_of,
    stances_of,
)

__all__ = ["LONGEST_HORIZON_DAYS", "SampleCompany", "SampleSettings", "make"]

LONGEST_HORIZON_DAYS = 400


@dataclass(frozen=True)
class SampleCompany(SampleHistory):
    """A sample company with its tables."""

    @property
    def leak_names(self) -> tuple[str, ...]:
        """The attributes that look into the future."""
        return tuple(leak.name for leak in PLANTED_LEAKS)

    def tables(self, *, with_leaks: bool = False) -> Tables:
        """Return the canonical tables that the good mapping makes of the export."""
        return export.tables(self, with_leaks=with_leaks)


def make(settings: SampleSettings) -> SampleCompany:
    """Make a company; the same settings make the same company."""
    days = seasons.days_in(settings.months)
    calendar = seasons.seasons(days + LONGEST_HORIZON_DAYS + 2)
    people_seed, lives_seed, *particulars = np.random.SeedSequence(settings.seed).spawn(7)
    sizes = (committees.LEADS_PER_ACCOUNT,) if settings.committees else ()
    rng = np.random.default_rng(people_seed)
    persons = people.draw(settings.leads, days, calendar, rng, *sizes)
    modifiers = people.modifiers(persons)
    laws = world.world()
    lived = modifiers.with_stance(stances_of(settings, len(persons)))
    committee = committees_of(settings, persons.account)
    if committee is not None:
        lived = lived.with_committee(committee)
    lives = simulate.simulate(
        persons, (laws, lived, calendar), days, np.random.default_rng(lives_seed)
    )
    seeds = tuple(int(seed.generate_state(1)[0]) for seed in particulars)
    return SampleCompany(settings, persons, modifiers, laws, calendar, lives, days, seeds)
