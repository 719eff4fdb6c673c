"""First mappings of reports made for people: titles above, totals below, units inside numbers."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadTables
from pipelines.intake.guess.cells import footers
from pipelines.intake.guess.draft import guess
from pipelines.intake.guess.files import files
from pipelines.intake.ingest import check, ingest
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.csv_files import csv_pieces
from tests.strange_exports import (
    ROWS,
    STATES,
    begin,
    column,
    deals,
    end,
    ends,
    first_mapping,
    words,
)
from tests.workbooks import write_workbook

ENDED = STATES.count("won") + STATES.count("lost")
ABOVE = [["Opportunity report - Contoso"], ["Exported 2025-01-31 by J. Doe"], []]
BELOW = [[], ["Total", "", "", "98765"], ["Count", str(ROWS)]]


def report(above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the rows of a report of deals."""
    frame = deals(Result=words(won="Won", lost="Lost", open="Open"), Closed=ends("won", "lost"))
    return [*map(list, above), list(frame.columns), *frame.to_numpy().tolist(), *map(list, below)]


def write(folder: Path, rows: list[list[str]], ending: str) -> Path:
    path = folder / f"report.{ending}"
    if ending == "xlsx":
        write_workbook(path, {"Deals": rows})
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";" if ending == "txt" else ",").writerows(rows)
    return path


def counts(folder: Path, path: Path) -> dict[str, tuple[int, int]]:
    """Return how many rows of each table the first mapping takes, and how many it quarantines."""
    (folder / "mapping.yaml").write_text(guess([path], folder), "utf-8")
    tables = check(folder / "mapping.yaml").tables
    return {str(name): (one.accepted, one.quarantined) for name, one in tables.items()}


@pytest.mark.parametrize("ending", ["csv", "txt", "xlsx"])
def test_a_title_above_and_totals_below_are_no_deals(tmp_path: Path, ending: str) -> None:
    taken = counts(tmp_path, write(tmp_path, report(ABOVE, BELOW), ending))
    assert taken == {"leads": (ROWS, 0), "outcomes": (ENDED, 0)}
    text = (tmp_path / "mapping.yaml").read_text("utf-8")
    assert 'rows at the end, e.g. "Total", are no data' in text
    assert "cannot be read" not in text


def test_planted_fault_totals_are_taken_for_deals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "footer_of", lambda _: None)
    assert counts(tmp_path, write(tmp_path, report((), BELOW), "csv"))["leads"] == (ROWS, 2)


def test_sparse_rows_are_data_where_no_column_tells_them_apart() -> None:
    rows = [[str(n), "2024-05-01", "Web" if n % 5 else "", "Berlin"] for n in range(40)]
    few = [["40", "", "", ""], ["41", "2024-05-02", "", ""]]
    frame = pd.DataFrame([*rows, *few], columns=[*"abcd"])
    assert footers.footer_of(frame) is None, "the last row has a third of what others have"
    whole = pd.DataFrame([*rows, few[0]], columns=[*"abcd"])
    footer = footers.footer_of(whole)
    assert footer is not None
    assert (footer.column, footer.rows, footer.first) == ("b", 1, "40")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Title\n\nid,name\n1,a\n", ["id", "name"]),
        ('"Title, of all"\nid,name\n1,a\n', ["id", "name"]),
        ('"a\nname",id\n1,2\n', ["a\nname", "id"]),
        ("comment\nhello\nyes, well\n", None),
        ("id,name\n1,a\n2,b\n", ["id", "name"]),
        ("words\none\ntwo\n", ["words"]),
        ("Who,,Deal,\nid,name,stage,end\n1,a,Won,\n", ["id", "name", "stage", "end"]),
        (",id,name,stage\n0,1,a,Won\n", ["Unnamed: 0", "id", "name", "stage"]),
        ("id,name,,\n1,a,,\n2,b,x,y\n", ["id", "name", "Unnamed: 2", "Unnamed: 3"]),
    ],
)
def test_the_header_is_below_titles(tmp_path: Path, text: str, header: list[str] | None) -> None:
    path = tmp_path / "report.csv"
    path.write_text(text, "utf-8")
    pieces = csv_pieces(path, Source(path=str(path), separator=","), 100)
    if header is None:
        with pytest.raises(Exception, match="rows like the header"):
            next(pieces)
    else:
        assert list(next(pieces).columns) == header


