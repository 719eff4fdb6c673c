"""First mappings of an export in several files of one form: they give what one file would."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.draft import guess
from pipelines.intake.guess.files import record_lines
from pipelines.intake.ingest import check, ingest
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Mapping
from tests.strange_exports import ROWS, deals, ends, with_lines, words
from tests.unit.pipelines.test_guess_records import START, contact, empty, product, records

CUT = 210
"""The row of the export at which its second file begins: the first of a record."""
Cells = dict[str, str]


def write(folder: Path, frame: pd.DataFrame, names: tuple[str, ...], cut: int) -> list[Path]:
    """Write an export into one file, or into two that part at a row."""
    parts = [frame.iloc[:cut], frame.iloc[cut:]] if len(names) > 1 else [frame]
    paths = [folder / f"{name}.csv" for name in names]
    for path, part in zip(paths, parts, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.to_csv(path, index=False)
    return paths


def ingested(folder: Path, paths: list[Path], system: str | None) -> tuple[Mapping, list[object]]:
    """Return the first mapping of files, and the rows that it makes of them; ids may be made up."""
    text = guess(paths, folder, system)
    (folder / "mapping.yaml").write_text(text, "utf-8")
    ingest(folder / "mapping.yaml", folder / "out")
    tables = [
        pd.concat(map(pd.read_parquet, sorted((folder / "out" / table).glob("*.parquet"))))
        for table in ("leads", "activities", "outcomes")
        if (folder / "out" / table).exists()
    ]
    rows = [
        sorted(json.loads(table.to_json(orient="records", date_format="iso")), key=json.dumps)
        for table in (table.drop(columns="activity_id", errors="ignore") for table in tables)
    ]
    return parse(text), rows


def both(
    folder: Path, frame: pd.DataFrame, system: str | None, cut: int
) -> list[tuple[Mapping, list[object]]]:
    """Return mapping and rows of an export in one file, and in two."""
    results = []
    for names in (("deals",), ("deals_1", "deals_2")):
        own = folder / str(len(names))
        results.append(ingested(own, write(own, frame, names, cut), system))
    return results


@pytest.mark.parametrize("system", ["kintone", None])
@pytest.mark.parametrize(
    ("line", "further", "mark"),
    [
        (contact, empty, START),
        (contact, dict, None),
        (product, empty, None),
        (product, dict, START),
    ],
)
def test_two_files_of_records_with_lines_are_read_as_one(
    tmp_path: Path,
    line: Callable[[int, int], Cells],
    further: Callable[[Cells], Cells],
    mark: str | None,
    system: str | None,
) -> None:
    frame = with_lines(records(), line, further, mark)
    (one, rows), (two, parted) = both(tmp_path, frame, system, CUT)
    assert len(two.leads) == 2 * len(one.leads) == 2
    assert len(two.activities) == 2 * len(one.activities)
    assert parted == rows


def test_a_file_whose_records_take_one_row_is_parted_as_the_others_are(tmp_path: Path) -> None:
    frame = with_lines(records(), contact, empty, START)
    frame = frame[(frame[START] == "*") | (frame.index < CUT)].reset_index(drop=True)
    (_, rows), (two, parted) = both(tmp_path, frame, None, CUT)
    assert set(two.sources) > {"deals_1_lines", "deals_2_lines"}
    assert parted == rows


def test_planted_fault_each_file_is_judged_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_lines, "of_one_form", lambda files: [[file] for file in files])
    with pytest.raises(AssertionError):
        test_a_file_whose_records_take_one_row_is_parted_as_the_others_are(tmp_path)


@pytest.mark.parametrize("system", ["kintone", None])
def test_plain_files_of_one_form_are_all_leads(tmp_path: Path, system: str | None) -> None:
    (_, rows), (two, parted) = both(tmp_path, records(), system, ROWS // 2)
    assert [rule.source for rule in two.leads] == ["deals_1", "deals_2"]
    assert parted == rows


def test_files_of_one_name_in_several_folders_have_names_of_their_own(tmp_path: Path) -> None:
    frame = deals(Stage=words(won="Won", lost="Lost", open="Open"), Closed=ends("won", "lost"))
    paths = write(tmp_path, frame, ("2024/deals", "2025/deals"), ROWS // 2)
    mapping, (leads, *_) = ingested(tmp_path, paths, None)
    assert set(mapping.sources) == {"deals", "deals_2"}
    assert isinstance(leads, list)
    assert len(leads) == ROWS


def test_rows_of_files_of_one_form_have_one_type(tmp_path: Path) -> None:
    """Calls of each year are calls, not calls of 2024."""
    frame = deals(Stage=words(won="Won", lost="Lost", open="Open"), Closed=ends("won", "lost"))
    calls = pd.DataFrame(
        {
            "Call ID": [f"C-{n}" for n in range(ROWS)],
            "Deal ID": frame["Deal ID"],
            "Call time": frame["Created Date"],
        }
    )
    paths = write(tmp_path, frame, ("deals",), 0)
    paths += write(tmp_path, calls, ("calls_2024", "calls_2025"), 80)
    mapping = parse(guess(paths, tmp_path))
    types = [rule.columns["activity_type"].constant for rule in mapping.activities]
    assert types == ["call", "call"]


def test_lines_of_invoices_of_two_years_are_purchases_of_both(tmp_path: Path) -> None:
    lines = pd.DataFrame(
        {
            "Invoice": [f"I{n // 3}" for n in range(600)],
            "Description": [f"thing {n % 11}" for n in range(600)],
            "Quantity": [str(1 + n % 4) for n in range(600)],
            "InvoiceDate": [
                (pd.Timestamp("2024-01-05") + pd.Timedelta(hours=n // 3 * 31)).isoformat()
                for n in range(600)
            ],
            "Price": [f"{1 + n % 7}.50" for n in range(600)],
            "Customer ID": [str(12001 + n // 3 % 41) for n in range(600)],
        }
    )
    paths = write(tmp_path, lines, ("retail_2024", "retail_2025"), 300)
    (tmp_path / "mapping.yaml").write_text(guess(paths, tmp_path), "utf-8")
    made = check(tmp_path / "mapping.yaml").tables
    assert made["activities"].accepted == 200
    assert made["outcomes"].accepted == 200
