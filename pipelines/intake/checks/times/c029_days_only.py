"""C029: a column that holds days only, beside columns that hold times of day.

Decided here: a column holds days if nearly all of its times are midnight. Read at the start of its
day, an activity of the afternoon seems to come before a win of the morning; read at its end, a win
seems to come after all that happened on its day.
"""

from collections import Counter
from typing import Final

from features.reading.days import DAYS, PLACED, TIMES
from features.tables import TableName
from pipelines.intake.checks.check import About, Batch, Finding, Tally, TallyCheck

ENOUGH: Final = 10
SHARE: Final = 0.95
MOMENT: Final = {"leads": "created_at", "activities": "occurred_at", "outcomes": "occurred_at"}
OTHERS: Final = {"activities": ("leads", "activities", "outcomes"), "outcomes": ("activities",)}
"""Beside times of which tables days of a table matter."""
AS_WRITTEN: Final = ("leads", "activities", "outcomes")
"""The same for midnights that are written: outcomes of the day a lead came lie before it."""
READ_AS: Final = {"activities": "the start of the day", "outcomes": "the end of the day"}
MIDNIGHT: Final = "midnight as it is written; `day: end_if_midnight` reads it as the end of the day"


def _tally(batch: Batch, table: TableName) -> Tally:
    counts = batch.zones.get(table, Counter())
    return Counter(
        {
            (table, how): n
            for (name, how), n in counts.items()
            if name == MOMENT[table] and how.startswith((DAYS, PLACED, TIMES))
        }
    )


def _conclude(tally: Tally, _about: About) -> Finding | None:
    days: dict[str, list[tuple[str, int, bool]]] = {table: [] for table in MOMENT}
    timed = set()
    for (table, how), n in sorted(tally.items()):
        if how.startswith(TIMES) and n >= ENOUGH:
            column = how.removeprefix(TIMES)
            if tally[(table, DAYS + column)] >= SHARE * n:
                placed = tally[(table, PLACED + column)] >= SHARE * n
                days[table].append((column, n, table == "outcomes" and not placed))
            else:
                timed.add(table)
    words = [
        f"{table}.occurred_at: {column} holds days only ({n:,}), read as "
        f"{MIDNIGHT if written else READ_AS[table]}"
        for table, others in OTHERS.items()
        for column, n, written in days[table]
        if timed & set(AS_WRITTEN if written else others)
    ]
    rows = sum(n for table in OTHERS for _, n, _ in days[table]) if words else 0
    return Finding(rows, "; ".join(words))


CHECK = TallyCheck(
    "C029",
    "days only, beside times of day",
    "times of day wherever the order within a day matters: what comes after a win must not seem "
    "to come before it",
    "export the time of day, or write `day: start`, `end` or `end_if_midnight` beside the column",
    ("leads", "activities", "outcomes"),
    _tally,
    _conclude,
)
