"""What reasons are proven and selected with."""

from dataclasses import dataclass

from models.stats.limits import Count, CountOrZero, Probability, Share


@dataclass(frozen=True)
class ProofSettings:
    """The strictness of the proof.

    Attributes
    ----------
    error_rate
        The probability that any pure-noise concept passes, and that any pure-noise family does.
    max_rows
        With more rows, a sample of leads with about this many rows is used.
    min_conversions
        With fewer converted leads, columns that cannot be named stay in the model.
    least_unnamed
        Columns that cannot be named are left out if they carry more than this share of all
        contributions.
    most_harm
        They stay in if without them the model may lose more than this share of what it is better
        than none, by log loss or by its order: the upper end, one standard error above the
        estimate, counts.
    """

    error_rate: Share = 0.01
    max_rows: Count = 30_000
    min_conversions: Count = 500
    least_unnamed: Probability = 0.1
    most_harm: Probability = 0.005


@dataclass(frozen=True)
class ReasonSettings:
    """Which reasons are shown.

    Attributes
    ----------
    positive, negative
        The largest number of reasons for and against.
    min_support
        The smallest number of comparable leads of training.
    least
        The smallest contribution, as a share of the lead's probability or of the base probability,
        whichever is larger.
    """

    positive: CountOrZero = 3
    negative: CountOrZero = 2
    min_support: CountOrZero = 30
    least: Probability = 0.01

    @property
    def places(self) -> int:
        """The largest number of reasons of a lead."""
        return self.positive + self.negative
