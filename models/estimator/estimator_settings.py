"""The settings of a training from the parameters of the estimator."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from features.catalog.catalog import Catalog
from models.explain.settings import ProofSettings
from models.model import points
from models.model.points import Points
from models.model.settings import BandSettings, TrainSettings


@dataclass(frozen=True)
class ChosenTraining:
    """What an estimator trains with.

    Attributes
    ----------
    train
        All settings of the training.
    points
        A file of hand-given points; None if there is none.
    seed
        Of every draw.
    proof
        How sure one must be of a concept before it is a reason.
    bands
        From which scores on a lead is hot or warm.
    """

    train: TrainSettings = field(default_factory=TrainSettings)
    points: str | Path | None = None
    seed: int = 0
    proof: ProofSettings = field(default_factory=ProofSettings)
    bands: BandSettings = field(default_factory=BandSettings)


def settings_of(
    settings: TrainSettings, horizon_days: float | None, max_trees: int | None
) -> TrainSettings:
    """Return the settings with what the estimator states itself.

    Parameters
    ----------
    settings
        The settings.
    horizon_days
        Of the labels; None leaves the one of the settings.
    max_trees
        The most trees; None leaves that of the settings.
    """
    own = {} if max_trees is None else {"max_trees": max_trees}
    days = settings.horizon_days if horizon_days is None else horizon_days
    return replace(settings, horizon_days=days, booster=replace(settings.booster, **own))


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
    return points.resolve(points.load(Path(path)), catalog)