def test_units_of_counts_and_powers_of_ten_are_numbers(tmp_path: Path) -> None:
    own = {
        "従業員数": column(lambda n, _: f"{20 + n * 37 % 4913:,}名"),
        "予算": column(lambda n, _: f"{10 + n * 7 % 90}万円" if n % 9 else "1億2,000万円"),
    }
    frame = deals(
        **own, 状況=words(won="成約", lost="見送り", open="商談中"), 決着日=ends("won", "lost")
    )
    text, mapping = first_mapping(tmp_path, frame)
    attributes = mapping.leads[0].attributes
    assert attributes["従業員数"].kind == "number"
    assert "amount: 予算" in text or attributes["予算"].kind == "number"
    ingest(tmp_path / "mapping.yaml", tmp_path / "out")
    leads = pd.concat(map(pd.read_parquet, (tmp_path / "out" / "leads").glob("*.parquet")))
    staff = leads.set_index("lead_id")["従業員数"]
    assert staff["D-0100"] == 20 + 100 * 37 > 999


def test_other_units_are_a_question(tmp_path: Path) -> None:
    own = {
        "Contract": column(lambda n, _: f"{1 + n % 30} months"),
        "Budget": column(lambda n, _: f"{10 + n * 13 % 977}k"),
    }
    text, mapping = first_mapping(
        tmp_path, deals(**own, Stage=words(won="Won", lost="Lost", open="Open"), Closed=ends("won"))
    )
    assert 'numbers with a unit, e.g. "' in text
    assert "# ? left out: Budget (numbers with a unit" in text
    assert mapping.leads[0].attributes["Contract"].kind == "category"
    codes = {"Desk": column(lambda n, _: f"{n % 7}{'ABCDEFG'[n % 7]}")}
    assert "numbers with a unit" not in first_mapping(tmp_path, deals(**codes))[0]


def test_dates_and_numbers_of_a_german_export(tmp_path: Path) -> None:
    own = {
        "Betrag": column(lambda n, _: f"{1 + n % 9}.{100 + n * 7 % 900},{10 + n % 90} €"),
        "Status": words(
            won="Abgeschlossen - Gewonnen", lost="Abgeschlossen - Verloren", open="Angebot - offen"
        ),
        "Abschlussdatum": ends("won", "lost", form="%d.%m.%Y"),
    }
    frame = deals(**own).rename(columns={"Created Date": "Erstellt um"})
    path = tmp_path / "deals.csv"
    frame.to_csv(path, index=False, sep=";", encoding="cp1252")
    mapping = parse(guess([path], tmp_path))
    assert mapping.sources["deals"].encoding == "cp1252"
    (ended,) = mapping.outcomes
    meanings = ended.columns["outcome"].values  # noqa: PD011 - the mapping's word
    assert meanings == {"Abgeschlossen - Gewonnen": "won", "Abgeschlossen - Verloren": "lost"}
    amount = ended.columns.get("amount") or mapping.leads[0].attributes["Betrag"]
    assert amount.decimal == ","


@pytest.mark.parametrize(("won", "lost"), [("○", "×"), ("有", "無"), ("可", "否")])
def test_cells_of_one_japanese_character(tmp_path: Path, won: str, lost: str) -> None:
    frame = deals(商談結果=words(won=won, lost=lost, open=""), 結果日=ends("won", "lost"))
    path = tmp_path / "deals.csv"
    frame.to_csv(path, index=False, encoding="cp932")
    assert parse(guess([path], tmp_path)).sources["deals"].encoding == "cp932"


FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]


def test_names_of_months_in_other_languages_are_dates_to_ask_about(tmp_path: Path) -> None:
    """No time is invented beside a column of dates, and none is read without an answer."""

    def written(moment: pd.Timestamp) -> str:
        return f"{moment.day} {FRENCH[moment.month - 1]} {moment.year}"

    frame = deals(
        Statut=words(won="Gagnée", lost="Perdue", open="En cours"),
        **{"Date de clôture": column(lambda n, state: "" if state == "open" else written(end(n)))},
    )
    frame["Created Date"] = [written(begin(n)) for n in range(ROWS)]
    text, mapping = first_mapping(tmp_path, frame.rename(columns={"Created Date": "Créée le"}))
    assert 'Créée le # ? a date in which format, e.g. "8 janv. 2024"' in text
    assert mapping.leads[0].columns["created_at"].column == "Créée le"
    (ended,) = mapping.outcomes
    assert ended.columns["occurred_at"].column == "Date de clôture"
    with pytest.raises(BadTables, match=r"created_at = '8 janv. 2024'"):
        check(tmp_path / "mapping.yaml")
