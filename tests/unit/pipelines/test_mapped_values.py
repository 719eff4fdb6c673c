"""Words, numbers and ids as exports hold them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.reading import normalize
from features.reading.id_forms import joining_form
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded
from pipelines.intake.gather import number_if_all
from pipelines.intake.ingest import check
from pipelines.intake.rows.notes import Notes, noted, spell


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pd.Series([" a ", "　b　", None]), ["a", "b", None]),
        (pd.Series([1, 2]), ["1", "2"]),
        (pd.Series([1.0, None]), ["1", None]),
        (pd.Series([1.5, 2.0]), ["1.5", "2.0"]),
        (pd.Series([True, False]), ["true", "false"]),
        (pd.Series([True, None, 7, "x"], dtype=object), ["true", None, "7", "x"]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
    ],
)
def test_every_type_becomes_text(values: pd.Series, text: list[str | None]) -> None:
    assert [None if pd.isna(value) else value for value in as_text(values)] == text


def test_ids_are_folded_and_categories_are_not() -> None:
    assert folded(pd.Series(["Ａ－０１　", "ｱ"])).tolist() == ["A-01", "ア"]
    assert as_text(pd.Series(["１００名　"])).tolist() == ["１００名"]


@pytest.mark.parametrize("value", ["Zoë-1", "Zoe\u0308-1", "ｶﾞ1", "か\u3099", "한국-7", "①番"])
def test_ids_of_a_column_are_written_as_those_of_a_request(value: str) -> None:
    assert folded(pd.Series([value, "ascii"])).tolist() == [normalize.folded(value), "ascii"]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("１２３", 123.0),
        ("1,234,567.5", 1_234_567.5),
        ("¥1,200", 1_200.0),
        ("1200円", 1_200.0),
        ("12\u00a0500 руб.", 12_500.0),
        ("USD 1,200", 1_200.0),
        ("350만원", 3_500_000.0),
        ("1.5亿元", 150_000_000.0),
        ("832명", 832.0),
        ("-3", -3.0),
        ("1e3", 1_000.0),
        ("1,5", None),
        ("12 000", 12_000.0),
        ("12 00", None),
        ("1’234’567.5", 1_234_567.5),
        ("-$1,200", -1_200.0),
        ("inf", None),
        ("nan", None),
        ("約百", None),
        ("120名", 120.0),
        ("１，５００ 社", 1_500.0),
        ("45%", 45.0),
        ("350万円", 3_500_000.0),
        ("1億2,000万円", 120_000_000.0),
        ("-3千", -3_000.0),
        ("12万3456", 123_456.0),
        ("2万3億", None),
        ("万円", None),
        ("100名以上", None),
        ("10-50名", None),
        ("30日", None),
        ("2年", None),
    ],
)
def test_numbers_are_read_or_refused_never_guessed(word: str, number: float | None) -> None:
    values, unreadable = read_numbers(pd.Series([word]))
    assert unreadable.tolist() == [number is None]
    assert np.isnan(values[0]) if number is None else values[0] == number


def test_a_decimal_comma_is_read_when_the_mapping_has_it() -> None:
    values, unreadable = read_numbers(pd.Series(["1.234,5", "7", "0,25", "1 234,5"]), decimal=",")
    assert values.tolist() == [1234.5, 7.0, 0.25, 1234.5]
    assert not unreadable.any()


def test_a_point_that_parts_no_thousands_is_unreadable_beside_decimal_commas() -> None:
    _, unreadable = read_numbers(pd.Series(["1.5", "1.500"]), decimal=",")
    assert unreadable.tolist() == [True, False]


def test_codes_with_leading_zeros_are_no_numbers() -> None:
    assert number_if_all(pd.Series(["007", "8"])) is None
    assert number_if_all(pd.Series(["0", "0.5", None])) is not None
    assert number_if_all(pd.Series([None, None], dtype="str")) is None


def test_notes_travel_as_text() -> None:
    notes = Notes(3)
    notes.add("time", "occurred_at", np.array([False, True, False]), pd.Series(["", "a\tb", ""]))
    notes.add("missing", "lead_id", np.array([False, True, True]))
    column = notes.column()
    assert noted(column, "missing").tolist() == [False, True, True]
    assert notes.flagged("time", "occurred_at").tolist() == [False, True, False]
    assert spell(column[1], "time") == ["occurred_at = 'a b'"]


@pytest.mark.parametrize(
    ("strangers", "known", "form"),
    [
        (["446642000000.0"], ["446642000000", "446642000037"], "integer"),
        (["1.2E+15", "3E+12"], ["1200000000000000", "3000000000000"], "integer"),
        (["00Q5g00000Ab1cD"], ["00Q5g00000Ab1cDEAR", "00Q5g00000aB1cDEAS"], "salesforce_18"),
        (["00Q5g00000Ab1cDEAR"], ["00Q5g00000Ab1cD", "00Q5g00000aB1cD"], "salesforce_15"),
        (["12", "7"], ["0012", "0007"], "no_leading_zeros"),
        (["ab1"], ["AB1", "AB2"], "lower_case"),
        (["ab1"], ["AB1", "aB1"], None),
        (["x"], ["y"], None),
    ],
)
def test_the_form_under_which_ids_meet(
    strangers: list[str], known: list[str], form: str | None
) -> None:
    join = joining_form(strangers, known)
    assert (join and join.form) == form


def test_a_mapped_id_form_joins_two_files_and_the_check_names_it(tmp_path: Path) -> None:
    leads = [f"44{n}0,2024-01-{n + 1:02d}" for n in range(9)]
    calls = [f"44{n}0.0,2024-02-01,call" for n in range(9)]
    (tmp_path / "leads.csv").write_text("\n".join(["id,created", *leads]), "utf-8")
    (tmp_path / "calls.csv").write_text("\n".join(["lead,at,what", *calls]), "utf-8")
    text = (
        "name: x\nsources: {leads: {path: leads.csv}, calls: {path: calls.csv}}\n"
        "leads: [{source: leads, columns: {lead_id: id, created_at: created}}]\n"
        "activities: [{source: calls, columns: "
        "{lead_id: LEAD, occurred_at: at, activity_type: what}}]\n"
    )
    path = tmp_path / "mapping.yaml"
    path.write_text(text.replace("LEAD", "lead"), "utf-8")
    (orphans,) = check(path).errors
    assert "id_form: integer" in orphans.observed
    path.write_text(text.replace("LEAD", "{column: lead, id_form: integer}"), "utf-8")
    report = check(path)
    assert report.errors == ()
    assert report.tables["activities"].accepted == 9
