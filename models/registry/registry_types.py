"""Types of the registry: its settings, a run, a version, and the predictor inside MLflow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from models.stats.limits import Name

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RegistrySettings:
    """The registry, and the names in it.

    Attributes
    ----------
    url
        An MLflow server or database; None is a SQLite file under `artifacts/mlflow`.
    experiment
        The experiment that runs belong to.
    model
        The name of the registered model.
    """

    url: Name | None = None
    experiment: Name = "mikomi"
    model: Name = "mikomi"


@dataclass(frozen=True)
class RunData:
    """The rows that a run learned from.

    Attributes
    ----------
    columns
        Name of a column -> its type, as MLflow names types.
    profile
        Counts of rows, leads and conversions.
    """

    columns: Mapping[str, str]
    profile: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """The facts of a run about one trained artifact.

    Attributes
    ----------
    fingerprint
        The fingerprint of the artifact, its identity.
    params
        The parameters, flat: `section.name` -> value.
    metrics
        The figures so far.
    inputs
        Name of an input file or table -> its hash.
    revision
        The git revision that trained it; empty if there is none.
    name
        What people call it in a list of runs; empty leaves it to MLflow.
    tags
        Tags of the run, `mlflow.note.content` being its description.
    parent
        The fingerprint of the run that this one is a part of; empty if it is of none.
    data
        The rows that were learned from; None where nothing is learned.
    """

    fingerprint: str
    params: Mapping[str, object] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    data: RunData | None = None


@dataclass(frozen=True)
class Version:
    """One registered version of the model."""

    number: int
    run_id: str
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    registered_at_ms: int


class Predictor(Protocol):
    """The predictor inside MLflow."""

    def load(self, directory: Path) -> None:
        """Read the artifact."""

    def predict(self, rows: "pd.DataFrame") -> "pd.DataFrame":
        """Predict leads with their records; see `models.registry.model_columns`."""

    def rows(self, leads: "pd.DataFrame", **records: Any) -> "pd.DataFrame":
        """Make the frame of leads with their records; see `RegisteredModel.rows`."""
