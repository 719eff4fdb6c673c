"""C024: category attributes that are different for nearly every lead: names, addresses, ids."""

from collections import Counter
from typing import Final

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck

SHARE: Final = 0.9
ENOUGH: Final = 50


def _tally(batch: Batch, table: TableName) -> Tally:
    leads = batch.tables[table]
    names = [n for n in batch.about.attributes if n in leads and leads[n].dtype == "str"]
    counts = {n: (int(leads[n].notna().sum()), leads[n].nunique()) for n in names}
    suspects = [n for n, (there, kinds) in counts.items() if there >= ENOUGH
                and kinds > SHARE * there]  # fmt: skip
    return Counter({(name,): counts[name][1] for name in suspects})


def _conclude(tally: Tally, _about: About) -> Finding | None:
    words = ", ".join(f"{name} ({n:,} values)" for (name,), n in tally.most_common())
    return Finding(len(tally), words)


CHECK = TallyCheck(
    "C024",
    "attributes that identify",
    "categories that several leads share",
    "if it names a person, list it under never_use; if it is an id, leave it out",
    ("leads",),
    _tally,
    _conclude,
)
