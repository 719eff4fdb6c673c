"""What an evaluation, a trial and the comparison of segments are made with."""

from dataclasses import dataclass

from models.stats.limits import Count, NotNegative, Part, Redraws, Seed, Several, Values


@dataclass(frozen=True)
class EvaluationSettings:
    """Settings of an evaluation.

    Attributes
    ----------
    redraws
        Number of bootstrap redraws of leads behind every interval.
    learning_fractions
        Sizes of the learning curve, as shares of the learning leads; empty omits the curve.
    explained_rows
        The largest number of test rows whose contributions are averaged.
    max_segment_values
        The largest number of values of an attribute that are distinguished.
    seed
        Of all draws.
    """

    redraws: Several = 200
    learning_fractions: Values[Part] = (0.1, 0.3)
    explained_rows: Count = 20_000
    max_segment_values: Count = 8
    seed: Seed = 0


@dataclass(frozen=True)
class TrialSettings:
    """The conditions for a challenger.

    Attributes
    ----------
    allowed_loss
        The largest loss, as a share of the champion's log loss; the interval must exclude more.
    allowed_segment_loss
        The largest loss in a segment, as a share of the champion's log loss there; a segment that
        is shown to lose more fails the trial.
    min_conversions
        Leads that converted, and leads that did not, needed for a trial.
    segment_conversions
        The same for a segment to be tested.
    redraws, seed
        Of the bootstrap by lead.
    """

    allowed_loss: NotNegative = 0.01
    allowed_segment_loss: NotNegative = 0.05
    min_conversions: Count = 20
    segment_conversions: Count = 20
    redraws: Redraws = 1000
    seed: Seed = 0


@dataclass(frozen=True)
class SegmentSettings:
    """When a segment earns a model of its own.

    Attributes
    ----------
    min_conversions
        Leads that converted, and leads that did not, needed in the learning rows and in the test.
    least_gain
        The smallest gain of its own model, as a share of the shared model's log loss in the
        segment; the interval of the gain must lie above it.
    seed
        Of the folds.
    """

    min_conversions: Count = 30
    least_gain: NotNegative = 0.01
    seed: Seed = 0
