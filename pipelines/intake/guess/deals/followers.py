"""Which columns of a file follow the end of a deal: filled, settled or changed by it.

Decided here: the values are asked first. A column is known later if it is filled almost only where
a deal has ended; if it has one value there, or where it was won, or lost, and hardly elsewhere; if
its values part the ended from the open; or if it is the month or quarter of a deal's end. Then its
header is asked. Ten rows of each kind are the least that values are believed for.
"""

from collections.abc import Callable
from typing import Final, Literal

import pandas as pd

from features.reading.times import read_times
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import ENDED, LATER, PLANNED
from pipelines.intake.guess.deals.endings import HARDLY, NONE, Ending
from pipelines.intake.guess.deals.times import created
from pipelines.intake.mapping.time_rule import TimeRule

Ground = Literal["filled", "settled", "parted", "dated", "named", "lines"]
GROUNDS: Final[dict[Ground, str]] = {
    "filled": "{en: filled only where a deal has ended, ja: 商談が終わった行にだけ記入}",
    "settled": "{en: has one value where a deal has ended, ja: 商談が終わると値が一つに決まる}",
    "parted": "{en: differs between ended and open deals, ja: 商談の終了前後で値が分かれる}",
    "dated": "{en: follows the date of the end, ja: 終了日から決まる}",
    "named": "{en: filled when a deal ends, ja: 商談が終わると記入}",
    "lines": "{en: made of lines without a date, ja: 日付のない明細から集計}",
}
LEAST: Final = 10
_ONE: Final = 0.98
_SHARE: Final = 0.2
_KINDS: Final = 20
_MONTHS: Final = 12


def followers(file: ExportFile, end: Ending | None) -> dict[str, Ground]:
    """Return the columns that follow the end of a deal, each with its ground.

    Parameters
    ----------
    file
        A row a lead, or a deal.
    end
        How its deals ended; None where no column says so: then only headers are asked.
    """
    free = [c for c in file.columns if c.look not in {"time", "empty"}]
    free = [c for c in free if end is None or c not in end.columns]
    grounds = {c.name: ground for c in free if end and (ground := _ground(file, c, end))}
    named: dict[str, Ground] = {c.name: "named" for c in free if LATER.search(spaced(c.name))}
    return named | grounds | dict.fromkeys(file.undated, "lines")


def _ground(file: ExportFile, column: ExportColumn, end: Ending) -> Ground | None:
    values = file.text(column)
    tests: dict[Ground, Callable[[], bool]] = {
        "filled": lambda: _filled(values, end.state),
        "settled": lambda: _settled(values, end.state),
        "parted": lambda: _parted(values, end.state),
        "dated": lambda: _dated(file, values, end),
    }
    return next((ground for ground, test in tests.items() if test()), None)


def _filled(values: pd.Series, state: pd.Series) -> bool:
    there, still = values.notna(), state == "open"
    if min(still.sum(), there.sum()) < LEAST or there[still].mean() > NONE:
        return False
    return any(
        there[state == word].mean() >= _SHARE for word in ("won", "lost") if (state == word).any()
    )


def _settled(values: pd.Series, state: pd.Series) -> bool:
    """Return whether a state has one value that is hardly there in the other rows.

    Where the rows that were not won may be lost or open, nobody knows, they are one group.
    """
    state = state.replace("", "lost") if set(state) == {"won", ""} else state
    known, there = state != "", values.notna()
    groups = [state == "won", state == "lost", state.isin(["won", "lost"])]
    for group in groups:
        inside, outside = values[group & there], values[~group & known & there]
        if min(len(inside), len(outside)) < LEAST or inside.nunique() == 0:
            continue
        counts = inside.value_counts()
        one = counts.iloc[0] >= _ONE * len(inside)
        if one and (outside == counts.index[0]).mean() <= HARDLY:
            return True
    return False


def _parted(values: pd.Series, state: pd.Series) -> bool:
    """Return whether a few values tell the ended deals from the open ones."""
    rows = values.notna() & (state != "")
    ended = state[rows].isin(["won", "lost"])
    if min(ended.sum(), (~ended).sum()) < LEAST:
        return False
    if values[rows].nunique() > max(_KINDS, len(ended) // 20):
        return False
    right = ended.groupby(values[rows]).agg(lambda flags: max(flags.sum(), (~flags).sum()))
    return bool(right.sum() >= _ONE * len(ended))


def _dated(file: ExportFile, values: pd.Series, end: Ending) -> bool:
    """Return whether the month of a deal's end decides the value, and that of its start not."""
    if not 1 < values.nunique() <= _KINDS:
        return False
    begin = created(file)
    ends = [c for c in file.of_look("time") if c is not begin and _may_end(c, end)]
    if not any(_decides(_months(file, column), values) for column in ends):
        return False
    return begin is None or not _decides(_months(file, begin), values)


def _may_end(column: ExportColumn, end: Ending) -> bool:
    name = spaced(column.name)
    return column in end.times.values() or bool(ENDED.search(name) or PLANNED.search(name))


def _months(file: ExportFile, column: ExportColumn) -> pd.Series:
    times = read_times(file.text(column), TimeRule(format=column.formats[0])).moments
    months: pd.Series = times.dt.month
    return months


def _decides(months: pd.Series, values: pd.Series) -> bool:
    rows = months.notna() & values.notna()
    groups = values[rows].groupby(months[rows])
    if rows.sum() < LEAST * _MONTHS // 2 or groups.ngroups < _MONTHS // 2:
        return False
    return bool(groups.agg(lambda part: part.value_counts().iloc[0]).sum() >= _ONE * rows.sum())
