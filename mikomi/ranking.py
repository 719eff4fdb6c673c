"""A ranking: a pandas table that notebooks show with its reasons."""

import pandas as pd

from mikomi.shown import language
from pipelines.reports.notebook import ranking


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
