"""The test that a word has to pass: texts with it go with other outcomes than texts without it.

Decided here: a word is compared within the texts of one kind (activity type, topic, direction), so
it cannot win by standing where much is written, or where leads of one sort write. All texts of a
lead are one witness: the variance is the larger of the one observed by lead and the one that chance
would give. Bonferroni's rule over all candidates keeps the chance that any word of noise enters
below `RISK`.
"""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.inputs import Integers

RISK: Final = 0.01
Floats = NDArray[np.float64]


class TextRows(NamedTuple):
    """Texts of training, one a row.

    Attributes
    ----------
    lead
        The number of the lead.
    kind
        The number of its kind: activity type, topic and direction.
    label
        Whether the lead converted after the text, NaN if it is not known.
    """

    lead: Integers
    kind: Integers
    label: Floats


def strongest(rows: TextRows, places: Mapping[str, Integers]) -> list[str]:
    """Return the words that pass the test, the most certain first, ties by the word.

    Parameters
    ----------
    rows
        The texts.
    places
        Candidate -> the rows that hold it.
    """
    if not (~np.isnan(rows.label)).any():
        return []
    test = _Test(rows)
    p_values = {word: test.p_value(at) for word, at in places.items()}
    limit = RISK / len(p_values)
    passed = [(p, word) for word, p in p_values.items() if p <= limit]
    return [word for _, word in sorted(passed)]


class _Test:
    """The sums by lead and kind of text that all candidates share."""

    def __init__(self, rows: TextRows) -> None:
        self._known = ~np.isnan(rows.label)
        self._kind = np.where(self._known, rows.kind, 0)
        self._lead = np.unique(rows.lead, return_inverse=True)[1]
        label = np.where(self._known, rows.label, 0.0)
        size = np.bincount(self._kind, self._known, self._kind.max() + 1)
        self._size = np.maximum(size, 1.0)
        rate = np.bincount(self._kind, label, len(size)) / self._size
        self._residual = np.where(self._known, label - rate[self._kind], 0.0)
        self._spread = np.where(self._known, np.sqrt(rate * (1.0 - rate))[self._kind], 0.0)
        self._of_lead = [self._by_lead_and_kind(part) for part in (self._residual, self._spread)]

    def p_value(self, places: Integers) -> float:
        """Return how probable so much difference is by chance, both ways; 1 if nothing is known."""
        share = np.bincount(self._kind[places], self._known[places], len(self._size)) / self._size
        observed, by_chance = (
            np.bincount(self._lead[places], part[places], len(of_lead)) - of_lead @ share
            for part, of_lead in zip((self._residual, self._spread), self._of_lead, strict=True)
        )
        variance = max(float(observed @ observed), float(by_chance @ by_chance))
        if variance <= 0.0:
            return 1.0
        return math.erfc(abs(float(observed.sum())) / math.sqrt(2.0 * variance))

    def _by_lead_and_kind(self, values: Floats) -> Floats:
        leads, kinds = int(self._lead.max()) + 1, len(self._size)
        cell = self._lead * kinds + self._kind
        sums = np.bincount(cell, values, leads * kinds).reshape(leads, kinds)
        return np.asarray(sums, dtype=np.float64)
