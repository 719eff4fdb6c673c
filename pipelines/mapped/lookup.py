"""A time of its lead for every row that speaks of a lead."""

import pandas as pd


def times_of(ids: pd.Series, times: pd.Series) -> pd.Series:
    """Look up `times`, which are indexed by lead id, for every row; unknown leads have none."""
    found: pd.Series = times.reindex(pd.Index(ids)).set_axis(ids.index)
    return found
