"""Binned columns: the features and the score, as the drift test compares them.

Decided here: the bins are those of the artifact's evidence, which training counted; bins with too
few expected leads are merged, neighbours for a number, into "other" for a category, so that no bin
depends on a handful of leads.

Some columns change with time by design, and are shown but raise no alarm: the month and other
features that all leads of a moment share (time proxies), the age of the lead, and counts over an
account, which gathers leads and their activities for as long as the company exists. Counts of the
lead itself that grow with its age are tested like any other, because leads of one age are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog, Vocabulary
from features.catalog.reserved import ACTIVITY_TYPE
from features.feature import Feature
from features.views import motion_of
from models.model.binning import Binning, Edges
from models.stats.training_set import Floats

SCORE: Final = "score"
"""The column of the model's margin."""
_SCORE_BINS: Final = 10
MISSING: Final = "(missing)"
REST: Final = "(other)"


@dataclass(frozen=True)
class BinnedColumn:
    """One column in bins.

    Attributes
    ----------
    name, concept
        The feature, and its concept.
    codes
        Shape (rows,): the bin of every row.
    edges
        Inner edges of a number; empty for a category.
    names
        Of a category: the name of each bin. Empty for a number.
    time_proxy
        Whether it changes with time by design; such a column is not tested.
    """

    name: str
    concept: str
    codes: NDArray[np.uint8]
    edges: tuple[float, ...]
    names: tuple[str, ...]
    time_proxy: bool

    @property
    def bins(self) -> int:
        """Number of bins, the one for missing values included."""
        return len(self.names) or len(self.edges) + 2

    def bin_names(self, group: NDArray[np.int64]) -> tuple[str, ...]:
        """Name the bins after some were merged: `group` gives the new bin of each."""
        return tuple(self._bin_name(np.flatnonzero(group == one)) for one in range(group.max() + 1))

    def _bin_name(self, members: NDArray[np.intp]) -> str:
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
    catalog: Catalog, binning: Binning, codes: NDArray[np.uint8], time_proxies: NDArray[np.bool_]
) -> list[BinnedColumn]:
    """Make the columns of all features.

    Parameters
    ----------
    catalog
        The features.
    binning
        Their bins.
    codes
        Shape (features, rows): the bin of every value.
    time_proxies
        Shape (features,): which features all leads of a moment share.

    Returns
    -------
    One column per feature, in the order of the catalog.
    """
    made = []
    for place, feature in enumerate(catalog.features):
        edges = binning.edges[place]
        named = _names(feature, edges, catalog.vocabulary) if feature.is_category else ()
        inner = () if feature.is_category else tuple(float(edge) for edge in edges)
        proxy = bool(time_proxies[place]) or motion_of(feature).drifts
        made.append(BinnedColumn(feature.name, feature.concept, codes[place], inner, named, proxy))
    return made


def of_score(margin: Floats, now: NDArray[np.bool_]) -> BinnedColumn:
    """Make the column of the model's margin, in tenths of the reference.

    Parameters
    ----------
    margin
        Shape (rows,): the margins.
    now
        Shape (rows,): whether a row is of today; the others are the reference.
    """
    shares = np.arange(1, _SCORE_BINS) / _SCORE_BINS
    cuts = np.unique(np.quantile(margin[~now], shares)) if (~now).any() else np.zeros(0)
    codes = np.searchsorted(cuts, margin, side="left").astype(np.uint8)
    return BinnedColumn(SCORE, SCORE, codes, tuple(cuts.tolist()), (), time_proxy=False)


def merged(expected: Floats, *, ordered: bool, least: float) -> NDArray[np.int64]:
    """Merge bins until each has at least `least` expected rows, where that is possible.

    Parameters
    ----------
    expected
        Shape (bins,): the expected number of rows of every bin.
    ordered
        Whether only neighbours may be merged; otherwise all small bins become bin 0.
    least
        The fewest expected rows of a bin.

    Returns
    -------
    Shape (bins,): the new bin of every bin.

    Examples
    --------
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
    names = [known[code] if code < len(known) else f"#{code + 1}" for code in codes]
    return (REST, *names, MISSING)
