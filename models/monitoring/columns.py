"""Columns in bins: what is compared of a feature, and of the score.

Decided here: the bins are those of the artifact's evidence, which training counted; bins in which
too few of today's leads were expected are merged, neighbours for a number, into "the rest" for a
category, so that no bin is decided by a handful of leads.

Some columns move by nature, and are shown but raise no alarm: the month and whatever else all leads
of a moment share (clocks), the age of the lead, and what is counted over an account, which gathers
leads and their activities for as long as the company exists. Counts of the lead itself that grow
with its age are asked like any other, because leads of one age are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog, Vocabulary
from features.catalog.reserved import ACTIVITY_TYPE
from features.change_times import CALENDAR
from features.feature import Feature
from features.views import account
from models.model.binning import Binning, Edges
from models.stats.training_set import Floats

SCORE: Final = "score"
"""The column of what the model says."""
AGE: Final = "lead_age_days"
_SCORE_BINS: Final = 10
MISSING: Final = "(missing)"
REST: Final = "(other)"


@dataclass(frozen=True)
class Column:
    """One column in bins.

    Attributes
    ----------
    name, concept
        The feature, and what it speaks of.
    codes
        Shape (rows,): the bin of every row.
    edges
        Inner edges of a number; empty for a category.
    names
        Of a category: what each bin is called. Empty for a number.
    clock
        Whether it moves by nature.
    """

    name: str
    concept: str
    codes: NDArray[np.uint8]
    edges: tuple[float, ...]
    names: tuple[str, ...]
    clock: bool

    @property
    def bins(self) -> int:
        """How many bins, the one for missing included."""
        return len(self.names) or len(self.edges) + 2

    def says(self, group: NDArray[np.int64]) -> tuple[str, ...]:
        """Name the bins after some were merged: `group` gives the new bin of each."""
        return tuple(self._said(np.flatnonzero(group == one)) for one in range(group.max() + 1))

    def _said(self, members: NDArray[np.intp]) -> str:
        if self.names:
            return self.names[members[0]] if len(members) == 1 else REST
        first, last = int(members[0]), int(members[-1])
        if first > len(self.edges):
            return MISSING
        more = f" {MISSING}" if last > len(self.edges) else ""
        high = min(last, len(self.edges))
        if high == len(self.edges):
            return (f"> {self.edges[first - 1]:.4g}" if first else "") + more
        low = f"{self.edges[first - 1]:.4g} – " if first else "≤ "
        return f"{low}{self.edges[high]:.4g}{more}"


def of_features(
    catalog: Catalog, binning: Binning, codes: NDArray[np.uint8], clocks: NDArray[np.bool_]
) -> list[Column]:
    """Make the columns of all features.

    Parameters
    ----------
    catalog
        The features.
    binning
        Their bins.
    codes
        Shape (features, rows): the bin of every value.
    clocks
        Shape (features,): which features all leads of a moment share.
    """
    made = []
    for place, feature in enumerate(catalog.features):
        edges = binning.edges[place]
        named = _names(feature, edges, catalog.vocabulary) if feature.is_category else ()
        inner = () if feature.is_category else tuple(float(edge) for edge in edges)
        clock = bool(clocks[place]) or _by_nature(feature)
        made.append(Column(feature.name, feature.concept, codes[place], inner, named, clock))
    return made


def _by_nature(feature: Feature) -> bool:
    counted = feature.view == account.VIEW and feature.measure != "value"
    return counted or feature.measure in (AGE, *CALENDAR)


def of_score(margin: Floats, now: NDArray[np.bool_]) -> Column:
    """Make the column of what the model says, in tenths of the reference."""
    shares = np.arange(1, _SCORE_BINS) / _SCORE_BINS
    cuts = np.unique(np.quantile(margin[~now], shares)) if (~now).any() else np.zeros(0)
    codes = np.searchsorted(cuts, margin, side="left").astype(np.uint8)
    return Column(SCORE, SCORE, codes, tuple(cuts.tolist()), (), clock=False)


def merged(expected: Floats, *, ordered: bool, least: float) -> NDArray[np.int64]:
    """Tell the new bin of every bin, each with at least `least` expected where that can be.

    >>> merged(np.array([3.0, 9.0, 20.0, 4.0]), ordered=True, least=10.0)
    array([0, 0, 1, 1])
    >>> merged(np.array([3.0, 30.0, 20.0, 4.0]), ordered=False, least=10.0)
    array([0, 1, 0, 0])
    """
    if ordered:
        return _neighbours(expected, least)
    small = expected < least
    if small.any() and expected[small].sum() < least and not small.all():
        small[np.flatnonzero(~small)[np.argmin(expected[~small])]] = True
    if not small.any():
        return np.arange(len(expected))
    return np.where(small, 0, np.cumsum(~small))


def _neighbours(expected: Floats, least: float) -> NDArray[np.int64]:
    group = np.zeros(len(expected), np.int64)
    held, at = 0.0, 0
    for place, count in enumerate(expected):
        group[place] = at
        held += count
        if held >= least:
            held, at = 0.0, at + 1
    return np.minimum(group, max(at - 1, 0)) if held < least else group


def _names(feature: Feature, edges: Edges, vocabulary: Vocabulary) -> tuple[str, ...]:
    known: Sequence[str] = vocabulary.categories.get(feature.key, ())
    if feature.key == ACTIVITY_TYPE:
        known = vocabulary.activity_types
    codes = [int(edge) - 1 for edge in edges]
    told = [known[code] if code < len(known) else f"#{code + 1}" for code in codes]
    return (REST, *told, MISSING)
