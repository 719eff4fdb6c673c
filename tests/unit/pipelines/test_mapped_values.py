"""Words, numbers and ids as exports hold them."""

import numpy as np
import pandas as pd
import pytest

from pipelines.intake.rows.gather import number_if_all
from pipelines.intake.rows.notes import Notes, noted, spell
from pipelines.intake.rows.numbers import read_numbers
from pipelines.intake.rows.text import as_text, folded


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


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("１２３", 123.0),
        ("1,234,567.5", 1_234_567.5),
        ("¥1,200", 1_200.0),
        ("1200円", 1_200.0),
        ("-3", -3.0),
        ("1e3", 1_000.0),
        ("1,5", None),
        ("12 000", None),
        ("inf", None),
        ("nan", None),
        ("約百", None),
    ],
)
def test_numbers_are_read_or_refused_never_guessed(word: str, number: float | None) -> None:
    values, unreadable = read_numbers(pd.Series([word]))
    assert unreadable.tolist() == [number is None]
    assert np.isnan(values[0]) if number is None else values[0] == number


def test_a_decimal_comma_is_read_when_it_is_said() -> None:
    values, unreadable = read_numbers(pd.Series(["1.234,5", "7", "0,25"]), decimal=",")
    assert values.tolist() == [1234.5, 7.0, 0.25]
    assert not unreadable.any()


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
