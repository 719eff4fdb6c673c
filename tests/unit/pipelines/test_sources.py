"""Reading files and databases: exactly what stands there, piece by piece."""

import gzip
import sqlite3
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadTables
from features.reading.text import as_text
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read import bounds
from pipelines.intake.read.csv_files import guess_separator
from pipelines.intake.read.encodings import guess_encoding
from pipelines.intake.read.readable import Piece
from pipelines.intake.read.sources import Reader
from pipelines.intake.read.undecodable import marked
from pipelines.intake.read.workbooks import sheet_names
from tests.workbooks import write_workbook

TEXT = "id;name\n007;Ａ社\nNA;\n3;b\n"


def reader(folder: Path, **source: str) -> Reader:
    return Reader("s", Source(**source), folder)  # type: ignore[arg-type]


def read(folder: Path, rows: int = 100, **source: str) -> list[Piece]:
    return list(reader(folder, **source).pieces(rows))


def test_csv_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    (piece,) = read(tmp_path, path="a.csv")
    assert piece.frame["id"].tolist() == ["007", "NA", "3"]
    assert piece.frame["name"].tolist() == ["Ａ社", "", "b"]


def test_pieces_know_their_rows_also_over_several_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(TEXT, "utf-8")
    pieces = read(tmp_path, rows=2, path="*.csv")
    assert [(p.place, p.first_row, p.before, len(p.frame)) for p in pieces] == [
        ("a.csv", 1, 0, 2),
        ("a.csv", 3, 2, 1),
        ("b.csv", 1, 3, 2),
        ("b.csv", 3, 5, 1),
    ]


def test_gz_encodings_and_whitespace(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TEXT.encode("cp932")))
    (tmp_path / "b.txt").write_text(" id  n\n 01  2\n", "utf-8")
    (piece,) = read(tmp_path, path="a.csv.gz", encoding="cp932")
    assert piece.frame["name"].iloc[0] == "Ａ社"
    (piece,) = read(tmp_path, path="b.txt", separator="whitespace")
    assert piece.frame.to_dict("records") == [{"id": "01", "n": "2"}]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8-sig")
    assert reader(tmp_path, path="a.csv").columns() == ("id", "name")


def test_parquet_keeps_its_types_also_compressed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": [1, 2, 3], "at": pd.to_datetime(["2026-01-01"] * 3, utc=True)})
    frame.to_parquet(tmp_path / "a.parquet")
    packed = gzip.compress((tmp_path / "a.parquet").read_bytes())
    (tmp_path / "b.parquet.gz").write_bytes(packed)
    for path in ("a.parquet", "b.parquet.gz"):
        pieces = read(tmp_path, rows=2, path=path)
        assert [len(piece.frame) for piece in pieces] == [2, 1]
        assert pieces[0].frame["n"].dtype == "int64"
        assert reader(tmp_path, path=path).estimated_rows() == 3


