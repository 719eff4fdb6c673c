"""The effect of a contact on leads that were not in the test, with its exact parts and its range.

Decided here: a model of effects is plain data (bins, a sum of numbers, their covariance), so that
it travels in an artifact and gives the same bytes wherever it is applied.
"""

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from models.contact import effect_model, effect_tables
from models.contact.columns import ColumnBinning
from models.contact.cross_fit import OutcomeModel, RowEffects, outcome_model, ranking_log_odds
from models.contact.effect_model import EffectModel
from models.contact.effect_tables import EffectTables
from models.contact.rows import ContactRows
from models.stats.training_set import Floats

ERROR: Final = 0.10
"""The share of leads whose effect lies outside of its range."""
REACH: Final = NormalDist().inv_cdf(1.0 - ERROR / 2.0)


class EffectsOfLeads(NamedTuple):
    """What a contact adds to the probability of each lead, with its range: shape (rows,) each."""

    effect: Floats
    low: Floats
    high: Floats

    @classmethod
    def within(cls, effect: Floats, error: Floats) -> "EffectsOfLeads":
        """Return effects with the ranges of their standard errors.

        Parameters
        ----------
        effect, error
            Shape (rows,).
        """
        reach = REACH * error
        return cls(effect, effect - reach, effect + reach)


@dataclass(frozen=True)
class LeadEffects:
    """The effect of a contact on leads that the model has not met.

    Attributes
    ----------
    columns
        The bins.
    model
        What each bin adds.
    without, with_contact
        The probability of a conversion of either arm.
    """

    columns: ColumnBinning
    model: EffectModel
    without: OutcomeModel
    with_contact: OutcomeModel

    @cached_property
    def tables(self) -> EffectTables:
        """What a row adds up, by its bins."""
        arms = self.without, self.with_contact
        return effect_tables.effect_tables(self.model, arms, self.columns.first_bin)

    def of(self, frame: pd.DataFrame, probability: Floats | None = None) -> pd.DataFrame:
        """Return `effect`, its range, `mean` and one column a column, which sum to the effect.

        Parameters
        ----------
        frame
            The same columns as those of the rows of the test.
        probability
            Shape (rows,): as the ranking has it, if it was known of the rows of the test.
        """
        bins = self.columns.bins(frame)
        ranking = np.zeros(len(frame)) if probability is None else ranking_log_odds(probability)
        effect, error, room = effect_tables.of_bins(bins, ranking, self.tables)
        names = ["mean", *(one.name for one in self.columns.columns)]
        mean = np.full((len(frame), 1), self.model.mean)
        parts = room[:, None] * np.concatenate([mean, self.tables.adds[bins]], axis=1)
        ends = pd.DataFrame(EffectsOfLeads.within(effect, error)._asdict(), index=frame.index)
        return pd.concat([ends, pd.DataFrame(parts, columns=names, index=frame.index)], axis=1)


def lead_effects(rows: ContactRows, effects: RowEffects) -> LeadEffects:
    """Fit the effect on all rows.

    Parameters
    ----------
    rows, effects
        The test, and what the cross-fit made of it.
    """
    every = effect_model.fit(effects, np.ones(len(rows), np.bool_))
    known, called = effects.outcome_columns, rows.contacted
    arms = [outcome_model(known[arm], rows.label[arm]) for arm in (~called, called)]
    return LeadEffects(effects.columns, every, *arms)
