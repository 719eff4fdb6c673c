"""How and when the deals of a file ended, row by row.

Decided here: words like won and lost say more than a yes or no; a no, or a 0, means lost only where
the row is closed by another column or has a date of its end, else the deal is open. The end is a
time that is filled where deals have ended and missing where they are open; a planned date is the
end of nothing; won and lost deals may have a time each. Where no column says how a deal ended, the
times that only won, or lost, deals have say it. What can be won in a draw is no deal.
"""

from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.value_words import YES, is_flag, meaning, only_yes, says_yes
from pipelines.intake.guess.cells.vocabulary import (
    ACTUAL,
    CLOSED_FLAG,
    DELETED_VALUE,
    ENDED,
    FLAG_NAME,
    LOST_TIME,
    NO_DEAL,
    PLANNED,
    STAGE,
    TOUCHED,
    WON_TIME,
)
from pipelines.intake.guess.deals.times import created

MOST: Final = 0.9
HARDLY: Final = 0.05
NONE: Final = 0.02


@dataclass(frozen=True)
class Ending:
    """How the deals of a file ended.

    `kind` is the column that says so; `closed` a yes or no beside it; `state` holds won, lost, open
    or nothing (not known) for each row; `times` the time of the end by `won` and `lost`; `doubt`
    says why a time may be wrong; `dated`: the times alone say how a deal ended.
    """

    kind: ExportColumn
    state: pd.Series = field(repr=False)
    closed: ExportColumn | None = None
    times: dict[str, ExportColumn] = field(default_factory=dict)
    doubt: str = ""
    dated: bool = False

    @property
    def columns(self) -> list[ExportColumn]:
        """The columns that the outcome is made of."""
        return [self.kind, *([self.closed] if self.closed else []), *self.times.values()]


def ending(file: ExportFile, like: Ending | None = None) -> Ending | None:
    """Return how the deals of a file ended; None if no column says so.

    Parameters
    ----------
    file
        A row a deal, or a lead.
    like
        How those of another file of its form ended; None to look for the columns.
    """
    if like is not None and like.dated:
        return _dated(file, {word: file.column(c.name) for word, c in like.times.items()})
    kind = outcome_column(file) if like is None else file.column(like.kind.name)
    if kind is None:
        return None
    flag = says_yes(kind)
    closed = _closed_flag(file, kind)
    values = file.text(kind)
    words = {value: _state(value, flag=flag) for value in values.dropna().unique()}
    state = values.map(words).fillna("open" if only_yes(kind) else "")
    if flag and closed is not None:
        state = state.mask((state == "no") & ~_is_yes(file.text(closed)), "open")
        state = state.mask(state == "no", "lost")
    if not flag and closed is not None:
        unknown = values.notna() & (state == "open") & _is_yes(file.text(closed))
        state = state.mask(unknown, "")
    if like is not None:
        times = {word: file.column(c.name) for word, c in like.times.items()}
        doubt = like.doubt
    else:
        times, doubt = _times(file, state.replace("no", ""), kind)
    if flag and closed is None:
        state = _by_time(file, state, times)
    return Ending(kind, state, closed if flag else None, times, doubt)


def ending_by_times(file: ExportFile) -> Ending | None:
    """Return how deals ended where only the times of won, and of lost, deals say so."""
    times: dict[str, ExportColumn] = {}
    for word, pattern in (("won", WON_TIME), ("lost", LOST_TIME)):
        could = [c for c in file.of_look("time") if _is(c, pattern) and c is not created(file)]
        sure = [c for c in could if not _is(c, PLANNED) and not _is(c, NO_DEAL)]
        missing = [c for c in sure if file.partly_missing(c)]
        times |= {word: missing[0]} if missing else {}
    return _dated(file, times) if "won" in times else None


def _dated(file: ExportFile, times: dict[str, ExportColumn]) -> Ending:
    state = pd.Series("open", index=file.frame.index)
    for word in ("lost", "won"):
        if word in times:
            state = state.mask(file.text(times[word]).notna(), word)
    return Ending(times["won"], state, times=times, dated=True)


def states_by_lead(
    leads: pd.Series, ids: pd.Series, kinds: pd.Series, *, flag: bool = False
) -> pd.Series:
    """Return won, lost or open for each lead, from the outcomes of another file.

    Parameters
    ----------
    leads
        The id of each lead.
    ids
        The lead of each row of outcomes.
    kinds
        What each of those rows says.
    flag
        It says yes or no to "was it won?".
    """
    words = kinds.map(lambda value: _state(str(value), flag=flag), na_action="ignore")
    lost = leads.isin(ids[words.isin(["lost", "no"])])
    state = pd.Series("open", index=leads.index).mask(lost, "lost")
    return state.mask(leads.isin(ids[words == "won"]), "won")


def _state(value: str, *, flag: bool) -> str:
    word = meaning(value, flag=flag)
    if flag:
        return "won" if word == "won" else "no"
    if DELETED_VALUE.fullmatch(value):
        return ""
    return word if word in {"won", "lost"} else "open"


def _by_time(file: ExportFile, state: pd.Series, times: dict[str, ExportColumn]) -> pd.Series:
    """Read a no as lost where the row has a date of its end, as open where others have one."""
    time = times.get("lost") or times.get("won")
    if time is None:
        return state.mask(state == "no", "")
    there = file.text(time).notna()
    dated = state.mask((state == "no") & there, "lost") if (~there).any() else state
    return dated.mask(dated == "no", "open" if (~there).any() else "")


