"""L010: values, and texts before the end, that name the outcome and predict it.

Decided here: a word like "closed", "won", "lost", 受注, 失注 in a value is a hint; it fails if
nearly all leads with such values have that outcome. A text that says so before the end may be
honest (a refusal is one), so texts that reveal the outcome early only warn.
"""

import re
from collections.abc import Iterator
from typing import Final

import pandas as pd

from features.feature import Text
from pipelines.leaks.by_lead import leads
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

WORDS: Final = re.compile(
    r"(?<![a-z])(?:closed?|won|win|lost|lose|converted|signed|churned)(?![a-z])"
    r"|受注|失注|成約|契約|不成立|見送",
    re.IGNORECASE,
)
LEAST: Final = 20
SURE: Final = 0.9
EXPECTED: Final = 5.0
NEVER: Final = 0.1


def _examine(evidence: LeakEvidence) -> Suspects | None:
    known = leads(evidence)
    if known is None:
        return None
    texts = [name for name in evidence.attributes() if known[name].dtype in ("object", "str")]
    fail: dict[str, str] = {}
    for name in texts:
        reasons = [reason for value, reason in _values(known[name], known["converted"])]
        fail |= {name: ", ".join(reasons)} if reasons else {}
    return Suspects(fail, _texts(evidence, known))


def _values(values: pd.Series, converted: pd.Series) -> Iterator[tuple[str, str]]:
    """Iterate over the values that name the outcome and predict it."""
    by_value = converted.groupby(values.astype("str").where(values.notna())).agg(["size", "mean"])
    for value, row in by_value.iterrows():
        if WORDS.search(str(value)) and decides(row["size"], row["mean"], converted.mean()):
            yield str(value), f"{value!s:.40} ({row['mean']:.0%} of {row['size']:.0f} converted)"


def decides(rows: float, rate: float, base: float) -> bool:
    """Decide whether nearly all, or nearly none, of some leads converted.

    Parameters
    ----------
    rows, rate
        Number of leads, and their share of conversions.
    base
        Share of conversions among all leads.

    Examples
    --------
    >>> decides(30, 0.97, 0.3), decides(30, 0.0, 0.3), decides(30, 0.5, 0.3), decides(5, 1.0, 0.3)
    (True, True, False, False)
    """
    sure = rows >= LEAST and rate >= SURE and rate >= 1.5 * base
    return sure or (rows * base >= EXPECTED and rate <= NEVER * base)


def _texts(evidence: LeakEvidence, known: pd.DataFrame) -> dict[str, str]:
    activities = evidence.tables.activities
    if "text" not in activities or activities["text"].notna().sum() < LEAST:
        return {}
    end = evidence.ends_of(activities["lead_id"])
    early = activities[activities["text"].notna() & ~(activities["occurred_at"] >= end)]
    spoke = early[early["text"].astype("str").str.contains(WORDS)]["lead_id"].unique()
    converted = known.set_index("lead_id")["converted"].reindex(spoke).dropna()
    if len(converted) and decides(len(converted), converted.mean(), known["converted"].mean()):
        grounds = (
            f"{converted.mean():.0%} of {len(converted)} leads whose texts speak of it converted"
        )
        return {"activities.text": grounds}
    return {}


CHECK = LeakCheck(
    "L010",
    Text("the outcome in words", "文言に現れた結果"),
    "values and texts that do not know the outcome",
    "list the column under known_later; date texts when they were written",
    _examine,
)
