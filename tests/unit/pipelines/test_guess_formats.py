"""Dates, numbers, ids and encodings of strangers' exports are read, or asked about."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadTables
from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import parse
from tests.strange_exports import (
    ROWS,
    STATES,
    begin,
    column,
    deals,
    end,
    ends,
    first_mapping,
    stamps,
    words,
)
from tests.workbooks import write_workbook

ENDED = STATES.count("won") + STATES.count("lost")
STAGE = words(won="Won", lost="Lost", open="Open")


def japanese(moment: pd.Timestamp) -> str:
    """Write a time with an era and the halves of the day."""
    half = "午後" if moment.hour >= 12 else "午前"
    day = f"令和{moment.year - 2018}年{moment.month}月{moment.day}日"
    return f"{day} {half}{moment.hour % 12}時{moment.minute}分"


def serial(moment: pd.Timestamp) -> str:
    """Write a time as the serial day of a spreadsheet."""
    return f"{(moment - pd.Timestamp('1899-12-30')) / pd.Timedelta(days=1):.6f}"


@pytest.mark.parametrize(
    ("write", "form"),
    [
        (lambda t: f"{t:%Y-%m-%d %H:%M:%S}.000000 UTC", None),
        (lambda t: f"{t:%Y-%m-%dT%H:%M:%S}.000+0000", None),
        (lambda t: f"{t:%Y%m%dT%H%M%S}Z", None),
        (lambda t: f"{t:%d.%m.%Y %H:%M}", "%d.%m.%Y %H:%M"),
        (lambda t: f"{t:%m/%d/%Y %I:%M %p}", "%m/%d/%Y %I:%M %p"),
        (lambda t: f"{t.month}/{t.day}/{t.year}, {t:%I:%M %p}", "%m/%d/%Y, %I:%M %p"),
        (lambda t: f"{t:%d-%b-%Y}", "%d-%b-%Y"),
        (lambda t: f"{t:%b %d, %Y}", "%b %d, %Y"),
        (lambda t: f"{t:%d.%m.%y}", "%d.%m.%y"),
        (lambda t: f"{t:%a, %d %b %Y %H:%M:%S} +0000", "%a, %d %b %Y %H:%M:%S %z"),
        (lambda t: f"{t:%Y%m%d}", "%Y%m%d"),
        (lambda t: f"{t.year}年{t.month}月{t.day}日", "%Y年%m月%d日"),
        (japanese, "japanese"),
        (serial, "excel"),
    ],
)
def test_every_form_of_dates_is_read_and_no_time_invented(tmp_path: Path, write, form) -> None:  # type: ignore[no-untyped-def]
    frame = deals(
        **{"Created Date": column(lambda n, _: write(begin(n))), "Stage": STAGE},
        **{"Closed Date": column(lambda n, s: "" if s == "open" else write(end(n)))},
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["created_at"].format == form
    assert mapping.outcomes[0].columns["occurred_at"].format == form
    assert check(tmp_path / "mapping.yaml").tables["outcomes"].accepted == ENDED


def test_day_and_month_are_settled_by_the_whole_file(tmp_path: Path) -> None:
    early = column(lambda n, _: f"{n % 12 + 1:02d}/{n % 11 + 1:02d}/2024")
    frame = deals(**{"Created Date": stamps(begin, "%m/%d/%Y"), "Stage": STAGE, "Signed on": early})
    text, _ = first_mapping(tmp_path, frame.assign(**{"Closed Date": early}))
    assert '"%d/%m/%Y"' not in text
    assert text.count('"%m/%d/%Y"') == 2
    assert "# deals: dates are read month first" in text


def test_one_day_above_twelve_decides() -> None:
    cells = ["02/03/2024"] * 99 + ["02/14/2024"]
    assert look_at("Created", pd.Series(cells)).formats == ("%m/%d/%Y",)


def test_what_the_file_does_not_decide_is_a_question(tmp_path: Path) -> None:
    cells = column(lambda n, _: f"{n % 12 + 1:02d}/{n % 11 + 1:02d}/2024")
    text, _ = first_mapping(tmp_path, deals(**{"Created Date": cells}))
    assert "# ? or %m/%d/%Y" in text


@pytest.mark.parametrize(
    "none", ["31.12.3999", "01.01.1900", "31.12.9999", "00.00.0000", "01.01.0001"]
)
def test_years_that_no_deal_has_stand_for_missing(tmp_path: Path, none: str) -> None:
    closed = ends("won", "lost", form="%d.%m.%Y", none=none)
    created = stamps(begin, "%d.%m.%Y")
    frame = deals(**{"Created Date": created, "Stage": STAGE, "Close Date": closed})
    _, mapping = first_mapping(tmp_path, frame)
    assert none in mapping.missing_values
    assert mapping.outcomes[0].where_present == ("Close Date",)
    assert check(tmp_path / "mapping.yaml").tables["outcomes"].accepted == ENDED


def test_a_date_that_cannot_be_read_raises_a_question_with_an_example(tmp_path: Path) -> None:
    odd = column(lambda n, _: f"{n % 28 + 1}. Tag, Woche {n % 52 + 1}, 2024/x{n}")
    odd = [f"2024/5/{n % 28 + 40}" if n % 2 else cell for n, cell in enumerate(odd)]
    text, _ = first_mapping(tmp_path, deals(**{"Demo date": odd}))
    assert "# ? Demo date: a date in which format, e.g. " in text


@pytest.mark.parametrize("cell", ["3 mai 2024", "2024-05-03 14:07 JST", "W18/2024", "24124"])
def test_what_is_called_a_date_and_cannot_be_read_raises_a_question(
    tmp_path: Path, cell: str
) -> None:
    text, _ = first_mapping(tmp_path, deals(**{"Contract date": [cell] * 75 + ["x1"] * 75}))
    assert "# ? Contract date: a date in which format" in text or "# ? a date in which" in text


def test_cells_that_the_format_cannot_read_are_named_and_quarantined(tmp_path: Path) -> None:
    created = stamps(begin)
    created[5], created[6] = "soon", "8 Jan"
    text, _ = first_mapping(tmp_path, deals(**{"Created Date": created, "Stage": STAGE}))
    assert '# ? cannot be read: "soon", "8 Jan"' in text
    report = check(tmp_path / "mapping.yaml")
    assert report.tables["leads"].quarantined == 2


@pytest.mark.parametrize(
    ("cells", "decimal", "grouped"),
    [
        (["1.230", "60", "12.500"], ",", True),
        (["1.230,50", "7", "12,5"], ",", False),
        (["1,230.50", "7"], ".", False),
        (["1,230", "60"], ".", True),
        (["0.230", "60", "1.230"], ".", False),
        (["1.234.567", "12"], ",", False),
        (["1.230", "6000"], ".", True),
        (["1 230,5", "12"], ",", False),
        (["１，２３０", "６０"], ".", True),
        (["1.5", "2"], ".", False),
    ],
)
def test_the_whole_column_decides_the_decimal_sign(
    cells: list[str], decimal: str, *, grouped: bool
) -> None:
    looked = look_at("size", pd.Series(cells * 10))
    assert (looked.look, looked.decimal, looked.grouped) == ("number", decimal, grouped)


def test_one_column_decides_for_the_others_of_its_file(tmp_path: Path) -> None:
    frame = deals(
        Budget=column(lambda n, _: f"{n + 1}.{n * 7 % 900 + 100},5"),
        Pages=column(lambda n, _: f"{n % 9 + 1}.{n * 3 % 900 + 100}"),
    )
    text, _ = first_mapping(tmp_path, frame)
    assert 'Pages: {kind: number, decimal: ","}' in text
    assert "is read as" not in text


@pytest.mark.parametrize(
    ("here", "there", "form"),
    [
        (lambda n: f"4466420{n:05d}", lambda n: f"4466420{n:05d}.0", "integer"),
        (lambda n: f"00{n + 100}", lambda n: f"{n + 100}", "no_leading_zeros"),
        (lambda n: f"KX-{n}", lambda n: f"kx-{n}", "lower_case"),
    ],
)
def test_ids_that_meet_in_another_form_are_joined_with_a_note(  # type: ignore[no-untyped-def]
    tmp_path: Path, here, there, form: str
) -> None:
    leads = pd.DataFrame(
        {"Lead ID": column(lambda n, _: here(n)), "Created": stamps(begin), "Status": STAGE}
    )
    calls = pd.DataFrame(
        {
            "Call ID": column(lambda n, _: f"C{n}"),
            "Lead ID": column(lambda n, _: there(n % 70)),
            "Date": stamps(end),
            "Type": column(lambda n, _: ("in", "out", "mail")[n % 3]),
        }
    )
    leads.to_csv(tmp_path / "leads.csv", index=False)
    calls.to_csv(tmp_path / "calls.csv", index=False)
    text = guess([tmp_path / "leads.csv", tmp_path / "calls.csv"], tmp_path)
    assert f"id_form: {form}}} # ?" in text
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    assert check(tmp_path / "mapping.yaml").tables["activities"].accepted == ROWS


def test_a_file_without_a_table_is_left_out_with_a_ground(tmp_path: Path) -> None:
    deals().to_csv(tmp_path / "deals.csv", index=False)
    for name, ids, ground in (
        ("calls", column(lambda n, _: f"X{n}"), "none of its columns holds values of Deal ID"),
        ("mails", column(lambda n, _: f"{n}.23457E+14"), "was rounded by a spreadsheet"),
    ):
        frame = pd.DataFrame({"deal": ids, "at": stamps(end)})
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        text = guess([tmp_path / "deals.csv", tmp_path / f"{name}.csv"], tmp_path)
        assert ground in text


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16", "utf-8-sig"])
def test_the_encoding_is_written_into_the_mapping(tmp_path: Path, encoding: str) -> None:
    frame = deals(状態=words(won="受注", lost="失注", open="商談中"))
    (tmp_path / "a.csv").write_bytes(frame.to_csv(index=False).encode(encoding))
    mapping = parse(guess([tmp_path / "a.csv"], tmp_path))
    expected = "utf-8" if encoding == "utf-8-sig" else encoding
    assert mapping.sources["a"].encoding == expected
    assert "状態" in {rule.columns["outcome"].column for rule in mapping.outcomes}


def test_a_workbook_is_mapped_and_its_other_sheets_are_named(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE)
    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    write_workbook(tmp_path / "book.xlsx", {"Deals": rows, "Notes": [["a", "b"], ["1", "2"]]})
    text = guess([tmp_path / "book.xlsx"], tmp_path)
    assert "sheet: Deals}" in text
    assert "# ? book_Notes: {path: " in text
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    assert check(tmp_path / "mapping.yaml").tables["leads"].accepted == ROWS


def test_what_is_no_export_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "cut.parquet").write_bytes(b"PAR1\0\0")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 999)[:40])
    for name in ("folder.csv", "picture.csv", "cut.parquet", "empty.csv", "cut.csv.gz", "none"):
        with pytest.raises(BadTables, match=name):
            guess([tmp_path / name], tmp_path)
