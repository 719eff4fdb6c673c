"""A trained model: scores, reasons, and the place where it is registered."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features import build
from features.build import FeatureFrame
from features.errors import BadRequest
from features.snapshots import at as open_at
from features.timeline import MOMENT_DTYPE
from mikomi.explained import ExplainedLeads
from mikomi.ranking import RankedTable, ranked
from mikomi.shown import language
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.estimator import feature_table
from models.explain import shap_plots
from models.scoring.scorer import Scorer
from pipelines.reports.notebook import card
from pipelines.run.params import Params
from pipelines.workbench import registered, requests
from pipelines.workbench.canonical import canonical

if TYPE_CHECKING:
    from models.explain.shap_values import Explanation


class Model:
    """A trained model; `load` reads one, and `LeadClassifier.model` is one.

    Attributes
    ----------
    artifact
        The model with its catalog, reference population and evidence.
    scorer
        What scores and explains by it.

    Examples
    --------
    >>> model.model  # doctest: +SKIP
    <Model ...: won within 90 days, ... features>
    """

    def __init__(self, trained: Artifact) -> None:
        self.artifact = trained
        self.scorer = Scorer(trained)

    @property
    def fingerprint(self) -> str:
        """The identity of the artifact."""
        return self.artifact.fingerprint

    @property
    def features(self) -> list[str]:
        """The feature columns, in order."""
        return list(self.artifact.catalog.names)

    def score(self, leads: Any, activities: Any = None, *, at: Any, **tables: Any) -> RankedTable:
        """Score and rank leads from their records, as they were known before a moment.

        Parameters
        ----------
        leads
            One row a lead: `lead_id`, `created_at` and the attributes that the model knows.
        activities
            One row an activity: `lead_id`, `activity_type`, `occurred_at`, ...
        at
            The moment of prediction, with a time zone.
        **tables
            `outcomes`, `accounts`, `attribute_changes`, in the form of docs/reference/tables.md.

        Raises
        ------
        BadTables
            With every missing or unknown column. Tables are of pandas, polars or pyarrow.

        Examples
        --------
        >>> own, at = company.tables, company.observed_until  # doctest: +SKIP
        >>> model.model.score(
        ...     own.leads, own.activities, at=at, accounts=own.accounts
        ... )  # doctest: +SKIP
              rank ...
        """
        whole = {"leads": leads, "activities": activities, **tables}
        read = canonical(whole, self.artifact.catalog.vocabulary)
        rule = requests.eligible(Params(), self.artifact.about).cohort.rule
        rows = open_at(read, pd.Timestamp(at), rule)
        return ranked(self.scorer.score(build.build(read, rows, self.artifact.catalog)))

    def explain(self, features: Any) -> ExplainedLeads:
        """Explain the scores of some rows: reasons in words, and contributions.

        Parameters
        ----------
        features
            A feature table: pandas, or polars and pyarrow with `lead_id` and `cutoff`.

        Raises
        ------
        BadTables
            With every missing or unknown column.

        Examples
        --------
        >>> model.explain(test.features().tail(1)).shap.values.shape[0]  # doctest: +SKIP
        1
        """
        frame = self._frame(features)
        return ExplainedLeads(self.scorer.score(frame), lambda: self._contributions(frame))

    def _contributions(self, frame: FeatureFrame) -> "Explanation":
        return shap_plots.explanation(self.scorer.explainer, frame)

    def _frame(self, features: Any) -> FeatureFrame:
        table = feature_table.pandas_of(features)
        catalog = self.artifact.catalog
        feature_table.check_columns([str(name) for name in table.columns], list(catalog.names))
        keys = feature_table.keys_of(table)
        if keys is None:
            never = pd.Series(pd.NaT, table.index).astype(MOMENT_DTYPE)
            keys = pd.DataFrame({"lead_id": table.index.astype("str"), "cutoff": never.array})
        values = np.ascontiguousarray(table[list(catalog.names)].to_numpy(np.float32))
        return FeatureFrame(keys, values, catalog)

    def _repr_html_(self) -> str:
        """Show what the model is: its target, what it learned from, its columns."""
        return card.card(self.artifact, language())

    def __repr__(self) -> str:
        """Describe the model in one line."""
        about = self.artifact.about
        days = f"{float(about.get('horizon_days', 0)):g}"
        what = f"{about.get('outcome', 'target')} within {days} days"
        return f"<Model {self.fingerprint[:12]}: {what}, {len(self.features)} features>"


def load(place: str | Path, registry: str | None = None) -> Model:
    """Load a model from the registry or from a folder.

    Parameters
    ----------
    place
        `models:/<name>@<alias>`, `models:/<name>/<version>`, or the folder of an artifact.
    registry
        The registry's URL; None is MLFLOW_TRACKING_URI, else `artifacts/mlflow` here.

    Raises
    ------
    BadRequest
        If there is no such version.
    ArtifactError
        If its files cannot be used.

    Examples
    --------
    >>> mikomi.load("models:/mikomi@champion")  # doctest: +SKIP
    <Model ...: won within 90 days, ... features>
    """
    if not str(place).startswith(registered.SCHEME):
        return Model(artifact.load(Path(place)))
    with TemporaryDirectory() as folder:
        return Model(artifact.load(registered.fetch(str(place), registry, Path(folder) / "model")))


def model_of(model: Any) -> Model:
    """Return a `Model` as it is, and of a fitted `LeadClassifier` its own.

    Raises
    ------
    BadRequest
        If it is neither.
    """
    own = getattr(model, "model", model)
    if not isinstance(own, Model):
        expected = "a fitted LeadClassifier, or what mikomi.load returns"
        raise BadRequest.of(type(model).__name__, expected, "pass one of them")
    return own
