"""The lead model as a scikit-learn classifier.

Decided here: `fit` is `models.explain.proof.nameable_model.fit`, which `mikomi train` calls;
nothing is learned in another way. Where rows have cutoffs, they follow the rules of time: the
horizon comes from the table (or is stated), and predicting rows from before the last training label
was decided is refused, because whoever does so is about to measure on rows that the model knows.
Columns that come without a catalog are plain numbers.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from features.errors import BadInput
from features.timeline import DAY, from_moments, to_moments
from models.artifact.artifact import Artifact
from models.estimator import feature_table
from models.estimator.estimator_settings import ChosenTraining, points_of, settings_of
from models.estimator.feature_table import Contract
from models.explain.proof import nameable_model
from models.model import reference
from models.model.settings import TrainSettings
from models.stats.log_odds import logit
from models.stats.training_set import Floats, TrainingSet, Values


class LeadEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Scorecard, trees and calibration, with exact reasons, as a scikit-learn classifier.

    Works on the tables of `mikomi.Snapshots.features`, on any table of numbers (NaN is missing),
    in `cross_val_score`, `GridSearchCV` and `Pipeline`.

    Parameters
    ----------
    horizon_days
        Horizon of the labels; None takes it from the table.
    points
        A file of hand-given points to start from (`scorecard.yaml`).
    max_trees
        The most trees; None leaves it to `settings`.
    settings
        All settings of the training; None means the defaults of `mikomi train`.
    past
        `refuse` raises where rows are predicted whose cutoff lies before the end of what was
        learned; `allow` predicts them.
    seed
        Of every draw; None is 0.

    Attributes
    ----------
    artifact_
        The trained model with its catalog and evidence, as `mikomi train` saves it.
    learned_until_
        Microseconds: the last training cutoff and its horizon; 0 if rows have no cutoffs.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 3))
    >>> model = LeadEstimator(max_trees=5).fit(X, X[:, 0] + rng.normal(size=200) > 0)
    >>> model.predict_proba(X[:2]).shape
    (2, 2)
    """

    def __init__(
        self,
        *,
        horizon_days: float | None = None,
        points: str | Path | None = None,
        max_trees: int | None = None,
        settings: TrainSettings | None = None,
        past: Literal["refuse", "allow"] = "refuse",
        seed: int | None = None,
    ) -> None:
        self.horizon_days = horizon_days
        self.points = points
        self.max_trees = max_trees
        self.settings: Any = settings
        self.past = past
        self.seed = seed

    def chosen(self) -> ChosenTraining:
        """Return what is trained with, from the parameters of this estimator.

        Examples
        --------
        >>> LeadEstimator(seed=3).chosen().seed
        3
        """
        return ChosenTraining(self.settings or TrainSettings(), self.points, self.seed or 0)

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Train on matured snapshots.

        Parameters
        ----------
        X
            A table of features: shape (rows, features).
        y
            Shape (rows,): the labels, two classes at most.

        Raises
        ------
        BadInput
            If rows have cutoffs and there is no horizon, or X and y are of other targets.
        ValueError
            If X is not numeric, or y has missing values or more than two classes.

        Examples
        --------
        >>> fitted = LeadClassifier(settings=settings)  # doctest: +SKIP
        >>> fitted.fit(learning.features(), learning.label).classes_  # doctest: +SKIP
        array([0., 1.])
        """
        table = feature_table.pandas_of(X)
        contract, keys = feature_table.contract_of(table, y), feature_table.keys_of(table, y)
        values, target = validate_data(
            self, table, y, dtype=np.float32, ensure_all_finite="allow-nan", order="C"
        )
        label = self._encoded(target)
        horizon = self._horizon(contract, keys)
        names = list(getattr(self, "feature_names_in_", [f"x{n}" for n in range(values.shape[1])]))
        catalog = feature_table.catalog_of(names, contract)
        rows = _rows(values, label, keys, (tuple(names), catalog.categorical))
        if keys is not None and contract is not None:
            rows = replace(rows, account=contract.account_of(keys["lead_id"]))
        chosen = self.chosen()
        settings = settings_of(chosen.train, horizon, self.max_trees)
        how = (settings, points_of(chosen.points, catalog), chosen.seed)
        fitted = nameable_model.fit(rows, catalog, how, chosen.proof)
        newest = rows.take(rows.cutoff == rows.cutoff.max())
        margin = fitted.model.margin(newest.values)
        people = reference.learn(margin, chosen.bands)
        about = _about(contract, horizon)
        reach = round(settings.horizon_days * DAY)
        self.learned_until_ = 0 if keys is None else int(rows.cutoff.max()) + reach
        self.rows_ = rows
        self.artifact_ = Artifact(fitted.model, catalog, people, fitted.evidence, about)
        return self

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803 - scikit-learn's name
        """Compute the probability of each class: shape (rows, classes).

        Raises
        ------
        BadInput
            If labels that the model learned from were decided after the cutoff of a row.

        Examples
        --------
        >>> model.predict_proba(test.features()).shape[1]  # doctest: +SKIP
        2
        """
        check_is_fitted(self)
        probability = self.artifact_.model.probability(self.values_of(X))
        if len(self.classes_) == 1:
            return np.ones((len(probability), 1))
        return np.column_stack([1.0 - probability, probability])

    def decision_function(self, X: Any) -> Floats:  # noqa: N803 - scikit-learn's name
        """Compute the log-odds of the second class: shape (rows,).

        Examples
        --------
        >>> model.decision_function(test.features().head(3)).shape  # doctest: +SKIP
        (3,)
        """
        return logit(self.predict_proba(X)[:, -1])

    def predict(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return the likelier class of each row: shape (rows,).

        Examples
        --------
        >>> set(model.predict(test.features())) <= {0.0, 1.0}  # doctest: +SKIP
        True
        """
        probability = self.predict_proba(X)
        return self.classes_[np.argmax(probability, axis=1)]

    def values_of(self, X: Any) -> Values:  # noqa: N803 - scikit-learn's name
        """Return the checked values of a table, in the order of the model: float32.

        Examples
        --------
        >>> model.values_of(test.features().head(1)).dtype  # doctest: +SKIP
        dtype('float32')
        """
        table = feature_table.pandas_of(X)
        values: Values = validate_data(
            self, table, dtype=np.float32, ensure_all_finite="allow-nan", order="C", reset=False
        )
        keys = feature_table.keys_of(table)
        if keys is not None and self.past == "refuse":
            check_after(keys, self.learned_until_)
        return values

    def __sklearn_tags__(self) -> Any:
        """Return scikit-learn's tags: two classes, missing values allowed."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def _encoded(self, target: Any) -> Floats:
        check_classification_targets(target)
        kind = type_of_target(target, input_name="y", raise_unknown=True)
        classes, codes = np.unique(target, return_inverse=True)
        if kind != "binary":
            raise ValueError(
                f"Only binary classification is supported. The type of the target is {kind}."
            )
        self.classes_ = classes
        if len(classes) == 1:
            return np.full(len(codes), float(classes[0] in (1, True)))
        return codes.astype(np.float64)

    def _horizon(self, contract: Contract | None, keys: pd.DataFrame | None) -> float | None:
        stated = None if contract is None else contract.horizon_days
        if self.horizon_days is not None and stated not in (None, self.horizon_days):
            observed = f"horizon_days={self.horizon_days:g}, and labels within {stated:g} days"
            raise BadInput.of(observed, "one horizon", "leave horizon_days out")
        horizon = stated if self.horizon_days is None else self.horizon_days
        if horizon is None and keys is not None:
            do = "pass horizon_days, or the table and labels of mikomi.Snapshots"
            raise BadInput.of("rows with cutoffs and no horizon", "the horizon of the labels", do)
        return horizon


def check_after(keys: pd.DataFrame, learned_until: int) -> None:
    """Check that rows lie after everything that a model learned from.

    Parameters
    ----------
    keys
        `lead_id` and `cutoff` of the rows.
    learned_until
        Microseconds: until when the labels of the training reach.

    Raises
    ------
    BadInput
        With the number of rows that training labels reach into.
    """
    early = to_moments(keys["cutoff"]) < learned_until
    if early.any():
        until = from_moments(np.array([learned_until]))[0]
        raise BadInput.of(
            f"{int(early.sum())} of {len(early)} rows with a cutoff before {until:%Y-%m-%d}, until "
            "when the labels of the training reach",
            "cutoffs at or after it: the last training cutoff and its horizon",
            "split with Snapshots.split() or cv=mikomi.TimeFolds(); past='allow' predicts them",
        )


def _rows(
    values: Values, label: Floats, keys: pd.DataFrame | None, columns: tuple[tuple[str, ...], Any]
) -> TrainingSet:
    """Join values and labels with lead and cutoff; without keys each row is a lead of its own."""
    count = len(label)
    lead = np.arange(count) if keys is None else pd.factorize(keys["lead_id"])[0]
    cutoff = np.zeros(count, np.int64) if keys is None else to_moments(keys["cutoff"])
    return TrainingSet(values, label, lead.astype(np.int64), cutoff, *columns)


def _about(contract: Contract | None, horizon: float | None) -> dict[str, Any]:
    about: dict[str, Any] = {} if horizon is None else {"horizon_days": horizon}
    if contract is not None:
        about |= {"outcome": contract.outcome, "observed_until": contract.observed_until}
        about |= {"cohort": json.loads(contract.cohort)} if contract.cohort else {}
    return about