def test_a_query_is_read_in_pieces(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        crm.execute("create table leads (id text, n integer)")
        crm.executemany("insert into leads values (?, ?)", [("1", 5), ("2", None), ("3", 7)])
    crm.close()
    address = {
        "url": f"sqlite:///{tmp_path / 'crm.db'}",
        "query": "select * from leads order by id;",
    }
    pieces = read(tmp_path, rows=2, **address)
    assert [p.frame["n"].tolist() for p in pieces] == [[5, None], [7]]
    assert reader(tmp_path, **address).estimated_rows() == 3
    with pytest.raises(BadTables, match="no such table"):
        read(tmp_path, url=address["url"], query="select * from nowhere")


def test_a_malformed_address_is_refused(tmp_path: Path) -> None:
    for url in ("crm", "nosuchdb://host/crm"):
        with pytest.raises(BadTables, match="an SQLAlchemy address"):
            read(tmp_path, url=url, query="select 1")


def test_passwords_are_hidden(tmp_path: Path) -> None:
    address = {"url": "postgresql+psycopg://me:secret@host/crm", "query": "select 1"}
    (place,) = reader(tmp_path, **address).inputs()
    assert "secret" not in place.place


def test_the_environment_fills_in_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    source = "${MIKOMI_TEST_PLACE:-.}/a.csv"
    assert reader(tmp_path, path=source).columns() == ("id", "name")
    monkeypatch.setenv("MIKOMI_TEST_PLACE", str(tmp_path))
    assert reader(tmp_path / "other", path=source).columns() == ("id", "name")
    with pytest.raises(BadTables, match="MIKOMI_TEST_UNSET"):
        reader(tmp_path, path="${MIKOMI_TEST_UNSET}/a.csv").columns()


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n1,2,3\n", "3"), ("a,b\n1,2,3\n", "Length of header"), ("", "nothing")],
)
def test_broken_files_are_refused_not_bent(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    with pytest.raises(BadTables, match=words):
        read(tmp_path, path="a.csv", separator=",")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match=r"no file .*nowhere\.csv"):
        reader(tmp_path, path="nowhere.csv").columns()
    (tmp_path / "a.csv").write_bytes("名,b\n".encode("cp932"))
    with pytest.raises(BadTables, match="utf-8"):
        read(tmp_path, path="a.csv", separator=",")


def test_the_separator_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"a,b"|c|d\n', "utf-8")
    assert guess_separator(tmp_path / "a.csv") == "|"


def encoded(folder: Path, encoding: str, text: str) -> str:
    path = folder / "a.csv"
    path.write_bytes(text.encode(encoding))
    guessed = guess_encoding(path)
    (piece,) = read(folder, path="a.csv", encoding=guessed)
    assert piece.frame.iloc[:, 0].tolist() == [line.split(",")[0] for line in text.split()[1:]]
    return guessed


JAPANESE = "番号,状態\n髙田商店,受注済\nキタノ,はい\n﨑村,失注\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", JAPANESE),
        ("euc_jp", JAPANESE.replace("髙", "高").replace("﨑", "崎")),
        ("utf-16", JAPANESE),
        ("utf-16-le", "name,state\nBolt,won\nNut,lost\n"),
        ("cp1252", "Straße,Größe\nKäse,klein\nMüller,groß\nCafé,à\n"),
        ("cp1251", "имя,стадия\nЗавод,успешна\nМагазин,открыта\n"),
        ("utf-8", JAPANESE),
        ("iso2022_jp", JAPANESE.replace("髙", "高").replace("﨑", "崎")),
        ("utf-16-be", JAPANESE),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, encoding: str, text: str) -> None:
    assert encoded(tmp_path, encoding, text) == encoding


def test_a_file_in_another_encoding_is_refused_with_the_one_that_fits(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(JAPANESE.encode("cp932"))
    for separator in ({}, {"separator": ","}):
        with pytest.raises(BadTables, match=r"line 1.*encoding: cp932"):
            read(tmp_path, path="a.csv", **separator)
    with pytest.raises(BadTables, match="encoding 'klingon'"):
        read(tmp_path, path="a.csv", encoding="klingon")


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (JAPANESE.encode() * 40 + b"x\x81,y\n" + JAPANESE.encode(), 1),
        (b"id,name\n" + b"7,plain\n" * 20 + b"8,od\x81\xffd\n", 1),
        (b"id,name\n" + "7,\u4e09\n".encode() * 60 + b"8,\xff\n" * 3, 3),
        (b"id,town\n7,Ulm\n8,K\xf6ln\n9,Bonn\n" + b"1,Jena\n" * 20, 1),
        ("id,town\n7,Köln\n8,Fürth\n".encode() + b"9,\x92\n" + b"1,Jena\n" * 20, 1),
    ],
)
def test_a_few_wrong_bytes_are_marked(tmp_path: Path, rows: bytes, broken: int) -> None:
    (tmp_path / "a.csv").write_bytes(rows)
    assert guess_encoding(tmp_path / "a.csv") == "utf-8"
    frames = [piece.frame for piece in read(tmp_path, path="a.csv")]
    assert sum(int(marked(frame[name]).sum()) for frame in frames for name in frame) == broken
    assert reader(tmp_path, path="a.csv").estimated_rows() > 20


