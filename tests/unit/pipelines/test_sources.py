"""Reading files and databases: exactly what stands there, piece by piece."""

import gzip
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadTables
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.readable import Piece
from pipelines.intake.read.sources import Reader, guess_separator

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
    said = {"url": f"sqlite:///{tmp_path / 'crm.db'}", "query": "select * from leads order by id;"}
    pieces = read(tmp_path, rows=2, **said)
    assert [p.frame["n"].tolist() for p in pieces] == [[5, None], [7]]
    assert reader(tmp_path, **said).estimated_rows() == 3
    with pytest.raises(BadTables, match="no such table"):
        read(tmp_path, url=said["url"], query="select * from nowhere")


def test_an_address_nobody_understands_is_said(tmp_path: Path) -> None:
    for url in ("crm", "nosuchdb://host/crm"):
        with pytest.raises(BadTables, match="an SQLAlchemy address"):
            read(tmp_path, url=url, query="select 1")


def test_passwords_are_not_told(tmp_path: Path) -> None:
    said = {"url": "postgresql+psycopg://me:secret@host/crm", "query": "select 1"}
    (found,) = reader(tmp_path, **said).inputs()
    assert "secret" not in found.place


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


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match=r"no file .*nowhere\.csv"):
        reader(tmp_path, path="nowhere.csv").columns()
    (tmp_path / "a.csv").write_bytes("名,b\n".encode("cp932"))
    with pytest.raises(BadTables, match="utf-8"):
        read(tmp_path, path="a.csv", separator=",")


def test_the_separator_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"a,b"|c|d\n', "utf-8")
    assert guess_separator(tmp_path / "a.csv") == "|"
