"""What an evaluation derives from the catalog: segments, labels, recency column, importances.

Decided here: segments are the categorical attributes; contributions are summed to concepts before
their size is averaged, as in reasons, so that opposite features of one concept cancel.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Text
from features.wording.activity_words import ANY
from models.baselines import baselines
from models.explain.concepts import Concepts
from models.explain.contributions import Explainer
from models.model.lead_model import LeadModel
from models.stats.training_set import Values


@dataclass(frozen=True)
class Importance:
    """The importance of a concept: the mean absolute contribution to the margin, in log-odds."""

    concept: str
    label: Text
    size: float


def segments(catalog: Catalog, values: Values) -> dict[str, NDArray[np.str_]]:
    """Return the value of every categorical attribute on some rows.

    Parameters
    ----------
    catalog
        The features and the vocabulary.
    values
        Shape (rows, features).

    Returns
    -------
    Attribute -> shape (rows,): its value, `(other)` outside the vocabulary, or `(missing)`.
    """
    values_of = {}
    for column, feature in enumerate(catalog.features):
        known = catalog.vocabulary.categories.get(feature.key)
        if feature.view == "profile" and feature.is_category and known is not None:
            codes = np.nan_to_num(values[:, column], nan=-1.0).astype(np.int64)
            values_of[feature.key] = np.array(["(other)", *known, "(missing)"])[codes]
    return values_of


def labels(catalog: Catalog) -> dict[str, Text]:
    """Return the labels of attributes and of their values, in both languages."""
    own = [feature for feature in catalog.features if feature.view == "profile"]
    return {feature.key: feature.concept_label for feature in own if feature.key} | dict(
        catalog.vocabulary.labels
    )


def recency(catalog: Catalog) -> str:
    """Return the name of the column of days since the last activity of any type."""
    of_any = (
        feature.name
        for feature in catalog.features
        if (feature.view, feature.measure) == ("engagement", "days_since_last")
        and feature.key in ("", ANY)
    )
    return next(of_any, baselines.RECENCY)


def importance(model: LeadModel, catalog: Catalog, values: Values) -> tuple[Importance, ...]:
    """Average the absolute contributions of the concepts over some rows, the largest first.

    Parameters
    ----------
    model
        The model.
    catalog
        Its features.
    values
        Shape (rows, features).
    """
    concepts = Concepts.of(catalog)
    explainer = Explainer(model)
    values = explainer.sampled(values)
    each = explainer.contributions(values)
    summed = np.zeros((len(values), len(concepts.codes)))
    for column, concept in enumerate(concepts.of_feature):
        summed[:, concept] += each[:, column]
    size = np.abs(summed).mean(axis=0)
    order = np.argsort(-size, kind="stable")
    ordered = [(concepts.codes[k], concepts.labels[k], float(size[k])) for k in order]
    return tuple(Importance(*one) for one in ordered if one[2] > 0)
