"""Protected groups on the test rows: error, calibration, bands; and their proxies.

Decided here: groups are compared by their probabilities and outcomes; the attribute itself is never
a feature. A number is cut at its quartiles. A proxy is a feature that predicts a group: it is
judged like any single feature, with the group in place of the conversion, on leads that it was not
learned from. Of hundreds of features some predict a small group by chance, so the AUC of a proxy
must lie four standard errors (of an uninformative AUC, counted in leads) above one half.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feature import Feature
from models.evaluation.comparisons import UNKNOWN, redraw
from models.evaluation.single_features import singles
from models.model.reference import BANDS, Reference
from models.stats.metrics import Interval
from models.stats.training_set import Floats, TrainingSet

MISSING: Final = "(missing)"
MOST_GROUPS: Final = 8
LEAST_ROWS: Final = 30
MIN_CONVERSIONS: Final = 10
PROXY: Final = 0.6
ERRORS: Final = 4.0
MOST_PROXIES: Final = 5
QUARTERS: Final = 4


@dataclass(frozen=True)
class ProtectedGroup:
    """One group: conversions, mean probability, quality of the prediction, shares of the bands.

    `calibration_gap` is the mean probability less the share that converted.
    """

    name: str
    rows: int
    leads: int
    conversions: int
    base_rate: float
    mean_probability: float
    calibration_gap: float
    log_loss: Interval
    auc: Interval
    bands: Mapping[str, float]


@dataclass(frozen=True)
class Proxy:
    """A feature that predicts a group, with its AUC alone."""

    feature: str
    concept: str
    group: str
    auc: float


@dataclass(frozen=True)
class Protected:
    """One protected attribute: its groups, and the strongest proxies."""

    attribute: str
    groups: tuple[ProtectedGroup, ...]
    proxies: tuple[Proxy, ...]


@dataclass(frozen=True)
class ProtectedRows:
    """The test rows that are compared, with their probabilities and bands.

    `band` holds positions in `BANDS`; `redraws` and `seed` are those of the intervals.
    """

    test: TrainingSet
    probability: Floats
    band: NDArray[np.int8]
    redraws: int = 200
    seed: int = 0


def bands_of(margin: Floats, reference: Reference) -> NDArray[np.int8]:
    """Compute the band of every margin.

    Parameters
    ----------
    margin
        Shape (rows,).
    reference
        The reference of scores and bands.

    Returns
    -------
    Shape (rows,): positions in `BANDS`.
    """
    return reference.band(reference.score(margin))


def groups_of(values: pd.Series) -> NDArray[np.str_]:
    """Name the group of every row: a value, or the quarter of a number; missing is its own group.

    >>> groups_of(pd.Series(["f", None, "m"])).tolist()
    ['f', '(missing)', 'm']
    """
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_GROUPS:
        parted = pd.qcut(values, QUARTERS, duplicates="drop")
        named = parted.map(_span, na_action="ignore").astype("object")
    else:
        named = values.astype("object")
    return named.where(values.notna(), MISSING).astype("str").to_numpy().astype(np.str_)


def _span(part: pd.Interval) -> str:
    return f"{part.left:g}-{part.right:g}"


def compare(
    attribute: str, group: NDArray[np.str_], rows: ProtectedRows, features: tuple[Feature, ...]
) -> Protected:
    """Compare the groups of one attribute.

    Parameters
    ----------
    attribute
        Its name.
    group
        Shape (rows,): the group of every row.
    rows
        The test rows with probabilities and bands.
    features
        The features, in the order of the columns.
    """
    often = pd.Series(group).value_counts()
    names = [str(name) for name, size in often.items() if size >= LEAST_ROWS][:MOST_GROUPS]
    compared = tuple(_group(name, group == name, rows) for name in names)
    return Protected(attribute, compared, _proxies(names, group, rows, features))


def _group(name: str, mine: NDArray[np.bool_], rows: ProtectedRows) -> ProtectedGroup:
    label, probability, lead = rows.test.label[mine], rows.probability[mine], rows.test.lead[mine]
    conversions = int(label.sum())
    drawn = redraw(label, {name: probability}, lead, rows.redraws, rows.seed)[name]
    enough = min(conversions, len(label) - conversions) >= MIN_CONVERSIONS
    shares = np.bincount(rows.band[mine], minlength=len(BANDS)) / len(label)
    return ProtectedGroup(
        name=name,
        rows=len(label),
        leads=len(np.unique(lead)),
        conversions=conversions,
        base_rate=float(label.mean()),
        mean_probability=float(probability.mean()),
        calibration_gap=float(probability.mean() - label.mean()),
        log_loss=drawn.interval("log_loss"),
        auc=drawn.interval("auc") if enough else UNKNOWN,
        bands=dict(zip(BANDS, shares.tolist(), strict=True)),
    )


def _proxies(
    names: list[str], group: NDArray[np.str_], rows: ProtectedRows, features: tuple[Feature, ...]
) -> tuple[Proxy, ...]:
    """Detect proxies of groups: half of the leads for training, the other half for judging."""
    codes, place = np.unique(rows.test.lead, return_inverse=True)
    taught = (np.random.default_rng(rows.seed).permutation(len(codes)) % 2 == 0)[place]
    best: dict[str, Proxy] = {}
    for name in names:
        mine = replace(rows.test, label=(group == name).astype(np.float64))
        judged = mine.take(~taught)
        least = max(PROXY, 0.5 + ERRORS * _by_chance(judged.lead, judged.label == 1.0))
        for one in singles(mine.take(taught), judged, features, 1.0):
            if one.auc >= least and one.auc > getattr(best.get(one.concept), "auc", 0.0):
                best[one.concept] = Proxy(one.feature, one.concept, name, one.auc)
    ordered = sorted(best.values(), key=lambda proxy: -proxy.auc)
    return tuple(ordered[:MOST_PROXIES])


def _by_chance(lead: NDArray[np.int64], mine: NDArray[np.bool_]) -> float:
    """Compute the standard error of an uninformative AUC (Mann and Whitney), counted in leads."""
    inside, outside = (max(len(np.unique(lead[part])), 1) for part in (mine, ~mine))
    return float(np.sqrt((inside + outside + 1) / (12 * inside * outside)))
