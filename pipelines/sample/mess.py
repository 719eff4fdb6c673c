"""Faults planted in the export on request, and how many rows of each.

Decided here: faults are mostly *added* rows, made from copies of good ones with ids of their own,
so that no good row is lost and the counts can be compared with what the data checks report. Two
faults spoil cells of good rows: a trailing full-width space in a category, full-width digits in a
number.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

Frames = dict[str, pd.DataFrame]
Spoil = Callable[[pd.DataFrame], pd.DataFrame]
Value = str | pd.Timestamp

SHARE: Final = 0.002
"""Of the rows of a table, for each fault; at least three rows."""
FUTURE_JAPAN: Final = "2031-01-15 10:00:00"
FUTURE: Final = pd.Timestamp("2031-01-15T01:00:00", tz="UTC")
LONG_AGO: Final = pd.Timestamp("2023-02-01T01:00:00", tz="UTC")
_WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def plant(
    frames: Mapping[str, pd.DataFrame], rng: np.random.Generator
) -> tuple[Frames, dict[str, int]]:
    """Plant every fault.

    Parameters
    ----------
    frames
        The raw tables by file name: leads and deals as text, activities typed.
    rng
        The source of chance.

    Returns
    -------
    tuple
        The soiled tables, and `table: fault` -> number of rows.
    """
    soiled, planted = dict(frames), {}
    for table, fault, spoil in ADDED:
        taken = _some(frames[table], rng)
        soiled[table] = pd.concat([soiled[table], spoil(taken)], ignore_index=True)
        planted[f"{table}: {fault}"] = len(taken)
    for table, fault, column, change in SPOILED:
        there = np.flatnonzero(frames[table][column].notna().to_numpy())
        rows = rng.choice(there, _count(len(frames[table])), replace=False)
        values = soiled[table][column].to_numpy(dtype=object, copy=True)
        values[rows] = [change(str(value)) for value in values[rows]]
        soiled[table] = soiled[table].assign(**{column: values})
        planted[f"{table}: {fault}"] = len(rows)
    return soiled, planted


def _count(n: int) -> int:
    return min(n, max(3, int(n * SHARE)))


def _some(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return frame.iloc[rng.choice(len(frame), _count(len(frame)), replace=False)].copy()


def _with(**values: Value) -> Spoil:
    return lambda rows: rows.assign(**values)


def _new(column: str, prefix: str, **values: Value) -> Spoil:
    """Return a fault that sets ids of their own, and these values."""

    def spoil(rows: pd.DataFrame) -> pd.DataFrame:
        ids = [f"{prefix}{number:06d}" for number in range(1, len(rows) + 1)]
        return rows.assign(**values).assign(**{column: ids})

    return spoil


def _mixed_zone(rows: pd.DataFrame) -> pd.DataFrame:
    local = pd.to_datetime(rows["日時"]).dt.tz_localize("Asia/Tokyo")
    deals = [f"DZ{number:06d}" for number in range(1, len(rows) + 1)]
    texts = local.dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return rows.assign(商談ID=deals, 日時=texts, 段階="商談化")


ADDED: Final[tuple[tuple[str, str, Spoil], ...]] = (
    ("leads", "repeated rows", _with()),
    ("leads", "empty id", _with(リードID="")),
    ("leads", "unreadable time", _new("リードID", "LT", 登録日時="不明")),
    ("leads", "date in the future", _new("リードID", "LF", 登録日時=FUTURE_JAPAN)),
    ("leads", "unreadable number", _new("リードID", "LN", 従業員数="約百名")),
    ("leads", "another spelling", _new("リードID", "LS", 流入経路="Ｗｅｂ検索")),
    ("leads", "placeholder", _new("リードID", "LP", 業種="選択してください")),
    ("deals", "repeated rows", _with()),
    ("deals", "unknown lead", _new("商談ID", "DO", リードID="L-none")),
    ("deals", "unreadable time", _new("商談ID", "DT", 日時="未定")),
    ("deals", "date in the future", _new("商談ID", "DF", 日時=FUTURE_JAPAN)),
    ("deals", "unknown outcome", _new("商談ID", "DU", 段階="保留?")),
    ("deals", "another zone", _mixed_zone),
    ("activities", "repeated rows", _with()),
    ("activities", "unknown lead", _new("活動ID", "AO", リードID="L-none")),
    ("activities", "empty lead id", _new("活動ID", "AE", リードID="")),
    (
        "activities",
        "date in the future",
        _new("活動ID", "AF", 活動日時=FUTURE, 入力日時=FUTURE),
    ),
    (
        "activities",
        "before the lead",
        _new("活動ID", "AB", 活動日時=LONG_AGO, 入力日時=LONG_AGO),
    ),
)
SPOILED: Final[tuple[tuple[str, str, str, Callable[[str], str]], ...]] = (
    ("leads", "trailing space", "業種", lambda text: text + "\u3000"),
    ("leads", "full-width digits", "抽選番号", lambda text: text.translate(_WIDE)),
)
