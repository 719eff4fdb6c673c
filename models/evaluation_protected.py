"""Protected groups on the test rows: error, calibration, bands; and what gives them away.

Decided here: a group is compared only on what it got and what became of it; the attribute itself
was never a feature. A number is parted at its quartiles. A proxy is a feature from which a group
can be told: judged like any single feature, with the group in place of the conversion.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feature import Feature
from models.evaluation_figures import UNKNOWN, redraw
from models.evaluation_singles import singles
from models.metrics import Interval
from models.reference import BANDS, Reference
from models.training_set import Floats, TrainingSet

MISSING: Final = "(missing)"
MOST_GROUPS: Final = 8
LEAST_ROWS: Final = 30
MIN_CONVERSIONS: Final = 10
PROXY: Final = 0.6
MOST_PROXIES: Final = 5
QUARTERS: Final = 4


@dataclass(frozen=True)
class ProtectedGroup:
    """One group: how often it converts, what it was given, how well, and in which bands it lies.

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
    """A feature that gives a group away: the AUC with which it alone tells the group."""

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
class Compared:
    """The rows that are compared: both sets, what the test rows were given, and their bands.

    `band` holds positions in `BANDS`; `redraws` and `seed` are those of the intervals.
    """

    learning: TrainingSet
    test: TrainingSet
    probability: Floats
    band: NDArray[np.int8]
    redraws: int = 200
    seed: int = 0


def bands_of(margin: Floats, reference: Reference) -> NDArray[np.int8]:
    """Give the band of every margin."""
    return reference.band(reference.score(margin))


def groups_of(learning: pd.Series, test: pd.Series) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Name the group of every row: a value, or the quarter of a number; missing is one of its own.

    >>> [part.tolist() for part in groups_of(pd.Series(["f", None]), pd.Series(["m"]))]
    [['f', '(missing)'], ['m']]
    """
    names = _named(pd.concat([learning, test], ignore_index=True))
    return names[: len(learning)], names[len(learning) :]


def _named(values: pd.Series) -> NDArray[np.str_]:
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_GROUPS:
        parted = pd.qcut(values, QUARTERS, duplicates="drop")
        named = parted.map(_span, na_action="ignore").astype("object")
    else:
        named = values.astype("object")
    return named.where(values.notna(), MISSING).astype("str").to_numpy().astype(np.str_)


def _span(part: pd.Interval) -> str:
    return f"{part.left:g}-{part.right:g}"


def compare(
    attribute: str,
    groups: tuple[NDArray[np.str_], NDArray[np.str_]],
    rows: Compared,
    features: tuple[Feature, ...],
) -> Protected:
    """Compare the groups of one attribute.

    Parameters
    ----------
    attribute
        Its name.
    groups
        The group of every learning row, and of every test row.
    rows
        What is compared.
    features
        The records of the columns.
    """
    often = pd.Series(groups[1]).value_counts()
    names = [str(name) for name, size in often.items() if size >= LEAST_ROWS][:MOST_GROUPS]
    told = tuple(_group(name, groups[1] == name, rows) for name in names)
    return Protected(attribute, told, _proxies(names, groups, rows, features))


def _group(name: str, mine: NDArray[np.bool_], rows: Compared) -> ProtectedGroup:
    label, given, lead = rows.test.label[mine], rows.probability[mine], rows.test.lead[mine]
    conversions = int(label.sum())
    drawn = redraw(label, {name: given}, lead, rows.redraws, rows.seed)[name]
    enough = min(conversions, len(label) - conversions) >= MIN_CONVERSIONS
    shares = np.bincount(rows.band[mine], minlength=len(BANDS)) / len(label)
    return ProtectedGroup(
        name=name,
        rows=len(label),
        leads=len(np.unique(lead)),
        conversions=conversions,
        base_rate=float(label.mean()),
        mean_probability=float(given.mean()),
        calibration_gap=float(given.mean() - label.mean()),
        log_loss=drawn.interval("log_loss"),
        auc=drawn.interval("auc") if enough else UNKNOWN,
        bands=dict(zip(BANDS, shares.tolist(), strict=True)),
    )


def _proxies(
    names: list[str],
    groups: tuple[NDArray[np.str_], NDArray[np.str_]],
    rows: Compared,
    features: tuple[Feature, ...],
) -> tuple[Proxy, ...]:
    best: dict[str, Proxy] = {}
    for name in names:
        of_group = [
            replace(part, label=(mine == name).astype(np.float64))
            for part, mine in zip((rows.learning, rows.test), groups, strict=True)
        ]
        for one in singles(of_group[0], of_group[1], features, 1.0):
            if one.auc >= PROXY and one.auc > getattr(best.get(one.concept), "auc", 0.0):
                best[one.concept] = Proxy(one.feature, one.concept, name, one.auc)
    ordered = sorted(best.values(), key=lambda proxy: -proxy.auc)
    return tuple(ordered[:MOST_PROXIES])
