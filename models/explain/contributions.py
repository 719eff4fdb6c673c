"""Exact contributions of the features to the margin.

Decided here: a contribution is scorecard weight * (points of the bin, centred over the training
rows) + trees weight * (path-dependent SHAP value of the trees); base margin + sum = margin. Small
trees are explained by state tables, checked against LightGBM's own `pred_contrib` before the first
use; larger ones by `pred_contrib` itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import ArtifactError, CatalogMismatch
from features.kernel.compiled import njit
from models.explain import scorecard_parts
from models.explain.own_contributions import APPROXIMATE_ROWS, OwnContributions
from models.explain.scorecard_parts import margins_of_packed, of_packed
from models.explain.trees import tree_text
from models.explain.trees.tree_shap import StateTables, add_outputs, add_trees
from models.explain.trees.tree_shap_tables import tabulate
from models.model.booster import Booster
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.stats.training_set import Floats, Values

CHECK_TOLERANCE = 1e-9
"""Sums of some hundred doubles in two orders differ by about 1e-14."""
_CHECK_ROWS = 48
_CHECK_SEED = 20_240_229


@dataclass(frozen=True)
class Explained:
    """Rows explained: `contributions`, shape (rows, features), and the `margin` they add up to."""

    contributions: Floats
    margin: Floats


class Explainer:
    """Explains rows of one model; makes and checks its state tables at construction.

    Parameters
    ----------
    model
        The model.

    Raises
    ------
    ArtifactError
        If the tables differ from LightGBM's own values.
    """

    def __init__(self, model: LeadModel) -> None:
        self.model = model
        self.base_margin = model.base_margin
        self.tables: StateTables | None = None
        trees = np.empty(0, np.int64)
        self.own: OwnContributions | None = None
        if isinstance(model.booster, OwnModel):
            self.own = OwnContributions(model.booster)
        elif model.booster is not None:
            self.tables = tabulate(tree_text.parse(model.booster.text))
            if self.tables is not None:
                check(self.tables, model.booster, len(model.names))
                trees = self.tables.packed
        weights = (model.weights.scorecard, model.weights.trees, model.weights.shift)
        self.packed = (model.scorecard.packed, trees, weights)
        """The input of `explain_rows`, if no tree is too large for it."""

    @property
    def in_one(self) -> bool:
        """Whether all trees are small enough for `explain_rows`."""
        return self.model.booster is None or self.tables is not None

    @property
    def exact(self) -> bool:
        """Whether contributions are exact; those of an own model may be approximate."""
        return self.own is None or self.own.exact

    def sampled(self, values: Values) -> Values:
        """Return the rows that an average is made of: few, where each is expensive."""
        return values if self.exact else values[:: max(1, len(values) // APPROXIMATE_ROWS)]

    def contributions(self, values: Values) -> Floats:
        """Compute the contributions in margin units: shape (rows, features)."""
        return self.explain(values).contributions

    def explain(self, values: Values) -> Explained:
        """Compute contributions and margins; the margins equal the model's own.

        Parameters
        ----------
        values
            Shape (rows, features), float32, as `features.build` made them.

        Raises
        ------
        CatalogMismatch
            If there are more or fewer features than the model has.
        """
        model = self.model
        self._check(values)
        if not self.in_one and len(values):
            parts = model.weights.scorecard * scorecard_parts.contributions(model.scorecard, values)
            parts += model.weights.trees * self._corrections(values)
            return Explained(parts, model.margin(values))
        parts, margin = np.empty(values.shape), np.empty(len(values))
        explain_rows(values, self.packed, parts, margin)
        return Explained(parts, margin)

    def margin(self, values: Values) -> Floats:
        """Compute the margins that `explain` adds up to, without contributions: shape (rows,).

        Parameters
        ----------
        values
            As in `explain`.

        Raises
        ------
        CatalogMismatch
            As in `explain`.
        """
        self._check(values)
        if not self.in_one:
            return self.model.margin(values)
        margin = np.empty(len(values))
        margin_rows(values, self.packed, margin)
        return margin

    def _check(self, values: Values) -> None:
        features = len(self.model.names)
        if values.ndim != 2 or values.shape[1] != features:  # noqa: PLR2004 (rows, features)
            raise CatalogMismatch.of(
                f"values of shape {values.shape}",
                f"(rows, {features})",
                "build the features with the catalog of this model",
            )

    def _corrections(self, values: Values) -> Floats:
        """Compute the contributions of an own model, or of trees that are too large for tables."""
        if self.own is not None:
            return self.own.contributions(values)
        assert isinstance(self.model.booster, Booster)  # noqa: S101 - otherwise it were in one
        return np.asarray(self.model.booster.model.predict(values, pred_contrib=True))[:, :-1]


@njit(cache=True, nogil=True)
def explain_rows(
    values: Any, packed: Any, parts: Any, margin: Any
) -> None:  # pragma: no cover (compiled)
    """Write contributions and margins of rows.

    Parameters
    ----------
    values
        Shape (rows, features), float32.
    packed
        `Explainer.packed`.
    parts, margin
        Shape (rows, features) and (rows,): where the results are written.
    """
    card, trees, (of_card, of_trees, shift) = packed
    of_packed(values, card, parts, margin)
    for row in range(len(values)):
        margin[row] = of_card * margin[row] + shift
        for column in range(values.shape[1]):
            parts[row, column] *= of_card
    if trees.size > 0:
        outputs = np.zeros(len(values))
        add_trees(values, trees, parts, outputs, of_trees)
        for row in range(len(values)):
            margin[row] += of_trees * outputs[row]


@njit(cache=True, nogil=True)
def margin_rows(values: Any, packed: Any, margin: Any) -> None:  # pragma: no cover (compiled)
    """Write the margins of rows, by the same sums as `explain_rows`.

    Parameters
    ----------
    values, packed, margin
        As in `explain_rows`.
    """
    card, trees, (of_card, of_trees, shift) = packed
    margins_of_packed(values, card, margin)
    outputs = np.zeros(len(values))
    if trees.size > 0:
        add_outputs(values, trees, outputs)
    for row in range(len(values)):
        margin[row] = of_card * margin[row] + shift
        if trees.size > 0:
            margin[row] += of_trees * outputs[row]


def check(tables: StateTables, booster: Booster, features: int) -> None:
    """Compare state tables with `pred_contrib` on rows around all thresholds.

    Parameters
    ----------
    tables
        The state tables of the booster.
    booster
        The booster.
    features
        Number of features.

    Raises
    ------
    ArtifactError
        If they differ by more than `CHECK_TOLERANCE`.
    """
    values = probe_rows(tables, features)
    theirs = np.asarray(booster.model.predict(values, pred_contrib=True))
    ours, margin = tables.explain(values)
    differences = (
        np.abs(ours - theirs[:, :-1]).max(initial=0.0),
        abs(tables.expected - theirs[0, -1]),
        np.abs(margin - np.asarray(booster.model.predict(values, raw_score=True))).max(),
    )
    if not max(differences) <= CHECK_TOLERANCE * max(1.0, float(np.abs(theirs).max())):
        raise ArtifactError.of(
            f"reasons that differ from LightGBM's own by {max(differences):.3g}",
            f"at most {CHECK_TOLERANCE}",
            "do not use this model; train it again",
        )


def probe_rows(tables: StateTables, features: int) -> NDArray[np.float32]:
    """Make rows on, just above and just below thresholds, with zeros, NaN and unknown codes.

    Parameters
    ----------
    tables
        The state tables whose thresholds are used.
    features
        Number of features.

    Returns
    -------
    Shape (48, features).
    """
    rng = np.random.default_rng(_CHECK_SEED)
    values = np.zeros((_CHECK_ROWS, features), dtype=np.float32)
    bins = tables.bins
    for place, column in enumerate(bins.column.tolist()):
        edges = bins.edges[bins.start[place] : bins.start[place + 1]].astype(np.float32)
        near = [
            edges,
            np.nextafter(edges, np.float32(np.inf)),
            np.nextafter(edges, np.float32(-np.inf)),
        ]
        codes = np.arange(bins.categories[place] + 2, dtype=np.float32)
        ordinary = codes if bins.categories[place] else np.concatenate(near)
        special = rng.choice(np.array([0.0, np.nan, -1.0], dtype=np.float32), _CHECK_ROWS)
        drawn = rng.choice(ordinary, _CHECK_ROWS)
        values[:, column] = np.where(rng.random(_CHECK_ROWS) < 0.25, special, drawn)  # noqa: PLR2004
    return values
