"""Records as CRMs really write them, drawn at random: forms of numbers, times, words and ids."""

import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import strategies as st

from features.reading.times import read_times
from features.reading.values import TimeReading
from features.tables import Tables
from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.storage import partitions
from tests.raw_company import Rows, write

LEADS = 4
_NUMBERS = (
    "1,200", "１２００", "１，２００", "1 200", "1\u00a0200", "1'200", "", "なし", "-", "35",
    " 35 ", "+7", "-5", "1.5", "１．５", ".5", "5.", "1e3", "12,345,678", "¥3,000", "￥３０",
    "900円", "0", "007",
)  # fmt: skip
_NO_NUMBERS = ("many", "nan", "inf", "1_000", "0x10", "−4", "12%", "٣", "NULL", "1,2", "1,20,000")
_DAYS = ("2026-04-03", "2026-05-07", "２０２６-05-07", "2026-05-09", "20260511", " 2026-05-30 ")
_NO_DAYS = ("2026-02-30", "5月3日", "", "2026/05/09", "tomorrow", "2026-13-01")
_TIMES = (
    "", " 09:30", "T09:30", "T09:30:15", " 09:30:15.123456", "T00:00", "T09:30Z", "T09:30+09:00",
    "T09:30 UTC", "T23:59:59.999999", " 9:30", "T0930", "T09:30:15.1Z", "T09：30",
)  # fmt: skip
_TYPES = (
    "電話",
    "メール",
    "call",
    "email",
    "受注記録",
    "受注報告",
    "のろし",
    " 電話 ",
    "電話\u3000",
    "CALL",
    "なし",
)
_TOPICS = ("料金", "pricing", "", "なし", "天気", " 料金", "Pricing")
_SIDES = ("顧客から", "自社から", "inbound", "", "?", "Inbound", "-")
_ACTORS = ("佐藤", "鈴木", "-", "誰か", " 佐藤", "")
_STAGES = (
    "商談化", "見積", "受注", "失注", "Closed Lost", "quoted", "lost", "won", "opened", "blue",
    "Won", " 失注", "再開", "受注 ",
)  # fmt: skip
_WORDS = ("小売", "製造", "製造業", "manufacturing", "業種3", "なし", "", " 製造", "農業", "-")
_YES = ("はい", "いいえ", "たぶん", "true", "false", "", " はい", "True")
_OWNERS = ("佐藤", "鈴木", "", "新人9", "-", " 佐藤")
_FIELDS = ("席数", "業種", "seats", "industry", "謎", " 席数")


def _one(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


_readable = _one(_NUMBERS) | st.integers(-9_999_999, 99_999_999).map("{:,}".format)
_numbers = _readable | _one((*_NO_NUMBERS, "多数"))
_amounts = st.integers(0, 29).flatmap(lambda n: _readable if n else _one(_NO_NUMBERS))
_good = st.builds("{}{}".format, _one(_DAYS), _one(_TIMES)) | st.builds(
    "2026-05-{:02d} {:02d}:15".format, st.integers(1, 31), st.integers(0, 23)
)
_moments = st.integers(0, 29).flatmap(lambda n: _good if n else _one(_NO_DAYS))


@st.composite
def _activities(draw: st.DrawFn, lead: str) -> list[tuple[str, ...]]:
    """Draw activities; an id may come again, as the same or with other values of one type."""
    types = draw(st.lists(_one(_TYPES), min_size=3, max_size=3))
    rows = []
    for n in draw(st.lists(st.integers(0, 2), max_size=5)):
        words = (draw(_one(some)) for some in (_TOPICS, _SIDES, _ACTORS))
        row = (f"{lead}-{n}", lead, draw(_moments), types[n], *words, draw(_amounts))
        rows += [row] * draw(st.sampled_from((1, 1, 5)))
    return rows


def _deals(lead: str) -> st.SearchStrategy[list[tuple[str, ...]]]:
    one = st.tuples(
        st.just(lead), _one(("D1", "Ｄ１", "D2", "", " D1")), _moments, _one(_STAGES), _amounts
    )
    return st.lists(one, max_size=5)


def _changes(lead: str) -> st.SearchStrategy[list[tuple[str, ...]]]:
    return st.lists(
        st.tuples(st.just(lead), _one(_FIELDS), _moments, _numbers | _one(_WORDS)), max_size=3
    )


@st.composite
def odd_rows(draw: st.DrawFn) -> Rows:
    """Draw the rows of a small export, file by file."""
    rows: Rows = {"leads": [], "acts": [], "deals": [], "log": []}
    for n in range(LEADS):
        lead = f"{5_000 + n}"
        created = draw(_one(("2026-03-02", "2026-03-09 10:00", "２０２６-03-02T01:00Z")))
        facts = (draw(_one(words)) for words in (_OWNERS, _WORDS, _YES))
        rows["leads"].append((lead, created, *facts, draw(_numbers)))
        rows["acts"] += draw(_activities(lead))
        rows["deals"] += draw(_deals(lead))
        rows["log"] += draw(_changes(lead))
    return rows


def has_no_number(text: str) -> bool:
    """Return whether a number is there that cannot be read."""
    return text.strip() in _NO_NUMBERS


def has_no_time(text: str) -> bool:
    """Return whether a time is there that cannot be read."""
    return bool(read_times(pd.Series([text], dtype="str"), TimeReading()).unreadable.any())


def ingested(rows: Rows) -> tuple[Tables, frozenset[str]]:
    """Return the tables of an export, and the leads of which a row was put aside."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows)
        ingest(folder / "mapping.yaml", folder / "store", IngestSettings(partitions=1))
        with (folder / "store" / "quarantine.csv").open(encoding="utf-8-sig", newline="") as file:
            aside = [(Path(row["place"]).stem, int(row["row"])) for row in csv.DictReader(file)]
        tables = partitions.read_all(folder / "store")
    of_lead = {"leads": 0, "acts": 1, "deals": 0, "log": 0}
    return tables, frozenset(rows[file][row - 1][of_lead[file]] for file, row in aside)
