"""ExplainedLeads scores: reasons in words, contributions as shap has them, and a picture."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from mikomi.ranking import RankedTable, ranked
from mikomi.shown import language
from models.scoring.batch_scores import Scores
from pipelines.reports.notebook import ranking

if TYPE_CHECKING:
    from models.explain.shap_values import Explanation


class ExplainedLeads:
    """The reasons of some rows.

    Attributes
    ----------
    scores
        Probabilities, intervals, scores, bands and selected reasons.

    Examples
    --------
    >>> explained = model.explain(test.features().tail(2))  # doctest: +SKIP
    >>> len(explained.scores), explained.waterfall()[:4]  # doctest: +SKIP
    (2, '<svg')
    """

    def __init__(self, scores: Scores, contributions: "Callable[[], Explanation]") -> None:
        self.scores = scores
        self._contributions = contributions

    @cached_property
    def shap(self) -> "Explanation":
        """The contributions of every feature to the margin, as a `shap.Explanation`."""
        return self._contributions()

    @property
    def reasons(self) -> pd.DataFrame:
        """One row a reason: lead, cutoff, code, contribution (a probability), both sentences."""
        keys = self.scores.keys
        return pd.DataFrame(
            {
                "lead_id": keys["lead_id"].iloc[row],
                "cutoff": keys["cutoff"].iloc[row],
                "code": one.code,
                "feature": one.feature,
                "contribution": one.contribution,
                "sentence_en": one.sentence.en,
                "sentence_ja": one.sentence.ja,
                "leads": one.leads,
                "converted_leads": one.converted_leads,
            }
            for row in range(len(self.scores))
            for one in self.scores.reasons_of(row)
        )

    @property
    def ranking(self) -> RankedTable:
        """The rows ranked, the hottest first, with their reasons: of any leads, also decided ones.

        Examples
        --------
        >>> model.explain(test.features()).ranking["rank"].iloc[0]  # doctest: +SKIP
        1
        """
        return ranked(self.scores)

    def waterfall(self, row: int = 0) -> str:
        """Draw how the probability of a row comes about, as SVG.

        Examples
        --------
        >>> model.explain(test.features().tail(2)).waterfall(1)[-6:]  # doctest: +SKIP
        '</svg>'
        """
        scores = self.scores
        title = str(scores.keys["lead_id"].iloc[row])
        rest = float(scores.remainder[row])
        return ranking.steps(
            scores.reasons_of(row), scores.base_probability, rest, title, language()
        )

    def _repr_html_(self) -> str:
        """Draw the first row."""
        return self.waterfall() if len(self.scores) else ""
