"""A ranking: a pandas table that notebooks show with its reasons."""

import numpy as np
import pandas as pd

from mikomi.shown import language
from models.scoring.batch_scores import Scores
from pipelines.reports.notebook import ranking


def ranked(scores: Scores) -> "RankedTable":
    """Rank scores, the hottest first; equal ones by lead."""
    table = scores.to_frame().sort_values(["probability", "lead_id"], ascending=[False, True])
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return RankedTable(table.reset_index(drop=True))


class RankedTable(pd.DataFrame):
    """Leads with probability, interval, score, band and reasons, the hottest first.

    A `pandas.DataFrame` in all that it does; what is derived from it is a plain one.

    Examples
    --------
    >>> hot = ranking[ranking["band"] == "hot"]  # doctest: +SKIP
    >>> type(hot).__name__, int(hot["rank"].min())  # doctest: +SKIP
    ('DataFrame', 1)
    """

    def _repr_html_(self) -> str:
        """Show the first leads, with their reasons."""
        return ranking.ranking(pd.DataFrame(self), language())
