"""Contributions that shap computes, for own models alone.

Decided here: this is the only module that imports shap, which is slow to import and is loaded when
it is needed.
"""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shap import Explanation

__all__ = ["Explanation", "load_shap", "permutation_values", "tree_values"]

Floats = NDArray[np.float64]


def load_shap() -> Any:
    """Import shap, which is slow, without the warnings of its dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap  # noqa: PLC0415 - slow to import

    return shap


def tree_values(estimator: Any, background: Any) -> Callable[[Any], Floats]:
    """Return a function of rows to the interventional SHAP values of trees, in log-odds.

    Parameters
    ----------
    estimator
        Trees that shap knows.
    background
        The rows that values start from, as the estimator receives them.

    Raises
    ------
    Exception
        Whatever shap raises for what it does not know.
    """
    shap = load_shap()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.TreeExplainer(
            estimator, background, feature_perturbation="interventional", model_output="raw"
        )

    def values(rows: Any) -> Floats:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(explainer.shap_values(rows, check_additivity=False), np.float64)

    return values


def permutation_values(
    margin: Callable[[Any], Floats], background: NDArray[np.float32], seed: int
) -> Callable[[Any], Floats]:
    """Return a function of rows to the values of shap's permutation explainer.

    Every row is explained with the same permutations, so it does not depend on the others.

    Parameters
    ----------
    margin
        From columns to the margin.
    background
        The rows that values start from.
    seed
        Of the permutations.
    """
    shap = load_shap()
    masker = shap.maskers.Independent(background.astype(np.float64), max_samples=len(background))
    explainer = shap.PermutationExplainer(lambda rows: margin(rows.astype(np.float32)), masker)

    def values(rows: Any) -> Floats:
        state = np.random.get_state()  # noqa: NPY002 (shap permutes with the global generator)
        each = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for row in rows.astype(np.float64):
                    np.random.seed(seed)  # noqa: NPY002
                    explained = explainer(row[None, :], max_evals=2 * len(row) + 1, silent=True)
                    each.append(explained.values[0])
        finally:
            np.random.set_state(state)  # noqa: NPY002
        return np.array(each)

    return values