def test_two_encodings_in_one_file_are_refused(tmp_path: Path) -> None:
    rows = "id,town\n" + "7,Köln\n" * 9
    page = "8,Fürth\n9,Düren\n" * 20
    (tmp_path / "a.csv").write_bytes(rows.encode() + page.encode("cp1252"))
    with pytest.raises(BadTables, match=r"text in UTF-8 and in CP1252 \(line 11: byte 0xfc\)"):
        guess_encoding(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_bytes(rows.encode("cp1252") + page.encode("cp1252"))
    assert guess_encoding(tmp_path / "a.csv") == "cp1252"


@pytest.mark.parametrize(
    "rows", [b"id,n\xe4me\n7,plain\n", b"id,name\n" + b"7,M\xfcller\n8,Weber\n" * 20]
)
def test_many_wrong_bytes_are_another_encoding(tmp_path: Path, rows: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(rows)
    with pytest.raises(BadTables, match=r"line [12]: byte 0x.*encoding: cp1252"):
        read(tmp_path, path="a.csv")


def test_a_workbook_is_read_as_the_text_of_a_csv(tmp_path: Path) -> None:
    rows = [["Leads of May"], ["id", "name", "size"], ["7", "Ａ社", "1.5"], ["8", "", "12"]]
    write_workbook(
        tmp_path / "a.xlsx", {"cover": [], "leads": rows, "more": [["a", "b"], ["1", "2"]]}
    )
    (piece,) = read(tmp_path, path="a.xlsx")
    assert piece.frame.to_dict("list") == {
        "id": ["7", "8"], "name": ["Ａ社", ""], "size": ["1.5", "12"],
    }  # fmt: skip
    assert sheet_names(tmp_path / "a.xlsx") == ["leads", "more"]
    assert reader(tmp_path, path="a.xlsx", sheet="more").columns() == ("a", "b")
    assert reader(tmp_path, path="a.xlsx").estimated_rows() == 2
    with pytest.raises(BadTables, match="no sheet 'deals'"):
        read(tmp_path, path="a.xlsx", sheet="deals")


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.csv.gz", "a.parquet.gz", "a.ods"])
def test_damaged_files_are_refused_in_plain_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PAR1 and nothing behind it")
    with pytest.raises(BadTables, match=name):
        read(tmp_path, path=name)
    with pytest.raises(BadTables, match=name):
        reader(tmp_path, path=name).columns()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(BadTables, match=r"a\.csv: a folder"):
        read(tmp_path, path="a.csv")


def test_what_unpacks_beyond_the_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "FREE_BYTES", 1 << 16)
    for name in ("a.csv.gz", "a.parquet.gz"):
        (tmp_path / name).write_bytes(gzip.compress(b"a,b\n" + b"0" * (1 << 22)))
        with pytest.raises(BadTables, match="unpack to over"):
            read(tmp_path, path=name)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b" " * (1 << 22))
    with pytest.raises(BadTables, match="unpack to over"):
        read(tmp_path, path="a.xlsx")


def test_whole_numbers_with_gaps_never_pass_through_float(tmp_path: Path) -> None:
    large = 2**60 + 1
    frame = pd.DataFrame({"id": pd.array([large, None], dtype="Int64"), "x": [1.5, None]})
    frame.to_parquet(tmp_path / "a.parquet")
    (piece,) = read(tmp_path, path="a.parquet")
    assert as_text(piece.frame["id"]).tolist()[0] == str(large)
    assert piece.frame["x"].dtype == "float64"
