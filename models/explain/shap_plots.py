"""Contributions for shap: `shap.Explanation` for Python users, and global plots drawn by shap.

Decided here: shap draws, it does not compute: the values are those of
`models.explain.contributions`, so plots and the reasons of a lead have the same numbers. Figures
are made without a window system and returned for the caller to save.
"""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.errors import CatalogMismatch
from models.explain.contributions import Explainer
from models.explain.shap_values import load_shap
from models.model.lead_model import LeadModel
from models.stats.training_set import Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from models.explain.shap_values import Explanation

Floats = NDArray[np.float64]


def explanation(model: LeadModel | Explainer, frame: Frame) -> "Explanation":
    """Explain rows of features as a `shap.Explanation`, for shap's own plots and tools.

    Parameters
    ----------
    model
        A model, or the explainer of a scorer (`scorer.explainer`), which has its tables already.
    frame
        Features built with the model's catalog.

    Returns
    -------
    `values`, shape (rows, features), are the exact contributions to the margin (log-odds before
    calibration); `base_values`, shape (rows,), the base margin; their sum is the margin. `data` are
    the feature values, NaN is missing, and `feature_names` the names of the catalog.

    Raises
    ------
    CatalogMismatch
        If the features have other names than the model's.
    """
    explainer = model if isinstance(model, Explainer) else Explainer(model)
    if tuple(frame.catalog.names) != tuple(explainer.model.names):
        raise CatalogMismatch.of(
            f"{len(frame.catalog.names)} features whose names differ from the model's",
            f"the {len(explainer.model.names)} features of the model, in its order",
            "build the features with the catalog of this model",
        )
    return explanation_of(
        explainer.contributions(frame.values),
        frame.values,
        frame.catalog.names,
        explainer.base_margin,
    )


def explanation_of(
    contributions: Floats,
    values: NDArray[np.floating[Any]],
    names: Sequence[str],
    base_margin: float = 0.0,
) -> "Explanation":
    """Make a `shap.Explanation` of contributions that are computed already.

    Parameters
    ----------
    contributions, values
        Shape (rows, columns): in margin units, and the values that colour them.
    names
        Names of the columns.
    base_margin
        The margin without contributions.
    """
    made: Explanation = load_shap().Explanation(
        values=contributions,
        base_values=np.full(len(contributions), base_margin),
        data=values.astype(np.float64),
        feature_names=list(names),
    )
    return made


def importance(
    contributions: Floats, names: Sequence[str], top: int = 20
) -> list[tuple[str, float]]:
    """Rank the features by their mean absolute contribution.

    Parameters
    ----------
    contributions
        Shape (rows, features), in margin units.
    names
        Names of the features.
    top
        The largest number of features.

    Examples
    --------
    >>> importance(np.array([[0.1, -2.0], [0.1, 1.0]]), ["age", "visits"])
    [('visits', 1.5), ('age', 0.1)]
    """
    size = np.abs(contributions).mean(axis=0) if len(contributions) else np.zeros(len(names))
    order = np.argsort(-size, kind="stable")[:top]
    return [(names[column], float(size[column])) for column in order]


def importance_bar(contributions: Floats, names: Sequence[str], top: int = 15) -> "Figure":
    """Draw the mean absolute contributions, largest first.

    Parameters
    ----------
    contributions
        Shape (rows, features), in margin units.
    names
        Names of the features.
    top
        The largest number of features.
    """
    return _drawn("bar", explanation_of(contributions, contributions, names), top, seed=0)


def beeswarm(
    contributions: Floats,
    values: NDArray[np.floating[Any]],
    names: Sequence[str],
    top: int = 15,
    seed: int = 0,
) -> "Figure":
    """Draw the contributions of every row, coloured by the values; the first axes has the points.

    Parameters
    ----------
    contributions, values
        Shape (rows, features); some thousand rows are enough. NaN is drawn grey.
    names
        Names of the features.
    top
        The largest number of features.
    seed
        Of the scatter that separates overlapping points.
    """
    return _drawn("beeswarm", explanation_of(contributions, values, names), top, seed)


def _drawn(kind: str, explained: "Explanation", top: int, seed: int) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import

    shap = load_shap()
    shown = min(top, explained.shape[1])
    figure = Figure(figsize=(8, 0.9 + 0.32 * shown), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    state = np.random.get_state()  # noqa: NPY002 (shap scatters with the global generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            np.random.seed(seed)  # noqa: NPY002
            if kind == "bar":
                shap.plots.bar(explained, max_display=top, show=False, ax=axes)
            else:
                shap.plots.beeswarm(explained, max_display=top, show=False, ax=axes, plot_size=None)
        finally:
            np.random.set_state(state)  # noqa: NPY002
    axes.set_xlabel("contribution to the margin (log-odds)")
    return figure
