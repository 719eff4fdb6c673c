"""The guess for the sample company's export comes near the mapping that was written by hand."""

from pathlib import Path

import pytest

from features.tables import SPECS
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import load
from pipelines.intake.mapping.schema import Mapping
from tests.small_company import ROOT, mikomi

FILES = (
    "truth.parquet", "accounts.csv", "activities.parquet", "attribute_changes.csv", "deals.csv",
    "leads.csv", "page_views.parquet",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("brought")
    assert mikomi(folder, "sample", "--leads", "300", "--seed", "1", "--out", "export") == 0
    files = [f"export/{name}" for name in FILES]
    assert mikomi(folder, "init", *files, "--out", "guessed.yaml") == 0
    return folder


def origins(mapping: Mapping) -> dict[tuple[str, str, str], tuple[str | None, str | None]]:
    """Return where every canonical column comes from: (table, file, column) -> origin."""
    return {
        (table, Path(mapping.sources[rule.source].path or "").stem, name): (
            origin.column,
            origin.constant,
        )
        for table in SPECS
        for rule in mapping.rules(table)
        for name, origin in rule.columns.items()
    }


def test_the_guess_comes_near_the_mapping_by_hand(folder: Path) -> None:
    guessed = load(folder / "guessed.yaml")
    by_hand = load(ROOT / "examples" / "sample" / "mapping.yaml")
    wanted = origins(by_hand)
    actual = origins(guessed)
    missed = {place for place in wanted if actual.get(place) != wanted[place]}
    assert missed == {  # what no look at the values can tell
        ("activities", "page_views", "direction"),
    }
    assert set(actual) <= set(wanted)
    assert guessed.times == by_hand.times
    assert set(guessed.missing_values) <= set(by_hand.missing_values)


def test_what_is_filled_by_the_outcome_is_no_attribute(folder: Path) -> None:
    guessed = load(folder / "guessed.yaml").leads[0]
    by_hand = load(ROOT / "examples" / "sample" / "mapping.yaml").leads[0]
    assert set(guessed.known_later) == set(by_hand.known_later)
    protected = {rule.column for rule in by_hand.audit_only.values()}
    assert set(guessed.never_use) == set(by_hand.never_use) | protected
    kinds = {name: rule.kind for name, rule in guessed.attributes.items()}
    assert kinds == {rule.column: rule.kind for rule in by_hand.attributes.values()}


def test_the_check_runs_without_errors_and_bites_on_a_swap(folder: Path) -> None:
    assert mikomi(folder, "check", "guessed.yaml") == 0
    report = check(folder / "guessed.yaml")
    assert report.errors == ()
    assert report.tables["leads"].accepted == 300
    text = (folder / "guessed.yaml").read_text("utf-8")
    assert "# ? truth:" in text
    swapped = text.replace("created_at: 登録日時", "created_at: リードID")
    assert swapped != text
    (folder / "swapped.yaml").write_text(swapped, "utf-8")
    assert mikomi(folder, "check", "swapped.yaml") != 0
