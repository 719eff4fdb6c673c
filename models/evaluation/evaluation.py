"""Evaluation of a model on a test period that is over.

Decided here: the figures of an evaluation, and the verdict. The model is compared with every
baseline, each trained on the same rows; all use the same redraws of leads. The verdict is
`no_signal` if the ranking is not significantly better than chance, or too weak to be useful (AUC
below .55); `ranking_only` if the ranking is good but the probabilities are no better than the base
rate, as happens when the base rate changes; `signal` otherwise; `too_few` with too few conversions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Text
from features.timeline import DAY
from models.baselines import baselines
from models.evaluation import curves
from models.evaluation.accounts import AccountFigures
from models.evaluation.by_lead import figures_by_lead
from models.evaluation.calibration_verdict import CalibrationVerdict, calibration_verdict
from models.evaluation.comparisons import NAMES, Comparison, Redraws, redraw
from models.evaluation.curves import RankingCurves, Spread
from models.evaluation.from_catalog import Importance, importance, labels, recency, segments
from models.evaluation.groups import groups
from models.evaluation.groups.groups import Group, GroupSettings, JudgedRows
from models.evaluation.groups.protected import (
    Protected,
    ProtectedRows,
    bands_of,
    compare,
    groups_of,
)
from models.evaluation.groups.segment_models import OwnModels
from models.evaluation.horizons import HorizonFigures
from models.evaluation.learning_curve import LearningPoint, LearningSettings, learning_curve
from models.evaluation.period_counts import PeriodCounts
from models.evaluation.reliability import ReliabilityBin, reliability
from models.evaluation.settings import EvaluationSettings
from models.evaluation.single_features import Single, singles
from models.model.lead_model import LeadModel
from models.model.points import Points
from models.model.reference import Reference
from models.model.settings import TrainSettings
from models.stats.calibration_error import Floor, ece_floor
from models.stats.metrics import Interval
from models.stats.split_plan import SplitPlan
from models.stats.training_set import Floats, TrainingSet

MODEL: Final = "mikomi"
"""The name of the model among the predictions."""
WORTH_RANKING: Final = 0.55
MIN_CONVERSIONS: Final = 10
Verdict = Literal["signal", "ranking_only", "no_signal", "too_few"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Case:
    """The input of an evaluation.

    Attributes
    ----------
    model, catalog
        The model and its columns.
    learning, test
        The rows that the model was trained on, and the matured rows after the embargo.
    horizon_days
        Horizon of the labels.
    train, points
        Training settings and hand-written points, for the learning curve and a baseline.
    age_days
        Shape (test rows,): age of the leads at their cutoffs; None if leads have no time.
    plan
        The splits; None where rows have no time order.
    audit
        Protected attribute -> its value on the test rows, in their order.
    reference
        The reference of the bands; None: no protected groups are compared.
    incumbent
        The score in use on the learning rows and on the test rows, NaN without one; None: none.
    """

    model: LeadModel
    catalog: Catalog
    learning: TrainingSet
    test: TrainingSet
    horizon_days: float
    train: TrainSettings = field(default_factory=TrainSettings)
    points: Points | None = None
    age_days: Floats | None = None
    plan: SplitPlan | None = None
    audit: Mapping[str, pd.Series] = field(default_factory=dict)
    reference: Reference | None = None
    incumbent: tuple[Floats, Floats] | None = None


@dataclass(frozen=True)
class Evaluation:
    """All results, as numbers; `pipelines.reports.evaluation` turns them into pages.

    Attributes
    ----------
    verdict
        The verdict, see the top of this module.
    learning, test
        Size and period of the learning and the test rows.
    figures
        Prediction -> figure -> value with interval; the model is `MODEL`.
    by_lead
        Figure -> value with interval of the model, where every lead counts once.
    comparisons
        The model against every baseline in every figure.
    floor
        The calibration error of true probabilities by chance alone.
    calibration
        Whether the probabilities are too high or too low, over the whole curve.
    own_models
        Which segment would earn its own model (`models.evaluation.groups.segments`); None: not
        computed.
    horizons
        The probabilities of every horizon against what was observed; none without a curve.
    accounts
        The probabilities of accounts against what was observed; None without accounts.
    """

    verdict: Verdict
    learning: PeriodCounts
    test: PeriodCounts
    horizon_days: float
    figures: Mapping[str, Mapping[str, Interval]]
    by_lead: Mapping[str, Interval]
    comparisons: tuple[Comparison, ...]
    floor: Floor
    reliability: tuple[ReliabilityBin, ...]
    calibration: CalibrationVerdict
    rankings: Mapping[str, RankingCurves]
    spread: Spread
    by_age: tuple[Group, ...]
    by_month: tuple[Group, ...]
    by_segment: Mapping[str, tuple[Group, ...]]
    singles: tuple[Single, ...]
    learning_curve: tuple[LearningPoint, ...]
    importance: tuple[Importance, ...]
    labels: Mapping[str, Text]
    plan: SplitPlan | None
    protected: tuple[Protected, ...] = ()
    own_models: OwnModels | None = None
    horizons: tuple[HorizonFigures, ...] = ()
    accounts: AccountFigures | None = None

    def comparison(self, against: str, metric: str) -> Comparison:
        """Return the comparison against a baseline in one metric.

        Parameters
        ----------
        against, metric
            The name of the baseline, and of the metric.
        """
        matches = (c for c in self.comparisons if (c.against, c.metric) == (against, metric))
        return next(matches)

    @property
    def suspects(self) -> tuple[Single, ...]:
        """The single features that may be leaks."""
        return tuple(single for single in self.singles if single.grounds)


def evaluate(
    case: Case, settings: EvaluationSettings | None = None, progress: Progress = lambda _: None
) -> Evaluation:
    """Evaluate a model on its test rows, and every baseline.

    A test without conversions is no error: the verdict is `too_few` and the figures are NaN.

    Parameters
    ----------
    case
        The model, the rows and their context.
    settings
        Missing means the defaults.
    progress
        Called with the name of each step.
    """
    settings = settings or EvaluationSettings()
    learning, test = case.learning, case.test
    progress("baselines")
    predictions = predict(case, settings.seed)
    probability = predictions[MODEL]
    progress("figures with intervals by lead")
    drawn = redraw(test.label, predictions, test.lead, settings.redraws, settings.seed)
    judged = JudgedRows(
        test.label, test.lead, test.cutoff, case.age_days, segments(case.catalog, test.values)
    )
    grouping = GroupSettings(
        MIN_CONVERSIONS, settings.max_segment_values, settings.redraws, settings.seed
    )
    auc = drawn[MODEL].interval("auc").value
    return Evaluation(
        verdict=verdict(test, drawn),
        learning=PeriodCounts.of(learning),
        test=PeriodCounts.of(test),
        horizon_days=case.horizon_days,
        figures={name: {m: one.interval(m) for m in NAMES} for name, one in drawn.items()},
        by_lead=figures_by_lead(
            test.label, probability, test.lead, settings.redraws, settings.seed
        ),
        comparisons=_compare(drawn),
        floor=ece_floor(probability, _blocks(case), settings.redraws, settings.seed),
        reliability=reliability(
            test.label, probability, test.lead, settings.redraws, settings.seed
        ),
        calibration=calibration_verdict(test.label, probability, test.lead),
        rankings={n: curves.ranking(test.label, p) for n, p in predictions.items()},
        spread=curves.spread(test.label, probability),
        by_age=groups.by_age(judged, probability, grouping),
        by_month=groups.by_month(judged, probability, grouping),
        by_segment=groups.by_segment(judged, probability, grouping),
        singles=singles(learning, test, case.catalog.features, auc),
        learning_curve=_learn(case, predictions, settings, progress),
        importance=importance(case.model, case.catalog, _some(test, settings).values),
        labels=labels(case.catalog),
        plan=case.plan,
        protected=_protected(case, probability, settings),
    )


def predict(case: Case, seed: int = 0) -> dict[str, Floats]:
    """Compute the probability of every test row, by the model first and by each baseline.

    Parameters
    ----------
    case
        The model, the rows and their context.
    seed
        Of the baselines.
    """
    fitted = baselines.fit_all(case.learning, case.points, recency(case.catalog), seed)
    by_model = {MODEL: case.model.probability(case.test.values)}
    compared = {name: one.probability(case.test.values) for name, one in fitted.items()}
    return by_model | compared | _by_incumbent(case)


def _by_incumbent(case: Case) -> dict[str, Floats]:
    """Compute probabilities from the score in use, learned on the rows the model learned from."""
    if case.incumbent is None or not 0 < case.learning.conversions < len(case.learning):
        return {}
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    learning, test = case.incumbent
    fitted = learned.by_score(learning, case.learning.label)
    return {baselines.INCUMBENT: fitted.probability(learned.as_values(test))}


def verdict(test: TrainingSet, drawn: Mapping[str, Redraws]) -> Verdict:
    """Decide whether there is a signal; see the top of this module.

    Parameters
    ----------
    test
        The test rows.
    drawn
        Prediction -> its figures on the redraws.
    """
    if min(test.conversions, len(test) - test.conversions) < MIN_CONVERSIONS:
        return "too_few"
    auc = drawn[MODEL].interval("auc")
    if not (auc.low > 0.5 and auc.value >= WORTH_RANKING):  # noqa: PLR2004 (chance)
        return "no_signal"
    gain = drawn[MODEL].against("base_rate", drawn["base_rate"], "log_loss").gain
    return "signal" if gain.low > 0 else "ranking_only"


def _compare(drawn: Mapping[str, Redraws]) -> tuple[Comparison, ...]:
    others = [(name, one) for name, one in drawn.items() if name != MODEL]
    return tuple(
        drawn[MODEL].against(name, one, metric) for name, one in others for metric in NAMES
    )


def _blocks(case: Case) -> NDArray[np.int64]:
    """Assign one code to rows of a lead whose horizons overlap: they share their conversion."""
    block = case.test.cutoff // max(round(case.horizon_days * DAY), 1)
    pairs = np.stack([case.test.lead, block], axis=1)
    return np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _learn(
    case: Case, predictions: Mapping[str, Floats], settings: EvaluationSettings, progress: Progress
) -> tuple[LearningPoint, ...]:
    if not settings.learning_fractions or "lightgbm" not in predictions:
        return ()
    sizes = LearningSettings(settings.learning_fractions, settings.redraws, settings.seed)
    whole = predictions[MODEL], predictions["lightgbm"]
    both = case.learning, case.test
    return learning_curve(both, whole, sizes, case.train, case.points, progress)


def _protected(
    case: Case, probability: Floats, settings: EvaluationSettings
) -> tuple[Protected, ...]:
    """Compare the groups of every protected attribute."""
    if case.reference is None:
        return ()
    band = bands_of(case.model.margin(case.test.values), case.reference)
    rows = ProtectedRows(case.test, probability, band, settings.redraws, settings.seed)
    return tuple(
        compare(name, groups_of(values), rows, case.catalog.features)
        for name, values in case.audit.items()
    )


def _some(test: TrainingSet, settings: EvaluationSettings) -> TrainingSet:
    """Draw the test rows whose contributions are averaged."""
    drawn = np.random.default_rng(settings.seed).permutation(len(test))
    return test.take(np.sort(drawn[: settings.explained_rows]))
