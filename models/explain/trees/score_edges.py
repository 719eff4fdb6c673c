"""The edges of a score: the feature values at which the margin can change.

Decided here: while every feature stays between two neighbouring edges, the margin and all
contributions stay the same, to the bit. A feature without edges has no influence on the score.
"""

from typing import Final

import numpy as np

from models.explain.trees.tree_bins import column_bins
from models.explain.trees.tree_text import parse
from models.model.lead_model import LeadModel
from models.model.own_model import OwnModel
from models.stats.training_set import Floats

_NO_EDGE: Final = np.zeros(0)
_OWN_EDGES: Final = np.arange(-0.5, 400.0)
"""An own model can change at any value: between whole numbers, of counts and of days for a year."""


def edges_of(model: LeadModel) -> list[Floats]:
    """Collect the edges of every feature, ascending; of a category, the codes that differ."""
    edges: list[list[float]] = [[] for _ in model.names]
    card, binning = model.scorecard, model.scorecard.binning
    if model.weights.scorecard != 0.0 and len(binning.edges):
        for column, own in enumerate(binning.edges):
            points = card.table[binning.starts[column] : binning.starts[column + 1]]
            if len(np.unique(points)) > 1:
                edges[column] += own.tolist() or [0.0]
    if isinstance(model.booster, OwnModel):
        return [_NO_EDGE if silent else _OWN_EDGES for silent in model.booster.silent]
    if model.booster is not None and model.weights.trees != 0.0:
        for item in column_bins(parse(model.booster.text)):
            values = range(item.categories) if item.categories else item.edges.tolist()
            edges[item.column] += map(float, values)
    return [np.unique(np.array(own, np.float64)) for own in edges]
