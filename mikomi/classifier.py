"""The classifier with what belongs to mikomi alone: reasons, and the model that ranks."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from mikomi.explained import ExplainedLeads
from mikomi.model import Model
from models.estimator.lead_classifier import LeadEstimator


class LeadClassifier(LeadEstimator):
    """Scorecard, trees and calibration, with exact reasons, as a scikit-learn classifier.

    `models.estimator.lead_classifier.LeadEstimator` describes the parameters.

    Examples
    --------
    >>> LeadClassifier(max_trees=50).get_params()["max_trees"]
    50
    """

    @property
    def model(self) -> Model:
        """The fitted model, which scores records and explains."""
        check_is_fitted(self)
        return Model(self.artifact_)

    def explain(self, X: Any) -> ExplainedLeads:  # noqa: N803 - scikit-learn's name
        """Explain the scores of rows of features; see `Model.explain`."""
        return self.model.explain(X)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803 - scikit-learn's name
        """Describe the classifier as scikit-learn does."""
        return str(super().__repr__(N_CHAR_MAX=N_CHAR_MAX))
