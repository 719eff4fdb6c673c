"""The mutation run covers what it is to cover, and every excuse is of a mutant that there is."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.mutants import mutants
from tests.mutation import REASONS, RESULTS, ROOT, TARGETS, excuses, named, score

LEAST = 0.9


def path_of(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def unknown(module: str, excused: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the excuses of mutants that a module does not have."""
    text = path_of(module).read_text("utf-8")
    there = [named(one, text) for one in mutants(ast.parse(text))]
    return [one for one in excused if {k: v for k, v in one.items() if k != "reason"} not in there]


@pytest.mark.parametrize("module", TARGETS)
def test_at_least_nine_of_ten_mutants_are_noticed_or_excused(module: str) -> None:
    result = json.loads(RESULTS.read_text("utf-8"))[module]
    assert round(score(result, excuses(module)), 3) == result["noticed"] >= LEAST
    assert score(result | {"survivors": [{"line": "x"}] * result["tried"]}, []) == 0.0


@pytest.mark.parametrize("module", TARGETS)
def test_every_excuse_names_a_mutant_and_a_reason(module: str) -> None:
    excused = excuses(module)
    assert unknown(module, excused) == []
    assert all(len(one["reason"]) > 10 for one in excused)
    moved = [one | {"column": one["column"] + 1} for one in excused]
    assert unknown(module, moved) == moved, "the planted fault: the next place in the line"


def test_nothing_is_excused_of_a_module_that_is_not_tried() -> None:
    assert json.loads(REASONS.read_text("utf-8")).keys() <= TARGETS.keys()
    assert [
        path for tests in TARGETS.values() for path in tests if not (ROOT / path).is_file()
    ] == []
