"""C022: categories that differ only by width, case or spaces: probably one and the same."""

import unicodedata
from collections import Counter

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck


def _tally(batch: Batch, table: TableName) -> Tally:
    frame = batch.tables[table]
    if table == "leads":
        names = [n for n in batch.about.attributes if n in frame and frame[n].dtype == "str"]
    else:
        names = [name for name in ("activity_type", "topic", "outcome") if name in frame]
    return Counter(
        {
            (name, str(value)): int(n)
            for name in names
            for value, n in frame[name].value_counts().items()
        }
    )


def plain(value: str) -> str:
    """Write a category without what does not distinguish it.

    >>> plain("ＩＴ サービス") == plain("itサービス")
    True
    """
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())


def _conclude(tally: Tally, _about: About) -> Finding | None:
    groups: dict[tuple[str, str], list[str]] = {}
    for name, value in tally:
        groups.setdefault((name, plain(value)), []).append(value)
    alike = {key: sorted(values) for key, values in groups.items() if len(values) > 1}
    words = "; ".join(f"{name}: {' = '.join(v)}" for (name, _), v in sorted(alike.items())[:8])
    rows = sum(tally[(name, v)] for (name, _), values in alike.items() for v in values)
    return Finding(rows, words)


CHECK = TallyCheck(
    "C022",
    "spellings of one category",
    "one spelling for one thing",
    "say under values which spelling stands for which",
    ("leads", "activities", "outcomes"),
    _tally,
    _conclude,
)
