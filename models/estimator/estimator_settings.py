"""The settings of a training from the parameters of the estimator."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from features.catalog.catalog import Catalog
from models.model import points
from models.model.points import Points
from models.model.settings import TrainSettings

TREES: Final = ("max_trees", "max_leaves", "learning_rate")
"""Parameters of the estimator that are settings of the trees."""


def settings_of(
    settings: TrainSettings | None, horizon_days: float | None, params: Mapping[str, Any]
) -> TrainSettings:
    """Return the settings with what the estimator states itself.

    Parameters
    ----------
    settings
        The settings; None means the defaults.
    horizon_days
        Of the labels; None leaves the one of the settings.
    params
        Parameters of the estimator; those of the trees that are not None are taken over.
    """
    whole = settings or TrainSettings()
    own = {name: params[name] for name in TREES if params.get(name) is not None}
    days = whole.horizon_days if horizon_days is None else horizon_days
    return replace(whole, horizon_days=days, booster=replace(whole.booster, **own))


def points_of(path: str | None, catalog: Catalog) -> Points | None:
    """Read a file of hand-given points, if there is one.

    Parameters
    ----------
    path
        The file; None if there is none.
    catalog
        The catalog that its features are resolved by.
    """
    if path is None:
        return None
    return points.resolve(points.read(Path(path).read_text("utf-8")), catalog)
