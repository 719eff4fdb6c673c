"""The section `incumbent` of params.yaml: the score that sales uses today.

Decided here: a score has one file, with a column each for the lead, the moment and the score; or it
is a points file, whose points are counted from the features. Whoever states neither has none.
"""

from dataclasses import dataclass
from typing import Literal

from features.errors import BadParams
from models.stats.limits import Name, NotNegative, Values


@dataclass(frozen=True)
class IncumbentParams:
    """Where the score that sales uses today is, and what it claims.

    Attributes
    ----------
    name
        What people call it; none means `incumbent`.
    scores
        A CSV or Parquet file or a workbook, one row a lead and moment, or a lead; relative to
        the directory that the command is run in.
    points
        A points file in the form of `train.points`, instead of `scores`.
    lead, score
        The columns of `scores` with the id of the lead and the score.
    at
        The column with the moment from which the score stood; none: nobody recorded it, and the
        score is taken for as old as the lead.
    zone
        The time zone of moments without an offset; none: that of the mapping.
    best_first
        The grades of a score in words, the best first; numbers need none.
    meaning
        What the score claims to be: a `probability` (of 0 to 1, or 0 to 100), `points`, a `grade`.
    cost_per_month, cost_per_contact
        What the score costs to keep, and what a contact costs; none: not stated.
    """

    name: Name | None = None
    scores: Name | None = None
    points: Name | None = None
    lead: Name = "lead_id"
    at: Name | None = "at"
    score: Name = "score"
    zone: Name | None = None
    best_first: Values[Name] = ()
    meaning: Literal["points", "grade", "probability"] = "points"
    cost_per_month: NotNegative | None = None
    cost_per_contact: NotNegative | None = None

    def __post_init__(self) -> None:
        """Refuse two scores at once."""
        if self.scores is not None and self.points is not None:
            raise BadParams.of(
                f"scores {self.scores} and points {self.points}", "one of the two", "remove one"
            )

    @property
    def title(self) -> str:
        """What people call the score."""
        return self.name or "incumbent"
