"""The group with the highest probabilities is named in sentences, in the report and in the card."""

import numpy as np
import pytest

from features.wording.sentences import Language
from models.evaluation.calibration_verdict import CalibrationVerdict, calibration_verdict
from models.stats.ratio import CountRatio
from pipelines.reports.card import content
from pipelines.reports.card.limits import limits
from pipelines.reports.evaluation import calibration_words
from pipelines.reports.evaluation.payload import plain
from tests.unit.pipelines.test_card import sources

EACH = 2000
"""Snapshots of each of 15 bins, two of each lead."""


def top_bin(predicted: float, observed: float) -> CalibrationVerdict:
    """Judge probabilities that are true but in the bin with the highest ones."""
    probability = np.repeat(np.append(np.arange(1, 15) / 100, predicted), EACH)
    truth = np.repeat(np.append(np.arange(1, 15) / 100, observed), EACH)
    place = np.tile(np.arange(EACH) / EACH, 15)
    label = (place < truth).astype(np.float64)
    return calibration_verdict(label, probability, np.arange(len(label)) // 2)


@pytest.mark.parametrize(
    ("language", "line", "ground"),
    [
        (
            "en",
            "The group with the highest probabilities (2,000 snapshots of 1,000 leads) was given "
            "21.0 % on average, and 16.0 % of these snapshots converted",
            "beyond chance",
        ),
        (
            "ja",
            "最も確率の高い群（1,000リードの2,000時点）は平均21.0 %と予測され、"
            "実際に受注した時点は16.0 %",
            "偶然では説明できません",
        ),
    ],
)
def test_a_top_group_with_too_high_probabilities_is_named(
    language: Language, line: str, ground: str
) -> None:
    texts = calibration_words.sentences(plain(top_bin(0.21, 0.16)), language)
    assert any(line in text and ground in text for text in texts)
    honest = calibration_words.sentences(plain(top_bin(0.21, 0.21)), language)
    assert not any(ground in text for text in honest), "the planted fault: every group is accused"


def test_it_stands_among_the_limits_of_the_card() -> None:
    wrong, right = (_limits(top_bin(0.21, observed)) for observed in (0.16, 0.21))
    assert "16.0 % of these snapshots converted" in wrong["en"]
    assert "16.0 %" in wrong["ja"]
    assert "of these snapshots" not in right["en"]


def _limits(verdict: CalibrationVerdict) -> dict[str, str]:
    card = content.card(sources())
    card["calibration"]["verdict"] = plain(verdict)
    texts = limits(card)
    return {name: " ".join(one[name] for one in texts) for name in ("en", "ja")}


@pytest.mark.parametrize(
    ("predicted", "observed", "wrong"), [(63, 6, True), (9, 0, True), (3, 3, False)]
)
def test_a_segment_is_wrong_or_too_small_and_never_both(
    predicted: int, observed: int, *, wrong: bool
) -> None:
    """Many predicted and few observed conversions are strong evidence, however few there are."""
    ratio = CountRatio(observed, predicted).ratio()
    segment = {
        "name": "retail",
        "rows": 600,
        "leads": 500,
        "conversions": observed,
        "mean_probability": predicted / 600,
        "ratio": plain(ratio),
    }
    card = content.card(sources())
    card["segments"] = {"industry": [segment]}
    text = " ".join(one["en"] for one in limits(card))
    assert ("probabilities are wrong for" in text, "Too few conversions" in text) == (
        wrong,
        not wrong,
    )
