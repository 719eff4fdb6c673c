"""Peers that are trained where their package is installed, which no requirement of ours asks for.

    pip install "flaml[automl]" pytabkit

Decided here: FLAML searches for two minutes by log loss, its folds by lead; RealMLP and TabM have
the tuned defaults of pytabkit and hold out leads as it does rows. All have two threads, where the
others have one. getML is left out: its package wants former versions of numpy and pandas.
"""

from importlib.util import find_spec
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks.quality.contenders import Contender
from benchmarks.quality.datasets import Dataset
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet

SECONDS: Final = 120
_THREADS: Final = 2
_HELD_OUT: Final = 5
"""One lead in so many stops a network."""


def flaml(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Let FLAML search for two minutes."""
    from flaml import AutoML  # noqa: PLC0415 - optional

    search = AutoML()
    search.fit(
        X_train=_frame(train),
        y_train=train.label.astype(np.int64),
        task="classification",
        metric="log_loss",
        time_budget=SECONDS,
        eval_method="cv",
        split_type="group",
        groups=train.lead,
        n_jobs=_THREADS,
        seed=seed,
        verbose=0,
    )
    return np.asarray(search.predict_proba(_frame(data.test))[:, 1])


def real_mlp(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Train RealMLP with its tuned defaults."""
    from pytabkit import RealMLP_TD_Classifier  # noqa: PLC0415 - optional

    return _network(RealMLP_TD_Classifier, train, data, seed)


def tab_m(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Train TabM with its defaults."""
    from pytabkit import TabM_D_Classifier  # noqa: PLC0415 - optional

    return _network(TabM_D_Classifier, train, data, seed)


def installed() -> dict[str, Contender]:
    """Return the peers whose package is there, by name."""
    return {name: one for name, (package, one) in _PEERS.items() if find_spec(package)}


_PEERS: Final[dict[str, tuple[str, Contender]]] = {
    "flaml": ("flaml", flaml),
    "real_mlp": ("pytabkit", real_mlp),
    "tab_m": ("pytabkit", tab_m),
}


def _network(kind: Any, train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Train a network of pytabkit; one fold of leads tells when to stop."""
    fold = folds_by_lead(train.lead, train.label, _HELD_OUT, seed)
    model = kind(
        device="cpu",
        random_state=seed,
        n_cv=1,
        n_threads=_THREADS,
        val_metric_name="cross_entropy",
        verbosity=0,
    )
    held = np.flatnonzero(fold == 0)
    model.fit(_frame(train), train.label.astype(np.int64), val_idxs=held[None, :])
    return np.asarray(model.predict_proba(_frame(data.test))[:, 1], np.float64)


def _frame(rows: TrainingSet) -> pd.DataFrame:
    """Return the columns by number: categories as text, of other columns what is missing as 0.

    Networks take no missing number; a column beside says where one was.
    """
    columns: dict[str, Any] = {}
    for c in range(len(rows.names)):
        values = rows.values[:, c]  # noqa: PD011 - no pandas
        if rows.categorical[c]:
            columns[f"f{c}"] = pd.Categorical(values.astype(str))
            continue
        gone = np.isnan(values)
        columns[f"f{c}"] = np.where(gone, 0.0, values)
        if gone.any():
            columns[f"f{c}_missing"] = gone.astype(np.float32)
    return pd.DataFrame(columns)
