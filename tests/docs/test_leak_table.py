"""The table of the leak checks: every column that a careless mapping lets in is named."""

import json
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "leaks.json"
TABLE: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))["data"]
ONLY_BY_NAME = {"Last Activity", "Last Notable Activity"}
"""A flat table without dates gives no other hint of them."""


def unnamed(line: dict[str, Any]) -> list[str]:
    return [name for name, by in line["let_in"].items() if not (by["fail"] or by["warn"])]


@pytest.mark.parametrize("data", TABLE)
def test_every_leak_is_named_and_honest_data_are_left_alone(data: str) -> None:
    line = TABLE[data]
    assert line["let_in"]
    assert unnamed(line) == []
    weak = {name for name, by in line["let_in"].items() if not by["fail"]}
    assert weak <= ONLY_BY_NAME
    assert line["strict_failures"] == 0
    assert line["strict_warnings"] <= 1


def test_a_leak_that_nobody_names_would_be_noticed() -> None:
    assert unnamed({"let_in": {"Tags": {"fail": [], "warn": []}}}) == ["Tags"]
