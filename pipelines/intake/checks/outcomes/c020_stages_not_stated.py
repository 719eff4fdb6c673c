"""C020: outcomes besides opened, won, lost, and no list of stages to check them by."""

from collections import Counter

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.checks.outcomes.c005_unknown_outcomes import KNOWN
from pipelines.intake.checks.outcomes.decision_words import reads_as


def _tally(batch: Batch, table: TableName) -> Tally:
    counts = batch.tables[table]["outcome"].value_counts()
    stages = {str(name): int(n) for name, n in counts.items() if name not in KNOWN}
    return Counter({(name,): n for name, n in stages.items() if reads_as(name) is None})


def _conclude(tally: Tally, about: About) -> Finding | None:
    if about.stages is not None or "outcomes" not in about.fed:
        return None
    words = ", ".join(f"{name} ({n:,})" for (name,), n in tally.most_common(12))
    return Finding(tally.total(), f"taken as stages: {words}" if words else "")


CHECK = TallyCheck(
    "C020",
    "stages not said",
    "a list under stages, so that a misspelt outcome is noticed",
    "list the stages in the mapping, or say under values what these mean",
    ("outcomes",),
    _tally,
    _conclude,
)
