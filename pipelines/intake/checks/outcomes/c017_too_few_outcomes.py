"""C017: too few leads were won or not won to learn from them.

The bound is what a plain scorecard needs to say anything: 40 leads on either side.
"""

from collections import Counter
from typing import Final

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck

ENOUGH: Final = 40


def _tally(batch: Batch, table: TableName) -> Tally:
    if table == "leads":
        return Counter({("leads",): len(batch.tables[table])})
    outcomes = batch.tables[table]
    counts = outcomes.drop_duplicates(["lead_id", "outcome"])["outcome"].value_counts()
    wins = outcomes.loc[outcomes["outcome"] == "won", "lead_id"].value_counts()
    again = Counter({("won again",): int((wins > 1).sum())})
    return again + Counter({(str(outcome),): int(n) for outcome, n in counts.items()})


def _conclude(tally: Tally, about: About) -> Finding | None:
    if "outcomes" not in about.fed:
        return None
    leads, won, lost = tally[("leads",)], tally[("won",)], tally[("lost",)]
    if not won:  # C027 says so.
        return None
    if won == leads:  # Repeat business: every lead was won once, the question is whether again.
        leads, won = won, tally[("won again",)]
    scarce = min(won, leads - won) < ENOUGH
    words = f"{won:,} leads won, {lost:,} lost, {leads - won:,} not won"
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