def _closed_flag(file: ExportFile, kind: ExportColumn) -> ExportColumn | None:
    could = (c for c in file.columns if c is not kind and CLOSED_FLAG.search(spaced(c.name)))
    return next((column for column in could if is_flag(column)), None)


def _is_yes(values: pd.Series) -> pd.Series:
    return values.str.casefold().isin(list(YES))


def _times(
    file: ExportFile, state: pd.Series, kind: ExportColumn
) -> tuple[dict[str, ExportColumn], str]:
    """Choose the time of the end, or one for won and one for lost deals, and say what is odd."""
    begin = created(file)
    times = [c for c in file.of_look("time") if c is not begin and not _is(c, NO_DEAL)]
    actual = [c for c in times if not _is(c, TOUCHED) and not _is(c, PLANNED)]
    fills = {c.name: _fill(file, c, state) for c in actual}
    both = [c for c in actual if _is_end(c, fills[c.name])]
    sure = [c for c in both if fills[c.name]["open"] <= HARDLY]
    apart = _apart(actual, fills)
    if sure:
        return dict.fromkeys(("won", "lost"), max(sure, key=_finality)), ""
    if apart:
        return apart, ""
    if both:
        return dict.fromkeys(("won", "lost"), max(both, key=_finality)), ""
    return _weak(times, kind)


def _finality(column: ExportColumn) -> tuple[bool, bool]:
    return _is(column, ACTUAL), _is(column, ENDED)


def _weak(times: list[ExportColumn], kind: ExportColumn) -> tuple[dict[str, ExportColumn], str]:
    """Fall back on a time that is not the end of the deal, rather than on none."""
    own = [c for c in times if spaced(c.name).startswith(spaced(kind.name))]
    if own:
        return dict.fromkeys(("won", "lost"), own[0]), "is this the end of the deal"
    for pattern, doubt in ((PLANNED, "a planned date"), (TOUCHED, "the last change")):
        named = [c for c in times if _is(c, pattern)]
        if named:
            return dict.fromkeys(("won", "lost"), named[0]), f"{doubt}, not the end of the deal"
    if times:
        return dict.fromkeys(("won", "lost"), times[0]), "is this the end of the deal"
    return {}, ""


def _is(column: ExportColumn, pattern: object) -> bool:
    return bool(pattern.search(spaced(column.name)))  # type: ignore[attr-defined]


def _fill(file: ExportFile, column: ExportColumn, state: pd.Series) -> dict[str, float]:
    """Return the share of rows that have a value, by state: NaN where no row ended so."""
    there = file.text(column).notna()
    shares = {word: _share(there[state == word]) for word in ("won", "lost")}
    return shares | {"open": float(there[state == "open"].sum() / max((state == "open").sum(), 1))}


def _share(flags: pd.Series) -> float:
    return float(flags.mean()) if len(flags) else float("nan")


def _is_end(column: ExportColumn, fill: dict[str, float]) -> bool:
    """Return whether a time is filled where deals have ended, and called so or empty while open."""
    ended = [fill[word] for word in ("won", "lost") if fill[word] == fill[word]]
    named = _is(column, ENDED)
    if not ended or min(ended) < (0.5 if named else MOST):
        return False
    return named or fill["open"] <= NONE


def _apart(
    times: list[ExportColumn], fills: dict[str, dict[str, float]]
) -> dict[str, ExportColumn]:
    """Choose a time that won deals have and lost ones lack, and the other way round."""
    chosen = {}
    for word, other in (("won", "lost"), ("lost", "won")):
        could = [
            c
            for c in times
            if fills[c.name][word] >= MOST
            and not fills[c.name][other] > HARDLY
            and not fills[c.name]["open"] > HARDLY
        ]
        if could:
            chosen[word] = max(could, key=lambda c: _is(c, ENDED))
    return chosen


def outcome_column(file: ExportFile) -> ExportColumn | None:
    """Return the column that says how a deal ended.

    Words like won and lost say more than a yes or no, but only where both agree on what was won: a
    `previous outcome` beside the flag does not.
    """
    deals = [c for c in file.columns if not NO_DEAL.search(spaced(c.name))]
    flags = [c for c in deals if FLAG_NAME.fullmatch(spaced(c.name)) and _is_flag(file, c)]
    words = [c for c in deals if c.look == "category" and _weight(c)[0] and not is_flag(c)]
    both = [c for c in words if _weight(c)[0] > 1 and _agrees(file, c, flags)]
    ranked = sorted(both, key=_weight, reverse=True) or [*flags, *words]
    return next(iter(ranked), None)


def _is_flag(file: ExportFile, column: ExportColumn) -> bool:
    return is_flag(column) or (only_yes(column) and file.partly_missing(column))


def _weight(column: ExportColumn) -> tuple[int, bool]:
    words = {meaning(value) for value in column.values} & {"won", "lost"}  # noqa: PD011 - no frame
    return len(words), bool(STAGE.search(column.name))


def _agrees(file: ExportFile, column: ExportColumn, flags: list[ExportColumn]) -> bool:
    """Return whether the rows with words of success are those with a yes, if there is a flag."""
    if not flags:
        return True
    won = file.text(column).map(meaning, na_action="ignore") == "won"
    return any(bool(((_is_yes(file.text(flag)) == won).mean()) >= MOST) for flag in flags)
