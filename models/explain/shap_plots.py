"""Global pictures of the contributions, drawn by shap: the only module that knows it.

Decided here: shap draws, it does not compute; the values are those of
`models.explain.contributions`, so the pictures and the reasons of a lead come from the same
numbers. Figures are made without any window system and given back for the caller to save.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def load_shap() -> Any:
    """Import shap, which is slow and not quiet about its own dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap  # noqa: PLC0415 (only those who draw should wait for it)

    return shap


def importance(
    contributions: Floats, names: Sequence[str], top: int = 20
) -> list[tuple[str, float]]:
    """Rank the features by the mean size of their contributions.

    Parameters
    ----------
    contributions
        Shape (rows, features), in margin units.
    names
        One a feature.
    top
        How many are kept.

    >>> importance(np.array([[0.1, -2.0], [0.1, 1.0]]), ["age", "visits"])
    [('visits', 1.5), ('age', 0.1)]
    """
    size = np.abs(contributions).mean(axis=0) if len(contributions) else np.zeros(len(names))
    order = np.argsort(-size, kind="stable")[:top]
    return [(names[column], float(size[column])) for column in order]


def importance_bar(contributions: Floats, names: Sequence[str], top: int = 15) -> Figure:
    """Draw the mean size of the contributions, largest first."""
    return _drawn("bar", (contributions, None, names), top, seed=0)


def beeswarm(
    contributions: Floats,
    values: NDArray[np.float32],
    names: Sequence[str],
    top: int = 15,
    seed: int = 0,
) -> Figure:
    """Draw every row's contribution to every feature, coloured by the feature's value.

    Parameters
    ----------
    contributions, values
        Shape (rows, features); some thousand rows are enough.
    names
        One a feature.
    top
        How many features are drawn.
    seed
        Of the scatter of points that would hide each other.
    """
    return _drawn("beeswarm", (contributions, values, names), top, seed)


def _drawn(
    kind: str, shown: tuple[Floats, NDArray[np.float32] | None, Sequence[str]], top: int, seed: int
) -> Figure:
    shap = load_shap()
    contributions, values, names = shown
    explanation = shap.Explanation(
        values=contributions,
        base_values=np.zeros(len(contributions)),
        data=contributions if values is None else values.astype(np.float64),
        feature_names=list(names),
    )
    figure = Figure(figsize=(8, 0.9 + 0.32 * min(top, len(names))), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    state = np.random.get_state()  # noqa: NPY002 (shap scatters with the global generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            np.random.seed(seed)  # noqa: NPY002
            if kind == "bar":
                shap.plots.bar(explanation, max_display=top, show=False, ax=axes)
            else:
                shap.plots.beeswarm(
                    explanation, max_display=top, show=False, ax=axes, plot_size=None
                )
        finally:
            np.random.set_state(state)  # noqa: NPY002
    axes.set_xlabel("contribution to the margin (log-odds)")
    return figure
