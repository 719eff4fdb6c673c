"""Leads of whom chance, or people, contacted some, with known effects: rows of an estimate."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.contact.rows import ContactRows, Floats


@dataclass(frozen=True)
class ContactPlan:
    """How a world of contacts is made.

    Attributes
    ----------
    leads, per_account
        How many, and how many leads an account has on average.
    chance
        With which probability a lead is contacted.
    base
        Log-odds of a usual lead.
    effect, difference
        What a contact adds to the log-odds; and how much more of small companies, less of large.
    chosen
        How strongly people choose likely leads; None: chance alone contacts.
    """

    leads: int = 4000
    per_account: float = 1.0
    chance: float = 0.5
    base: float = -3.0
    effect: float = 0.0
    difference: float = 0.0
    chosen: float | None = None


@dataclass(frozen=True)
class ContactWorld:
    """The rows, and the true effect of each, in shares."""

    rows: ContactRows
    effect: Floats


def world(plan: ContactPlan, seed: int) -> ContactWorld:
    """Draw a world."""
    rng = np.random.default_rng([seed, 77])
    n = plan.leads
    account = rng.integers(0, max(int(n / plan.per_account), 1), n)
    if plan.per_account <= 1.0:
        account = np.arange(n)
    shared = rng.normal(size=int(account.max()) + 1)[account] * (plan.per_account > 1.0) * 0.5
    size, trade = rng.choice(["S", "M", "L"], n), rng.choice(list("abcdef"), n)
    interest, noise = rng.normal(size=n), rng.exponential(size=n)
    margin = plan.base + 0.8 * interest + 0.5 * (size == "L") - 0.4 * (trade == "a") + shared
    moved = margin + plan.effect + plan.difference * ((size == "S") * 1.0 - (size == "L") * 1.0)
    chance = np.full(n, plan.chance)
    if plan.chosen is not None:
        chance = 1.0 / (1.0 + np.exp(-plan.chosen * interest))
    contacted = rng.random(n) < chance
    without, with_contact = (1.0 / (1.0 + np.exp(-one)) for one in (margin, moved))
    label = (rng.random(n) < np.where(contacted, with_contact, without)).astype(np.float64)
    frame = pd.DataFrame({"size": size, "trade": trade, "interest": interest, "noise": noise})
    known = chance if plan.chosen is None else None
    return ContactWorld(
        ContactRows(frame, contacted, label, account.astype(np.int64), known),
        with_contact - without,
    )
