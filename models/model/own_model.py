"""An own model: whatever has `fit` and `predict_proba`, in the place of scorecard and trees.

Decided here: its margin is the log-odds of its probability, so calibration, interval, reference and
reasons are those of every model. It is saved without pickle: scikit-learn and LightGBM objects by
skops, which reads a list of trusted types and nothing else; CatBoost in its own format; any other
class by its own `to_bytes` and `from_bytes`, and such a class is imported where it was allowed
by name (`MIKOMI_ESTIMATORS`, or an entry point of an installed package), never because a file asks.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ArtifactError, BadInput
from models.model import own_names
from models.stats.training_set import Floats, Values

Form = Literal["skops", "catboost", "bytes"]
_TRUSTED: Final = ("sklearn.", "numpy.", "scipy.", "lightgbm.", "collections.OrderedDict")
_LEAST: Final = 1e-9


@dataclass(frozen=True)
class OwnModel:
    """A fitted estimator with what its reasons are measured against.

    Attributes
    ----------
    name
        `module:object`, or the name of an entry point.
    form
        How it is saved.
    content
        The saved estimator.
    names
        The feature columns that it expects, in order.
    silent
        Shape (features,): columns that training left out, or that were missing in all of its rows;
        they are zero for the estimator.
    background
        Shape (rows, features): what contributions start from. Every column was drawn on its own, so
        no row is that of a lead.
    """

    name: str
    form: Form
    content: bytes
    names: tuple[str, ...]
    silent: NDArray[np.bool_]
    background: Values

    @cached_property
    def estimator(self) -> Any:
        """The estimator, read from its content."""
        return _READERS[self.form](self.content, self.name)

    @property
    def trees(self) -> int:
        """None of ours."""
        return 0

    @cached_property
    def expected(self) -> float:
        """The mean margin over the background: where contributions start from."""
        return float(self.margin(self.background).mean())

    def margin(self, values: Values) -> Floats:
        """Compute the log-odds of the estimator's probability: shape (rows,)."""
        if len(values) == 0:
            return np.empty(0)
        probability = np.asarray(self.estimator.predict_proba(self.table(values)), np.float64)[:, 1]
        probability = np.clip(probability, _LEAST, 1.0 - _LEAST)
        return np.asarray(np.log(probability) - np.log1p(-probability))

    def table(self, values: Values) -> pd.DataFrame:
        """Return values as the estimator receives them: named columns, doubles, NaN is missing."""
        return table_of(values, self.names, self.silent)

    def to_json(self) -> dict[str, Any]:
        """Return everything but the content as plain data; missing values are null."""
        background = self.background.astype(np.float64)
        return {
            "name": self.name,
            "form": self.form,
            "silent": np.flatnonzero(self.silent).tolist(),
            "background": [
                [None if np.isnan(one) else one for one in row] for row in background.tolist()
            ],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any], content: bytes, names: tuple[str, ...]) -> "OwnModel":
        """Read what `to_json` wrote.

        Parameters
        ----------
        raw
            The plain data.
        content
            The saved estimator.
        names
            The feature columns.
        """
        silent = np.zeros(len(names), np.bool_)
        silent[raw["silent"]] = True
        background = np.array(raw["background"], dtype=np.float32).reshape(-1, len(names))
        return cls(raw["name"], raw["form"], content, names, silent, background)


def table_of(values: Values, names: tuple[str, ...], silent: NDArray[np.bool_]) -> pd.DataFrame:
    """Return rows of features as an estimator receives them.

    Parameters
    ----------
    values
        Shape (rows, features).
    names
        The columns.
    silent
        Shape (features,): columns that are zero.
    """
    return pd.DataFrame(np.where(silent, 0.0, values.astype(np.float64)), columns=list(names))


def saved(estimator: Any) -> tuple[Form, bytes]:
    """Save a fitted estimator without pickle.

    Raises
    ------
    BadInput
        If it is of no kind that can be saved.
    """
    if type(estimator).__module__.split(".")[0] == "catboost":
        return "catboost", _through_file(estimator.save_model)
    if hasattr(estimator, "to_bytes"):
        return "bytes", bytes(estimator.to_bytes())
    import skops.io  # noqa: PLC0415 - imports scikit-learn, for own models alone

    content: bytes = skops.io.dumps(estimator)
    strange = _strange(content)
    if strange:
        raise BadInput.of(
            f"an estimator with {', '.join(strange)}",
            "types of scikit-learn, LightGBM or CatBoost, or methods to_bytes and from_bytes",
            "write both methods",
        )
    return "skops", content


def _strange(content: bytes) -> list[str]:
    import skops.io  # noqa: PLC0415 - as above

    return [one for one in skops.io.get_untrusted_types(data=content) if not _is_trusted(one)]


def _is_trusted(name: str) -> bool:
    return name.startswith(_TRUSTED)


def _skops(content: bytes, _name: str) -> Any:
    import skops.io  # noqa: PLC0415 - as above

    types = skops.io.get_untrusted_types(data=content)
    strange = [one for one in types if not _is_trusted(one)]
    if strange:
        expected = "types of scikit-learn and LightGBM"
        raise ArtifactError.of(f"an estimator with {', '.join(strange)}", expected, "train again")
    return skops.io.loads(content, trusted=types)


def _catboost(content: bytes, name: str) -> Any:
    try:
        from catboost import CatBoostClassifier  # noqa: PLC0415 - an optional package
    except ImportError as error:
        do = "install catboost where the model answers"
        raise ArtifactError.of(f"{name}: {error}", "the package that it needs", do) from error
    model = CatBoostClassifier()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model.cbm"
        place.write_bytes(content)
        model.load_model(str(place))
    return model


def _own(content: bytes, name: str) -> Any:
    own = own_names.allowed(name)
    try:
        return own.from_bytes(content)
    except Exception as error:
        observed = f"{name}.from_bytes: {type(error).__name__}: {error}"
        do = "give it what it needs, or train again"
        raise ArtifactError.of(observed, "what to_bytes wrote", do) from error


_READERS: Final[dict[Form, Callable[[bytes, str], Any]]] = {
    "skops": _skops,
    "catboost": _catboost,
    "bytes": _own,
}


def _through_file(save: Callable[[str], Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model.cbm"
        save(str(place))
        return place.read_bytes()
