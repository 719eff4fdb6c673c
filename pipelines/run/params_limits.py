"""What the values of params.yaml may be, field by field.

Decided here: for every number and every text of the file, which values make sense at all. It is
asked before the settings are made, so that every fault is told at once; what depends on two fields
(an embargo shorter than the horizon) is refused by the settings themselves. A field that has no
line here is a fault of this table (see the tests), never a field without limits.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

MOST_DAYS: Final = 36_525
"""A century; more would not fit the clock."""
MOST_ROWS: Final = 2**31 - 1


@dataclass(frozen=True)
class Limit:
    """Which values a field may have; a list must obey with each of its values.

    Attributes
    ----------
    expected
        The sentence of the fault.
    holds
        Whether one value obeys.
    some
        Whether a list must have at least one value.
    """

    expected: str
    holds: Callable[[Any], bool]
    some: bool = True


def _number(expected: str, holds: Callable[[float], bool], *, some: bool = True) -> Limit:
    return Limit(
        expected,
        lambda value: not _is_number(value) or (math.isfinite(value) and holds(value)),
        some,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _at_least(least: int) -> Limit:
    return _number(f"a whole number, at least {least}", lambda value: least <= value <= MOST_ROWS)


def _days(*, some: bool = True) -> Limit:
    return _number(
        f"a positive number of days, at most {MOST_DAYS}",
        lambda value: 0 < value <= MOST_DAYS,
        some=some,
    )


_DAYS: Final = _days()
_HALF_LIVES: Final = _days(some=False)
_HOURS: Final = _number(
    f"positive hours, at most {MOST_DAYS * 24}",
    lambda value: 0 < value <= MOST_DAYS * 24,
    some=False,
)
_SHARE: Final = _number("a share between 0 and 1", lambda value: 0 < value < 1)
_PART: Final = _number("a share above 0, at most 1", lambda value: 0 < value <= 1, some=False)
_POSITIVE: Final = _number("a positive number", lambda value: value > 0)
_NOT_NEGATIVE: Final = _number("0 or a positive number", lambda value: value >= 0)
_PERCENT: Final = _number("a number from 0 to 100", lambda value: 0 <= value <= 100)  # noqa: PLR2004
_SEED: Final = _at_least(0)
_TEXT: Final = Limit(
    "a text that is not empty", lambda v: not isinstance(v, str) or bool(v.strip())
)
_TEXTS: Final = Limit(_TEXT.expected, _TEXT.holds, some=False)
_KINDS: Final = ("sigmoid", "beta", "quadratic", "isotonic")
_KIND: Final = Limit(
    f"one of {', '.join(_KINDS)}",
    lambda value: not isinstance(value, str) or value in _KINDS,
    some=False,
)

LIMITS: Final[dict[str, Limit]] = {
    "source.mapping": _TEXT,
    "source.export": _TEXT,
    "source.leads_per_partition": _at_least(1),
    "cohort.outcome": _TEXT,
    "cohort.horizon_days": _DAYS,
    "cohort.every_days": _DAYS,
    "cohort.early_age_hours": _HOURS,
    "cohort.max_age_days": _DAYS,
    "split.horizon_days": _DAYS,
    "split.embargo_days": _DAYS,
    "split.test_share": _SHARE,
    "split.calibration_share": _SHARE,
    "features.windows_days": _DAYS,
    "features.half_lives_days": _HALF_LIVES,
    "features.month_after_days": _NOT_NEGATIVE,
    "features.min_support": _at_least(1),
    "features.max_topics": _at_least(0),
    "features.max_categories": _at_least(0),
    "features.sequence_length": _at_least(0),
    "train.horizon_days": _DAYS,
    "train.folds": _at_least(2),
    "train.min_conversions": _at_least(1),
    "train.max_judged_rows": _at_least(1),
    "train.seed": _SEED,
    "train.points": _TEXT,
    "train.scorecard.max_bins": _at_least(2),
    "train.scorecard.min_bin_rows": _at_least(1),
    "train.scorecard.penalties": _POSITIVE,
    "train.scorecard.max_rows": _at_least(1),
    "train.scorecard.max_choice_rows": _at_least(1),
    "train.booster.max_leaves": _at_least(2),
    "train.booster.max_trees": _at_least(1),
    "train.booster.learning_rate": _PART,
    "train.booster.min_leaf_rows": _at_least(1),
    "train.booster.min_leaf_hessian": _NOT_NEGATIVE,
    "train.booster.leaf_penalty": _NOT_NEGATIVE,
    "train.booster.feature_share": _PART,
    "train.booster.row_share": _PART,
    "train.booster.patience": _at_least(1),
    "train.booster.threads": _at_least(1),
    "train.calibration.kinds": _KIND,
    "train.calibration.share": _SHARE,
    "train.calibration.min_conversions": _at_least(1),
    "train.bands.hot": _PERCENT,
    "train.bands.warm": _PERCENT,
    "train.proof.error_rate": _SHARE,
    "train.proof.max_rows": _at_least(1),
    "evaluate.redraws": _at_least(2),
    "evaluate.learning_fractions": _PART,
    "evaluate.explained_rows": _at_least(1),
    "evaluate.max_segment_values": _at_least(1),
    "evaluate.seed": _SEED,
    "segments.min_conversions": _at_least(1),
    "segments.least_gain": _NOT_NEGATIVE,
    "segments.seed": _SEED,
    "backtest.first_share": _SHARE,
    "backtest.retrain_days": _DAYS,
    "backtest.period_days": _DAYS,
    "backtest.recalibrate_days": _DAYS,
    "backtest.capacity": _at_least(1),
    "backtest.redraws": _at_least(2),
    "backtest.seed": _SEED,
    "promote.confidence": _number("0, or a share below 1", lambda value: 0 <= value < 1),
    "card.owner": _TEXT,
    "card.purpose": _TEXT,
    "card.limits": _TEXTS,
    "promote.allowed_loss": _NOT_NEGATIVE,
    "promote.allowed_segment_loss": _NOT_NEGATIVE,
    "promote.min_conversions": _at_least(1),
    "promote.segment_conversions": _at_least(1),
    "promote.redraws": _at_least(40),
    "promote.seed": _SEED,
    "recalibrate.days": _DAYS,
    "recalibrate.min_conversions": _at_least(1),
    "recalibrate.redraws": _at_least(40),
    "recalibrate.seed": _SEED,
    "retrain.every_days": _DAYS,
    "registry.url": _TEXT,
    "registry.experiment": _TEXT,
    "registry.model": _TEXT,
    "score.positive": _at_least(0),
    "score.negative": _at_least(0),
    "score.min_support": _at_least(1),
    "score.least": _number("a probability from 0 to 1", lambda value: 0 <= value <= 1),
    "score.batch_rows": _at_least(1),
    "monitor.false_alarm_rate": _SHARE,
    "monitor.psi": _POSITIVE,
    "monitor.calibration_factor": _number("a factor above 1", lambda value: value > 1),
    "monitor.volume_factor": _number("a factor above 1", lambda value: value > 1),
    "monitor.unseen_share": _SHARE,
    "monitor.period_days": _DAYS,
    "monitor.min_leads": _at_least(10),
    "monitor.min_expected": _at_least(5),
    "monitor.max_leads": _at_least(100),
    "monitor.max_segment_values": _at_least(1),
    "monitor.redraws": _at_least(100),
    "monitor.seed": _SEED,
    "tune.trials": _at_least(1),
    "tune.folds": _at_least(1),
    "tune.seed": _SEED,
    "engine.scheduler": _TEXT,
    "engine.workers": _at_least(1),
}
"""Field -> its limit."""


def broken(place: str, value: Any) -> str | None:
    """Tell what a value of a field should be, if it is not; types are judged elsewhere.

    >>> broken("cohort.horizon_days", -1), broken("split.test_share", 0.25)
    ('a positive number of days, at most 36525', None)
    >>> broken("features.windows_days", [7, 7])
    'each value once'
    """
    limit = LIMITS.get(place)
    if limit is None or value is None:
        return None
    values = value if isinstance(value, list) else [value]
    if not all(limit.holds(one) for one in values):
        return limit.expected
    if not values and limit.some:
        return f"at least one value: {limit.expected}"
    twice = any(one in values[:n] for n, one in enumerate(values))
    return "each value once" if twice else None
