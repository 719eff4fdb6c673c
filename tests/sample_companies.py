"""Sample companies that several tests share; made once."""

from dataclasses import replace
from functools import cache

import numpy as np

from pipelines.sample import SampleCompany, SampleSettings, make
from pipelines.sample.simulation import simulate


@cache
def company(leads: int = 400, seed: int = 3) -> SampleCompany:
    return make(SampleSettings(leads=leads, seed=seed))


@cache
def hasty_company() -> SampleCompany:
    """A company whose deals open and are won within days: short histories hold every event."""
    usual = company()
    m = usual.modifiers
    hasty = replace(m, opening=50.0 * m.opening, winning=40.0 * m.winning)
    laws = (usual.world, hasty.with_stance(usual.stance), usual.calendar)
    lives = simulate.simulate(usual.people, laws, usual.days, np.random.default_rng(1))
    return replace(usual, modifiers=hasty, lives=lives)
