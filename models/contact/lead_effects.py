"""The effect of a contact on leads that were not in the test, with its exact parts and its range.

Decided here: a model of effects is plain data (bins, a sum of numbers, their covariance), so that
it travels in an artifact and gives the same bytes wherever it is applied.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from models.contact import effect_model
from models.contact.columns import ColumnBinning
from models.contact.cross_fit import OutcomeModel, RowEffects, outcome_model, with_ranking
from models.contact.effect_model import EffectModel
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

    def halfway(self, indicators: Floats, probability: Floats | None = None) -> Floats:
        """Return the mean of the probabilities with a contact and without: shape (rows,).

        Parameters
        ----------
        indicators, probability
            As in `estimates`.
        """
        known = with_ranking(indicators, probability)
        both = self.without.probability(known) + self.with_contact.probability(known)
        return np.asarray(both / 2.0)

    def estimates(self, indicators: Floats, probability: Floats | None = None) -> EffectsOfLeads:
        """Return the effect on each row and its 90 % range.

        Parameters
        ----------
        indicators
            Shape (rows, indicators): the bins of the rows.
        probability
            Shape (rows,): as the ranking has it, if it was known of the rows of the test.
        """
        halfway = self.halfway(indicators, probability)
        effect = self.model.effect(indicators, halfway)
        reach = REACH * self.model.error(indicators, halfway)
        return EffectsOfLeads(effect, effect - reach, effect + reach)

    def of(self, frame: pd.DataFrame, probability: Floats | None = None) -> pd.DataFrame:
        """Return `effect`, its range, `mean` and one column a column, which sum to the effect.

        Parameters
        ----------
        frame
            The same columns as those of the rows of the test.
        probability
            As in `estimates`.
        """
        indicators = self.columns.indicators(frame)
        parts = self.model.contributions(indicators, self.halfway(indicators, probability))
        names = ["mean", *(one.name for one in self.columns.columns)]
        shown = self.estimates(indicators, probability)
        ends = pd.DataFrame(shown._asdict(), index=frame.index)
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
