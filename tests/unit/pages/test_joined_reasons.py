"""Small reasons are joined in one row that lists them; the rest is never the larger part."""

from datetime import UTC

import numpy as np
import pytest

from features.wording.sentences import Language
from models.scoring.lead_score import SelectedReason
from serve.insight.full_explanation import (
    Joined,
    arranged,
    full_explanation,
)
from serve.pages.lead.charts import joined_name
from serve.pages.shell.page_words import PageWords
from serve.scoring.loaded_model import LoadedModel
from tests import served


def arranged_of(points: list[float], nameable: list[int], first: set[int]) -> list[list[int]]:
    """Return the concepts that are named alone, and then those of each joined row."""
    kinds = np.full(len(points), "done")
    every = [SelectedReason(k, 0, 0.0, points[k], 100, 10) for k in nameable]
    alone, joined = arranged(every, first, np.array(points), kinds)
    return [[one.concept for one in row] for row in (alone, *joined)]


def rows_of(points: list[float], groups: list[list[int]]) -> tuple[float, float]:
    """Return the smallest row of reasons, and the row of the rest."""
    alone, *joined = groups
    rows = [points[k] for k in alone] + [sum(points[k] for k in row) for row in joined]
    return min(map(abs, rows)), abs(sum(points) - sum(rows))


def test_reasons_are_named_until_the_rest_is_small_in_its_rows_and_in_all() -> None:
    points = [0.3, 0.1, 0.08, 0.01]
    assert arranged_of(points, [0, 1, 2, 3], {0}) == [[0, 1, 2]], "a tenth of 0.49 is above 0.01"
    assert arranged_of(points, [0, 1, 2, 3], {0, 3}) == [[0, 3, 1, 2]], "those of the answer are"


def test_small_reasons_are_joined_where_more_than_each_of_them_is_left() -> None:
    points = [0.3, 0.1, 0.02, 0.01, 0.01, -0.01, -0.005, 0.03]
    groups = arranged_of(points, list(range(7)), {0, 1, 2, 3})
    assert groups == [[0, 1, 2], [3, 4]], "0.015 against, joined, is no more than what is left"
    smallest, rest = rows_of(points, groups)
    assert smallest >= rest, "no row of the rest is larger than the smallest row of reasons"
    smallest, rest = rows_of(points, [list(range(7))])
    assert smallest < rest, "the planted fault: all that can be named, each alone"


def test_no_reason_is_smaller_than_what_nobody_can_name() -> None:
    points = [0.3, 0.1, 0.08, 0.01, -0.03]
    groups = arranged_of(points, [0, 1, 3, 4], {0, 1, 3})
    assert groups == [[0], [1, 3]], "0.05 is left, less than 0.11"
    unnamed = arranged_of([0.3, 0.9], [0], {0})
    assert unnamed == [[0]], "nothing is small enough: all that can be named is"


@pytest.mark.parametrize("seed", range(20))
def test_what_is_joined_is_one_sign_and_nothing_is_lost(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = (random.normal(size=12) * random.random(12) ** 3).round(4).tolist()
    nameable = sorted(random.permutation(12)[:8].tolist())
    alone, *joined = arranged_of(points, nameable, {nameable[0]})
    named = alone + [k for row in joined for k in row]
    assert len(named) == len(set(named)) > 0
    assert set(named) <= set(nameable), "what cannot be named is in no row of reasons"
    assert all(len({points[k] > 0 for k in row}) == 1 and len(row) > 1 for row in joined)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_joined_row_lists_its_reasons(language: Language) -> None:
    loaded = LoadedModel(served.artifact(), 1)
    values = np.zeros((1, len(served.artifact().catalog.names)), np.float32)
    reasons = full_explanation(loaded, values, language).reasons
    words = PageWords(language, UTC)
    row = Joined(0.02, reasons)
    named = joined_name(row, words)
    assert named.startswith(str(len(reasons))) or str(len(reasons)) in named
    assert joined_name(row._replace(contribution=-0.02), words) != named
