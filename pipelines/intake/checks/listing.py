"""Descriptions of what stood in the rows at fault."""

import pandas as pd


def listing(values: pd.Series, most: int = 5) -> str:
    """List values with counts, most frequent first.

    >>> listing(pd.Series(["a", "b", "a"]))
    'a (2), b (1)'

    Parameters
    ----------
    values
        Shape (rows,): the values.
    most
        The most values that are listed.
    """
    counts = values.value_counts()
    shown = ", ".join(f"{value} ({n:,})" for value, n in counts.head(most).items())
    return shown + (f" and {len(counts) - most:,} more" if len(counts) > most else "")


def span(rows: pd.DataFrame) -> str:
    """Write between which dates the times of rows lie."""
    times = pd.concat([rows[n] for n in ("created_at", "occurred_at", "known_at") if n in rows])
    return f"{times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"
