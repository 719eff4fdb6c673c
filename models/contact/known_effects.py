"""What a contact adds to leads by their features, as rankings and answers have it.

Decided here: a call helps most where its whole range is above 0 and its effect among the top fifth
of the test. Every row is computed by itself (`effect_tables`), so that a request, a ranking and
each partition of a batch have the same bytes.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.contact import effect_tables
from models.contact.lead_effects import EffectsOfLeads, LeadEffects
from models.stats.training_set import Floats, Values

CONTACT: Final = ("contact_value", "contact_value_low", "contact_value_high", "call_helps")
"""The fields of `ContactColumns`, as rankings, answers and databases name them."""


class ContactColumns(NamedTuple):
    """What a contact adds to the probability of each lead: shape (rows,) each.

    Attributes
    ----------
    effect, low, high
        In shares, with the ends of the 90 % range.
    helps_most
        Whether a call helps most.
    """

    effect: Floats
    low: Floats
    high: Floats
    helps_most: NDArray[np.bool_]

    def row(self, place: int) -> dict[str, Any]:
        """Return what is known of one lead, by the names of `CONTACT`.

        Parameters
        ----------
        place
            Its row.
        """
        return dict(zip(CONTACT, (one[place].item() for one in self), strict=True))


class KnownEffects:
    """The effects of a test on leads that it did not have.

    Parameters
    ----------
    effects
        By columns that are features.
    most
        From which effect on a call helps most.
    names
        Of all features, in their order.
    """

    def __init__(self, effects: LeadEffects, most: float, names: Sequence[str]) -> None:
        places = {name: n for n, name in enumerate(names)}
        features = [places[one.name] for one in effects.columns.columns]
        self._columns = effect_tables.column_tables(effects.columns, features)
        self._tables = effects.tables
        self._most = most

    def of(self, values: Values) -> ContactColumns:
        """Return the effect on each row.

        Parameters
        ----------
        values
            Shape (rows, features).
        """
        effect, error, _ = effect_tables.of_values(values, self._columns, self._tables)
        shown = EffectsOfLeads.within(effect, error)
        return ContactColumns(*shown, (shown.low > 0.0) & (effect >= self._most))
