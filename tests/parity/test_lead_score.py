"""Law 7: the score of a single lead equals its score among many, to the bit."""

from dataclasses import replace

import numpy as np
import pytest

from models.explain.settings import ReasonSettings
from models.scoring import compiled_rows, lead_score, scorer
from models.scoring.batch_scores import Scores
from models.scoring.lead_score import LeadScore, SelectedReason
from models.scoring.scorer import Scorer
from tests.laws.test_reasons_add_up import CALIBRATIONS, strange_frame, with_trees
from tests.small_model import small_model

FEWEST = ReasonSettings(positive=1, negative=0, min_support=0, least=0.0)


def among_many(scores: Scores, row: int) -> LeadScore:
    """Take the row of a lead out of the columns."""
    selected = scores.selected
    columns = [column[row].tolist() for column in selected.columns]
    reasons = [SelectedReason(*place) for place in zip(*columns, strict=True) if place[0] >= 0]
    return LeadScore(
        float(scores.margin[row]),
        float(scores.probability[row]),
        float(scores.probability_low[row]),
        float(scores.probability_high[row]),
        bool(scores.sufficient[row]),
        float(scores.score[row]),
        int(scores.band_code[row]),
        scores.base_probability,
        float(scores.remainder[row]),
        reasons,
    )


def assert_same(made: Scorer, seed: int) -> None:
    frame = strange_frame(seed, 60)
    scores = made.score(frame)
    for row in range(len(frame)):
        alone = made.score_lead(frame.values[row : row + 1])
        assert repr(alone) == repr(among_many(scores, row)), "repr tells every bit, and NaN is NaN"


@pytest.mark.parametrize("kind", sorted(CALIBRATIONS))
@pytest.mark.parametrize("settings", [None, FEWEST], ids=["usual", "fewest"])
def test_one_lead_is_scored_as_among_many(kind: str, settings: ReasonSettings | None) -> None:
    model = replace(with_trees(), calibration=CALIBRATIONS[kind])
    assert_same(Scorer(replace(small_model().artifact, model=model), settings), 5)


def test_so_it_is_among_rows_of_several_blocks() -> None:
    made = Scorer(replace(small_model().artifact, model=with_trees()))
    block = compiled_rows._TOGETHER
    frame = strange_frame(7, 2 * block + 1)
    scores = made.score(frame)
    for row in (0, block - 1, block, block + 1, 2 * block - 1, 2 * block):
        alone = made.score_lead(frame.values[row : row + 1])
        assert repr(alone) == repr(among_many(scores, row))


def test_so_it_is_where_the_trees_are_too_large_for_tables() -> None:
    made = Scorer(replace(small_model().artifact, model=with_trees()))
    made.explainer.tables = None
    assert not made.explainer.in_one
    assert_same(made, 6)


def test_planted_fault_a_row_that_is_cut_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Scorer(replace(small_model().artifact, model=with_trees()))
    monkeypatch.setattr(
        scorer, "lead_score", lambda row, base: lead_score.lead_score(np.roll(row, 1), base)
    )
    with pytest.raises(AssertionError):
        assert_same(made, 5)


def test_planted_fault_a_value_that_lost_its_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Scorer(replace(small_model().artifact, model=with_trees()))

    def coarse(values, packed, out):  # type: ignore[no-untyped-def]
        compiled_rows.explain_and_score_lead(values, packed, out)
        out[:] = out.astype(np.float32)

    monkeypatch.setattr(scorer, "explain_and_score_lead", coarse)
    with pytest.raises(AssertionError):
        assert_same(made, 5)
