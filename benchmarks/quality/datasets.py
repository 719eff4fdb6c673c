"""Data sets of the quality benchmark, each as training and test sets.

Decided here: which columns are strict (known before the outcome), what is the test, how a smaller
training set is drawn (whole leads, at random), and how long after the cutoff a label was known. The
bank's rows are in order of time and tell month and weekday, but no year and no day: a month that
changes is the next one, and the calls of a month are spread evenly over it.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import DAY, Moments
from models.stats.training_set import TrainingSet

ROOT = Path(__file__).resolve().parents[2]

X_EDUCATION_LEAKS = (
    "Tags",
    "Lead Quality",
    "Lead Profile",
    "Asymmetrique Activity Index",
    "Asymmetrique Profile Index",
    "Asymmetrique Activity Score",
    "Asymmetrique Profile Score",
    "Last Notable Activity",
    "Last Activity",
    "Prospect ID",
    "Lead Number",
)

QUARTER = 20261125
"""Seed of the quarter that tests: drawn anew after the settings were chosen on another one."""


@dataclass(frozen=True)
class Dataset:
    """A fixed test set and the rows to train on.

    Attributes
    ----------
    name
        Of the data set.
    train, test
        Features and labels.
    limit
        The AUC of the true probabilities on the test set, where they are known.
    parts
        Parts of the test set, by mask, whose AUC is told apart.
    horizon_days
        How long after its cutoff a label is known.
    """

    name: str
    train: TrainingSet
    test: TrainingSet
    limit: float | None = None
    parts: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    horizon_days: float = 90.0

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash that identifies the data."""
        digest = hashlib.sha256()
        for part in (self.train, self.test):
            for name in ("values", "label", "lead", "cutoff"):
                digest.update(np.ascontiguousarray(getattr(part, name)).tobytes())
        return digest.hexdigest()[:12]

    def draw(self, rows: int | None, seed: int) -> TrainingSet:
        """Draw whole leads with about so many rows; None means all."""
        if rows is None or rows >= len(self.train):
            return self.train
        leads = np.random.default_rng(seed).permutation(np.unique(self.train.lead))
        place = np.empty(leads.max() + 1, dtype=np.int64)
        place[leads] = np.arange(len(leads))
        order = np.argsort(place[self.train.lead], kind="stable")
        return self.train.take(np.sort(order[:rows]))


def data_folder() -> Path:
    """Return the folder of the real data: the variable MIKOMI_DATA, else `../shared/data`."""
    return Path(os.environ.get("MIKOMI_DATA", ROOT.parent / "shared" / "data"))


def flat(frame: pd.DataFrame, label: pd.Series, cutoff: Moments | None = None) -> TrainingSet:
    """Make a training set of a table with one row a lead."""
    columns, categorical = [], []
    for name in frame.columns:
        number = pd.api.types.is_numeric_dtype(frame[name])
        codes = pd.factorize(frame[name], sort=True)[0]
        coded = np.where(codes < 0, np.nan, codes + 1.0)
        columns.append(frame[name].to_numpy(np.float32) if number else coded.astype(np.float32))
        categorical.append(not number)
    lead = np.arange(len(frame))
    return TrainingSet(
        values=np.ascontiguousarray(np.column_stack(columns)),
        label=label.to_numpy(np.float64),
        lead=lead,
        cutoff=np.zeros_like(lead) if cutoff is None else cutoff,
        names=tuple(frame.columns),
        categorical=np.array(categorical),
    )


def x_education() -> Dataset:
    """Load leads of an online school; a random quarter is the test."""
    frame = pd.read_csv(data_folder() / "x_education" / "Leads.csv.gz").replace("Select", np.nan)
    label = frame.pop("Converted")
    return _random_quarter("x_education", flat(frame.drop(columns=[*X_EDUCATION_LEAKS]), label))


def bank_random() -> Dataset:
    """Load a bank's phone campaign; a random quarter is the test."""
    frame, label = _bank()
    return _random_quarter("bank_random", flat(frame, label))


def bank_chronological() -> Dataset:
    """Load a bank's phone campaign; the last quarter is the test. A call decides on the spot."""
    frame, label = _bank()
    rows = flat(frame, label, _call_moments(frame["month"].to_numpy()))
    border = len(rows) * 3 // 4
    return Dataset(
        "bank_chronological",
        rows.take(np.arange(border)),
        rows.take(np.arange(border, len(rows))),
        horizon_days=1.0,
    )


def _bank() -> tuple[pd.DataFrame, pd.Series]:
    source = data_folder() / "uci_bank_marketing" / "bank-additional-full.csv.gz"
    frame = pd.read_csv(source, sep=";").drop(columns="duration").replace("unknown", np.nan)
    frame["pdays"] = frame["pdays"].where(frame["pdays"] != 999)
    label = (frame.pop("y") == "yes").astype(float)
    return frame, label


def _call_moments(month: NDArray[np.object_]) -> Moments:
    """Date the calls: the first is of May 2008, a lower month than the last means a new year."""
    number = pd.to_datetime(pd.Series(month), format="%b").dt.month.to_numpy()
    changes = np.flatnonzero(np.diff(number)) + 1
    run = np.searchsorted(changes, np.arange(len(number)), side="right")
    year = 2008 + np.cumsum(np.append(0, np.diff(number) < 0))
    begins = pd.to_datetime(pd.DataFrame({"year": year, "month": number, "day": 1}))
    place = np.arange(len(run)) - np.append(0, changes)[run]
    share = place / np.bincount(run)[run]
    days = begins.dt.days_in_month.to_numpy() * share
    return begins.astype("datetime64[us]").astype("int64").to_numpy() + (days * DAY).astype("int64")


def _random_quarter(name: str, rows: TrainingSet) -> Dataset:
    order = np.random.default_rng(QUARTER).permutation(len(rows))
    border = len(rows) // 4
    return Dataset(name, rows.take(np.sort(order[border:])), rows.take(np.sort(order[:border])))


DATASETS: dict[str, Callable[[], Dataset]] = {
    "x_education": x_education,
    "bank_random": bank_random,
    "bank_chronological": bank_chronological,
}
