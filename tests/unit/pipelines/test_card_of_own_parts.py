"""The card says what an own model and own features cannot do, in both languages."""

import pytest

from features.wording.sentences import Language
from pipelines.reports.card import limits


def written(features: dict[str, object], language: Language) -> str:
    card = {"features": {"by_view": {"profile": 3}} | features}
    rules = (limits._of_estimated_reasons, limits._of_own_features)
    return " ".join(text for rule in rules for text in rule(card, language))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "estimated by permutations"), ("ja", "推定値")]
)
def test_estimated_reasons_are_marked(language: Language, words: str) -> None:
    assert words in written({"reasons": "approximate"}, language)
    assert written({"reasons": "exact"}, language) == ""


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [(1, "en", "1 own feature,"), (2, "en", "2 own features,"), (2, "ja", "特徴量が2個")],
)
def test_own_features_are_not_served(count: int, language: Language, words: str) -> None:
    assert words in written({"by_view": {"own": count}}, language)


def test_other_models_have_neither_limit() -> None:
    assert written({}, "en") == ""
