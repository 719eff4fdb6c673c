"""The classifier with what belongs to mikomi alone: settings, reasons, the model that ranks."""

from pathlib import Path
from typing import Any, Literal

from sklearn.utils.validation import check_is_fitted

from mikomi.explained import ExplainedLeads
from mikomi.model import Model
from models.estimator.estimator_settings import ChosenTraining
from models.estimator.lead_classifier import LeadEstimator
from models.model.settings import TrainSettings
from pipelines.workbench import requests


class LeadClassifier(LeadEstimator):
    """Scorecard, trees and calibration, with exact reasons, as a scikit-learn classifier.

    Works on the tables of `Snapshots.features`, on any table of numbers (NaN is missing), and in
    `cross_val_score`, `GridSearchCV` and `Pipeline`.

    Parameters
    ----------
    horizon_days
        Horizon of the labels; None takes it from the table.
    points
        A file of hand-given points to start from (`scorecard.yaml`).
    max_trees
        The most trees; None leaves it to `settings`.
    settings
        The section `train` of params.yaml as a dictionary, such as `{"folds": 3}` or
        `{"estimator": "own_models:boosted"}`, or that of a company, `company.job.params.train`;
        None means the defaults. `grown` and `ranking` concern `mikomi train` alone.
    past
        `refuse` raises where rows are predicted whose cutoff lies before the end of what was
        learned; `allow` predicts them.
    seed
        Of every draw; None is that of `settings`.

    Attributes
    ----------
    artifact_
        The trained model with its catalog and evidence.
    learned_until_
        Microseconds: the last training cutoff and its horizon; 0 if rows have no cutoffs.

    Examples
    --------
    >>> LeadClassifier(max_trees=50).get_params()["max_trees"]
    50
    >>> quick = LeadClassifier(settings={"folds": 2, "booster": {"max_trees": 10}})
    >>> quick.chosen().train.booster.max_trees
    10
    """

    def __init__(
        self,
        *,
        horizon_days: float | None = None,
        points: str | Path | None = None,
        max_trees: int | None = None,
        settings: TrainSettings | dict[str, Any] | None = None,
        past: Literal["refuse", "allow"] = "refuse",
        seed: int | None = None,
    ) -> None:
        super().__init__(
            horizon_days=horizon_days, points=points, max_trees=max_trees, past=past, seed=seed
        )
        self.settings = settings

    def chosen(self) -> ChosenTraining:
        """Return what is trained with; with every fault, if `settings` cannot be used.

        Examples
        --------
        >>> LeadClassifier(settings={"seed": 7}).chosen().seed
        7
        """
        return requests.chosen(self.settings, self.points, self.seed)

    @property
    def model(self) -> Model:
        """The fitted model, which scores records and explains."""
        check_is_fitted(self)
        return Model(self.artifact_)

    def explain(self, X: Any) -> ExplainedLeads:  # noqa: N803 - scikit-learn's name
        """Explain the scores of rows of features; see `Model.explain`.

        Examples
        --------
        >>> model.explain(test.features().tail(1)).reasons["code"].is_unique  # doctest: +SKIP
        True
        """
        return self.model.explain(X)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803 - scikit-learn's name
        """Describe the classifier as scikit-learn does."""
        return str(super().__repr__(N_CHAR_MAX=N_CHAR_MAX))
