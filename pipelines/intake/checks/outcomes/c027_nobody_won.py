"""C027: no outcome at all, or none that says that a lead was won."""

from collections import Counter
from typing import Final

from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck
from pipelines.intake.checks.outcomes.decision_words import reads_as

MOST_VALUES: Final = 50
"""An attribute with more values than this is no state of a deal."""


def _tally(batch: Batch, table: TableName) -> Tally:
    frame = batch.tables[table]
    if table == "outcomes":
        counts = frame["outcome"].value_counts()
        return Counter({("outcome", str(name)): int(n) for name, n in counts.items()})
    return Counter(
        {
            (name, value): n
            for name in batch.about.attributes
            if name in frame and frame[name].dtype == "str" and frame[name].nunique() <= MOST_VALUES
            for value, n in frame[name].value_counts().items()
            if reads_as(str(value)) is not None
        }
    )


def _conclude(tally: Tally, about: About) -> Finding | None:
    if tally[("outcome", "won")]:
        return Finding(0, "")
    outcomes = [(value, n) for (name, value), n in tally.most_common() if name == "outcome"]
    words = "no outcomes: nothing here says how a deal ended"
    if "outcomes" in about.fed:
        named = ", ".join(f"{value} ({n:,})" for value, n in outcomes[:8]) or "no rows"
        words = f"no outcome `won` among the outcomes: {named}"
    hints = _hints(tally)
    return Finding(1, f"{words}; {hints} reads like it" if hints else words)


def _hints(tally: Tally) -> str:
    """Name the attributes that hold words for won or lost, with the most frequent of them."""
    names = dict.fromkeys(name for name, _ in tally if name != "outcome")
    first = {name: next(v for (n, v), _ in tally.most_common() if n == name) for name in names}
    return ", ".join(f"attribute {name} ({value!r}, ...)" for name, value in first.items())


CHECK = TallyCheck(
    "C027",
    "nobody was won",
    "a table of outcomes in which some deals are won",
    "map the column that says how a deal ended as `outcome`, with `values` for won and lost; or "
    "name another outcome as the target",
    ("leads", "outcomes"),
    _tally,
    _conclude,
)
