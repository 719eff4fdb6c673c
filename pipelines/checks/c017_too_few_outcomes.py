"""C017: too few leads were won or not won to learn from them.

The bound is what a plain scorecard needs to say anything: 40 leads on either side.
"""

from collections import Counter
from typing import Final

from features.tables import TableName
from pipelines.checks.check import About, Batch, Finding, Tally, TallyCheck

ENOUGH: Final = 40


def _tally(batch: Batch, table: TableName) -> Tally:
    if table == "leads":
        return Counter({("leads",): len(batch.tables[table])})
    counts = batch.tables[table].drop_duplicates(["lead_id", "outcome"])["outcome"].value_counts()
    return Counter({(str(outcome),): int(n) for outcome, n in counts.items()})


def _conclude(tally: Tally, about: About) -> Finding | None:
    if "outcomes" not in about.fed:
        return None
    won, lost = tally[("won",)], tally[("lost",)]
    not_won = tally[("leads",)] - won
    scarce = min(won, not_won) < ENOUGH
    words = f"{won:,} leads won, {lost:,} lost, {not_won:,} not won"
    return Finding(won if scarce else 0, words if scarce else "")


CHECK = TallyCheck(
    "C017",
    "too few outcomes",
    f"at least {ENOUGH} leads won and {ENOUGH} not won",
    "bring a longer period, or choose an earlier outcome as the target; until then the points of "
    "the scorecard rank the leads",
    ("leads", "outcomes"),
    _tally,
    _conclude,
)
