"""Files of own features for tests: one honest, and each way of being refused."""

from pathlib import Path

HEAD = """
import numpy as np
import mikomi

words = dict(
    label=("Calls so far", "これまでの電話"),
    value=("{value} [call|calls] so far", "これまでに電話{value}回"),
    none=("No call so far", "電話なし"),
    unit="count",
)
"""
HONEST = """
@mikomi.feature(**words)
def calls(activities, snapshots):
    rows = snapshots.reset_index(names="row").merge(activities, on="lead_id")
    rows = rows[(rows["visible_from"] < rows["cutoff"]) & (rows["activity_type"] == "call")]
    return rows.groupby("row").size().reindex(snapshots.index, fill_value=0)
"""
PEEKS = HONEST.replace('(rows["visible_from"] < rows["cutoff"]) & ', "")
LATE = HONEST.replace('"visible_from"', '"occurred_at"')
"""Counts what had happened, though it was known later."""
OTHERS = HONEST.replace(
    "return rows", "rows['row'] = rows['row'] * 0 + len(rows) % 7\n    return rows"
)
ORDER = """
@mikomi.feature(**words)
def calls(activities, snapshots):
    rows = snapshots.reset_index(names="row").merge(activities, on="lead_id")
    rows = rows[rows["visible_from"] < rows["cutoff"]]
    first = rows.drop_duplicates("row").set_index("row")
    return (first["activity_type"] == "call").astype(float).reindex(snapshots.index)
"""


def write(folder: Path, body: str, name: str = "calls.py") -> str:
    """Write a file of features below the working directory; return its folder, relative to it."""
    place = folder / "own"
    place.mkdir(exist_ok=True)
    (place / name).write_text(HEAD + body, "utf-8")
    return "own"
