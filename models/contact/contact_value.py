"""What contacts add, from rows to the answer.

Decided here: the answer comes first, and where it does not say that effects differ there is no
order by contact value: the table of calls and the reasons are then empty, not merely uncertain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.contact.cross_fit import RowEffects, cross_fit, fitted
from models.contact.effect_model import out_of_fold, room
from models.contact.lead_effects import LeadEffects, lead_effects
from models.contact.overlap import Overlap, inside, overlap
from models.contact.policy import SHARES, PolicyLine, policy
from models.contact.rows import ContactRows, Flags
from models.contact.verdict import ContactVerdict, verdict
from models.stats.training_set import Floats


@dataclass(frozen=True)
class BinEffect:
    """What a bin of a column adds to the mean effect, and how many rows lie in it."""

    column: str
    level: str
    rows: int
    adds: float


@dataclass(frozen=True)
class ContactValue:
    """Everything about the effect of a contact.

    Attributes
    ----------
    rows, contacted, conversions
        Rows that were compared, those of them that were contacted, and conversions of either side
        (contacted first).
    left_out
        Rows without anybody to be compared with.
    verdict
        The answer.
    overlap
        Where people chose; None where chance did.
    policy, bins
        What calls add, and what columns add; empty unless effects are shown to differ.
    model
        For leads that are open now; None unless effects are shown to differ.
    """

    rows: int
    contacted: int
    conversions: tuple[int, int]
    left_out: int
    verdict: ContactVerdict
    overlap: Overlap | None
    policy: tuple[PolicyLine, ...]
    bins: tuple[BinEffect, ...]
    model: LeadEffects | None


def contact_value(
    rows: ContactRows, open_leads: int, seed: int = 0, shares: Sequence[float] = SHARES
) -> ContactValue:
    """Estimate what contacts add, and answer whether it is shown.

    Parameters
    ----------
    rows
        Matured rows.
    open_leads
        How many leads there are to call, for the number of extra wins.
    seed
        Of the folds.
    shares
        Of the leads that are called, for the table.
    """
    effects, common = cross_fit(rows, seed), None
    every = len(rows)
    if not rows.randomised:
        common = overlap(effects.indicators, rows.contacted, effects.chance)
        within = inside(effects.chance)
        if within.any():
            rows, effects = rows.of(within), _of(effects, within)
    effect = out_of_fold(effects)
    answer = verdict(rows, effects, effect, common)
    lines: list[PolicyLine] = []
    known: LeadEffects | None = None
    if answer.answer == "differs":
        probability = rows.probability
        if probability is None:
            probability = _probability(rows, effects)
        lines = policy(effects.psi, rows.unit, (effect, probability), open_leads, shares)
        known = lead_effects(rows, effects)
    sides = (rows.contacted, ~rows.contacted)
    return ContactValue(
        len(rows),
        int(rows.contacted.sum()),
        (int(rows.label[sides[0]].sum()), int(rows.label[sides[1]].sum())),
        every - len(rows),
        answer,
        common,
        tuple(lines),
        () if known is None else _bins(effects, known),
        known,
    )


def _of(effects: RowEffects, within: Flags) -> RowEffects:
    names = ["psi", "fold", "chance", "without", "with_contact", "indicators", "outcome_columns"]
    names.append("unit")
    return replace(effects, **{name: getattr(effects, name)[within] for name in names})


def _probability(rows: ContactRows, effects: RowEffects) -> Floats:
    """Return the probability of a conversion, contacted or not, fitted outside of the fold."""
    out = np.empty(len(rows))
    for one in np.unique(effects.fold):
        mine = effects.fold == one
        out[mine] = fitted(effects.indicators, rows.label, ~mine, mine)
    return out


def _bins(effects: RowEffects, known: LeadEffects) -> tuple[BinEffect, ...]:
    """Return what each bin adds to the effect, for a lead with the mean room to move."""
    usual = float(room(effects.halfway).mean())
    rows_of = effects.indicators.sum(axis=0).astype(int).tolist()
    names, adds = known.columns.names(), known.tables.adds
    return tuple(
        BinEffect(name, level, count, usual * float(add))
        for (name, level), count, add in zip(names, rows_of, adds, strict=True)
        if count
    )
