"""C031: outcomes that read like won or lost, yet are taken as stages."""

from collections import Counter

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.checks.outcomes.c005_unknown_outcomes import KNOWN
from pipelines.intake.checks.outcomes.decision_words import reads_as


def _tally(batch: Batch, table: TableName) -> Tally:
    counts = batch.tables[table]["outcome"].value_counts()
    stages = {*KNOWN, *(batch.about.stages or ())}
    return Counter(
        {
            (str(name), decision): int(n)
            for name, n in counts.items()
            if name not in stages and (decision := reads_as(str(name)))
        }
    )


def _conclude(tally: Tally, about: About) -> Finding | None:
    if "outcomes" not in about.fed:
        return None
    words = [f"{name} ({n:,}) reads like {to}" for (name, to), n in tally.most_common(8)]
    return Finding(tally.total(), "; ".join(words))


CHECK = TallyCheck(
    "C031",
    "words for won or lost that are not translated",
    "won and lost, or `values` that say which word means them",
    "write under values of outcome which word means won and which means lost; or list the word "
    "under stages",
    ("outcomes",),
    _tally,
    _conclude,
)
