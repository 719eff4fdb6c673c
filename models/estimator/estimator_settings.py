"""The settings of a training from the parameters of the estimator."""

from dataclasses import replace
from pathlib import Path

from features.catalog.catalog import Catalog
from models.model import points
from models.model.points import Points
from models.model.settings import TrainSettings


def settings_of(
    settings: TrainSettings | None, horizon_days: float | None, max_trees: int | None
) -> TrainSettings:
    """Return the settings with what the estimator states itself.

    Parameters
    ----------
    settings
        The settings; None means the defaults.
    horizon_days
        Of the labels; None leaves the one of the settings.
    max_trees
        The most trees; None leaves that of the settings.
    """
    whole = settings or TrainSettings()
    own = {} if max_trees is None else {"max_trees": max_trees}
    days = whole.horizon_days if horizon_days is None else horizon_days
    return replace(whole, horizon_days=days, booster=replace(whole.booster, **own))


def points_of(path: str | Path | None, catalog: Catalog) -> Points | None:
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
