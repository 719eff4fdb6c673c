"""What a model is trained with: the section `train` of params.yaml.

Decided here: defaults that need no search. One rule serves every size of data: the strength of the
penalty, the number of trees, the weight of each part and the calibration are left to held-out data.
"""

from dataclasses import dataclass, field
from typing import Literal

from features.errors import BadParams
from models.stats.limits import (
    Count,
    Days,
    NotNegative,
    OptionalName,
    Part,
    Percent,
    Positive,
    Several,
    Share,
    SomeValues,
    Values,
)

CalibrationKind = Literal["sigmoid", "beta", "quadratic", "isotonic"]


@dataclass(frozen=True)
class ScorecardSettings:
    """Settings of the scorecard.

    Attributes
    ----------
    max_bins
        The most bins of a numeric feature, beside the one for missing.
    min_bin_rows
        The least rows of a bin.
    penalties
        Strengths of the L2 penalty to choose from, out of fold; the square of one over the typical
        log-odds between the low and the high end of a feature.
    max_rows
        Above this the scorecard is fitted on a draw of leads with about that many rows.
    max_choice_rows
        The same for choosing the penalty.
    """

    max_bins: Several = 20
    min_bin_rows: Count = 10
    penalties: SomeValues[Positive] = (3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3)
    max_rows: Count = 200_000
    max_choice_rows: Count = 25_000


@dataclass(frozen=True)
class BoosterSettings:
    """Settings of the boosted trees.

    Attributes
    ----------
    max_leaves
        The most leaves of a tree, fewer on few rows; up to 8 have exact reasons from state tables.
    max_trees
        The most trees; held-out data choose how many, possibly none.
    learning_rate
        The rate; doubled (up to three times) while the best number of trees is the most allowed.
    min_leaf_rows
        The least rows of a leaf.
    min_leaf_hessian
        The least sum of p (1 - p) in a leaf: about the least conversions when they are rare.
    leaf_penalty
        L2 penalty on leaf values.
    feature_share
        The part of the features drawn for each tree.
    row_share
        The part of the rows drawn for each tree.
    patience
        Growing stops after that many trees without a gain.
    threads
        Threads of LightGBM.
    """

    max_leaves: Several = 8
    max_trees: Count = 600
    learning_rate: Part = 0.06
    min_leaf_rows: Count = 10
    min_leaf_hessian: NotNegative = 2.0
    leaf_penalty: NotNegative = 1.0
    feature_share: Part = 0.5
    row_share: Part = 0.8
    patience: Count = 50
    threads: Count = 2


@dataclass(frozen=True)
class CalibrationSettings:
    """Settings of the calibration.

    Attributes
    ----------
    kinds
        The kinds to choose from; `none` is always among them.
    share
        The part of the rows, the latest, that calibration is chosen on.
    min_conversions
        Below this many conversions (or non-conversions) nothing but `none` is tried.
    """

    kinds: Values[CalibrationKind] = ("sigmoid", "beta", "quadratic", "isotonic")
    share: Share = 0.25
    min_conversions: Count = 50


@dataclass(frozen=True)
class BandSettings:
    """The least scores of the bands.

    Attributes
    ----------
    hot, warm
        Scores from 0 to 100; a lead with that score is in the band.
    """

    hot: Percent = 90.0
    warm: Percent = 60.0

    def __post_init__(self) -> None:
        """Refuse thresholds out of order."""
        if not 0.0 <= self.warm <= self.hot <= 100.0:  # noqa: PLR2004 (percent)
            raise BadParams.of(
                f"bands hot from {self.hot}, warm from {self.warm}",
                "0 <= warm <= hot <= 100",
                "correct the thresholds",
            )


@dataclass(frozen=True)
class TrainSettings:
    """All settings of `models.training.fit_model.fit`.

    Attributes
    ----------
    horizon_days
        Horizon of the labels: the embargo before the calibration slice.
    folds
        Folds by lead.
    min_conversions
        Below this many converted leads nothing is chosen by folds: the strongest penalty, no trees.
        Hand-given points stand alone below twice as many.
    estimator
        An own model in the place of scorecard and trees: `module:object`, or the name of an entry
        point; "" is none.
    max_judged_rows
        Above this only two of the folds are held out to choose the trees.
    """

    horizon_days: Days = 90.0
    folds: Several = 5
    min_conversions: Count = 10
    max_judged_rows: Count = 100_000
    estimator: OptionalName = ""
    scorecard: ScorecardSettings = field(default_factory=ScorecardSettings)
    booster: BoosterSettings = field(default_factory=BoosterSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
