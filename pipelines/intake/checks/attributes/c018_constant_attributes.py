"""C018: attributes that say the same of every lead."""

from collections import Counter

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck


def _tally(batch: Batch, table: TableName) -> Tally:
    leads = batch.tables[table]
    if len(leads) <= 1:
        return Counter()
    about = batch.about
    names = [name for name in about.attributes if name in leads and name not in about.later]
    return Counter(
        {(name,): len(leads) for name in names if leads[name].nunique(dropna=False) == 1}
    )


def _conclude(tally: Tally, _about: About) -> Finding | None:
    names = tuple(sorted(name for (name,) in tally))
    return Finding(len(names), f"{len(names)} attributes: {', '.join(names)}" if names else "")


CHECK = TallyCheck(
    "C018",
    "constant attributes",
    "attributes that differ between leads",
    "nothing: they cannot help; or correct column and missing_values in the mapping",
    ("leads",),
    _tally,
    _conclude,
)
