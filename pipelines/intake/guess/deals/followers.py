"""Which columns of a file follow the end of a deal: filled, settled or changed by it.

Decided here: the values are asked first. A column is known later if it is filled almost only where
a deal has ended, or almost only while it is open; if it has one value where deals have ended, or
were won, or lost, and hardly elsewhere; if its values part the ended from the open, or the won from
the others; or if it is the month or quarter of a deal's end. What follows another date that comes
after the beginning (`Join Date`, where no column says how deals ended) is known later too. Then its
header is asked. Ten rows of each kind are the least that values are believed for.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import pandas as pd

from features.reading.times import read_times
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import CLOSED_FLAG, ENDED, LATER, PLANNED, TOUCHED
from pipelines.intake.guess.deals.endings import HARDLY, NONE, Ending
from pipelines.intake.guess.deals.times import created
from pipelines.intake.mapping.time_rule import TimeRule

Ground = Literal[
    "filled", "unfilled", "settled", "parted", "of_won", "dated", "beside", "named", "lines"
]
GROUNDS: Final[dict[Ground, str]] = {
    "filled": "{en: filled only where a deal has ended, ja: 商談が終わった行にだけ記入}",
    "unfilled": "{en: filled only while a deal is open, ja: 商談中の行にだけ記入}",
    "settled": "{en: has one value where a deal has ended, ja: 商談が終わると値が一つに決まる}",
    "parted": "{en: differs between ended and open deals, ja: 商談の終了前後で値が分かれる}",
    "of_won": "{en: differs between won and other deals, ja: 受注とそれ以外で値が分かれる}",
    "beside": "{en: follows a date after the beginning, ja: 開始後の日付に伴って変わる}",
    "dated": "{en: follows the date of the end, ja: 終了日から決まる}",
    "named": "{en: filled when a deal ends, ja: 商談が終わると記入}",
    "lines": "{en: made of lines without a date, ja: 日付のない明細から集計}",
}
LEAST: Final = 10
_ONE: Final = 0.98
_APART: Final = 0.95
_HALF: Final = 0.5
_SHARE: Final = 0.2
_MOST_DATES: Final = 6
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
    later = [c for c in free if c.name not in grounds]
    beside: dict[str, Ground] = {c.name: "beside" for c in _beside(file, later)}
    named: dict[str, Ground] = {c.name: "named" for c in free if _is_named_later(c)}
    return named | beside | grounds | dict.fromkeys(file.undated, "lines")


def value_of_won(file: ExportFile, column: ExportColumn, end: Ending) -> str | None:
    """Return the one value that all won deals have, and half of the others at most; None if none.

    Parameters
    ----------
    file
        A row a lead, or a deal.
    column
        One of its columns.
    end
        How its deals ended.
    """
    values, won = file.text(column), end.state == "won"
    inside, outside = values[won].dropna(), values[~won].dropna()
    if min(len(inside), len(outside)) < LEAST or column.distinct > _KINDS:
        return None
    counts = inside.value_counts()
    alone = counts.iloc[0] >= _ONE * len(inside) and len(inside) >= _ONE * won.sum()
    return str(counts.index[0]) if alone and (outside == counts.index[0]).mean() <= _HALF else None


def _is_named_later(column: ExportColumn) -> bool:
    name = spaced(column.name)
    return bool(LATER.search(name) or CLOSED_FLAG.search(name))


def _ground(file: ExportFile, column: ExportColumn, end: Ending) -> Ground | None:
    values = file.text(column)
    tests: dict[Ground, Callable[[], bool]] = {
        "filled": lambda: _filled(values, end.state),
        "unfilled": lambda: _unfilled(values, end.state),
        "settled": lambda: _settled(values, end.state),
        "parted": lambda: _parted(values, end.state, ("won", "lost")),
        "of_won": lambda: _parted(values, end.state, ("won",)),
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


def _unfilled(values: pd.Series, state: pd.Series) -> bool:
    """Return whether a column is filled while deals are open, and emptied when they end."""
    there, ended = values.notna(), state.isin(["won", "lost"])
    still = state == "open"
    if min(ended.sum(), there[still].sum()) < LEAST:
        return False
    return bool(there[ended].mean() <= NONE and there[still].mean() >= _SHARE)


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


def _parted(values: pd.Series, state: pd.Series, words: tuple[str, ...]) -> bool:
    """Return whether a few values tell the deals of some states from the others.

    Each value stands for the kind of deals in which it has the larger share, so that a rare kind
    counts as much as a frequent one.
    """
    rows = values.notna() & (state != "")
    inside, present = state[rows].isin(words), values[rows]
    if min(inside.sum(), (~inside).sum()) < LEAST or present.nunique() > max(
        _KINDS, len(present) // 20
    ):
        return False
    here = present[inside].value_counts(normalize=True)
    elsewhere = present[~inside].value_counts(normalize=True).reindex(here.index, fill_value=0)
    own = here.index[here > elsewhere]
    return bool(
        present[inside].isin(own).mean() >= _APART and present[~inside].isin(own).mean() <= HARDLY
    )


def _beside(file: ExportFile, columns: Sequence[ExportColumn]) -> list[ExportColumn]:
    """List the columns that follow a date that comes after the beginning."""
    states = [_state_by(file, time) for time in _later_dates(file)]
    return [c for c in columns if any(_follows(file.text(c), state) for state in states)]


def _later_dates(file: ExportFile) -> list[ExportColumn]:
    """List the dates that some rows lack, and that mostly come after the beginning."""
    begin = created(file)
    dates = [c for c in file.of_look("time") if file.partly_missing(c) and c is not begin]
    plain = [c for c in dates if not TOUCHED.search(spaced(c.name))]
    plain = [c for c in plain if not PLANNED.search(spaced(c.name))]
    return [c for c in plain if begin is None or _comes_after(file, c, begin)][:_MOST_DATES]


def _comes_after(file: ExportFile, column: ExportColumn, begin: ExportColumn) -> bool:
    gap = (_moments(file, column) - _moments(file, begin)).dropna()
    return len(gap) > 0 and bool((gap > pd.Timedelta(days=1)).mean() > _HALF)


def _state_by(file: ExportFile, time: ExportColumn) -> pd.Series:
    there = file.text(time).notna()
    return there.map({True: "won", False: "open"})


def _follows(values: pd.Series, state: pd.Series) -> bool:
    if _filled(values, state) or _unfilled(values, state):
        return True
    few = 1 < values.nunique() <= _KINDS
    return few and (_settled(values, state) or _parted(values, state, ("won",)))


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
    months: pd.Series = _moments(file, column).dt.month
    return months


def _moments(file: ExportFile, column: ExportColumn) -> pd.Series:
    return read_times(file.text(column), TimeRule(format=column.formats[0])).moments


def _decides(months: pd.Series, values: pd.Series) -> bool:
    rows = months.notna() & values.notna()
    groups = values[rows].groupby(months[rows])
    if rows.sum() < LEAST * _MONTHS // 2 or groups.ngroups < _MONTHS // 2:
        return False
    return bool(groups.agg(lambda part: part.value_counts().iloc[0]).sum() >= _ONE * rows.sum())
