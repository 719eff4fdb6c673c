"""A lead's page quotes the words of its texts that a reason speaks of: few, cut, escaped."""

from datetime import UTC, datetime, timedelta

from features.catalog.catalog import Catalog, CatalogSettings, Vocabulary
from features.views import words
from serve.pages.lead.quoted_words import LONGEST, quoted_words
from serve.wire.records import Activity, Lead, LeadHistory, ScoreRequest

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG = "a very long way to say that there is money"
TERMS = {"budget": ("予算", "稟議", "quote", "<b>", LONG), "ベンダー": ("ベンダー",)}
VOCABULARY = Vocabulary(terms=TERMS)
CATALOG = Catalog(words.features(VOCABULARY, CatalogSettings()), VOCABULARY)
BUDGET, LEARNED = "words__budget_count__30d", "words__ベンダー_count__30d"


def request(*texts: str | None, known_in_days: int = -1) -> ScoreRequest:
    done = [
        Activity(
            activity_type="call",
            occurred_at=NOW - timedelta(days=n + 1),
            known_at=NOW + timedelta(days=known_in_days),
            text=text,
        )
        for n, text in enumerate(texts)
    ]
    lead = Lead(lead_id="L1", created_at=NOW - timedelta(days=90))
    return ScoreRequest(histories=[LeadHistory(lead=lead, activities=done)], cutoff=NOW)


def test_the_newest_words_are_quoted_each_once() -> None:
    texts = request("予算の件", None, "Quote, 予算", "稟議中", "<b>")
    assert quoted_words(texts, CATALOG, [BUDGET, LEARNED]) == {BUDGET: ["予算", "quote", "稟議"]}


def test_a_long_word_is_cut() -> None:
    ((word,),) = quoted_words(request(LONG), CATALOG, [BUDGET]).values()
    assert len(word) == LONGEST
    assert word.endswith("…")


def test_nothing_is_quoted_that_was_not_known_or_that_no_reason_speaks_of() -> None:
    assert quoted_words(request("予算", known_in_days=1), CATALOG, [BUDGET]) == {}
    assert quoted_words(request("予算"), CATALOG, ["engagement__call_count__30d"]) == {}


def test_a_learned_word_stands_in_its_sentence() -> None:
    (feature,) = (one for one in CATALOG.features if one.name == LEARNED)
    assert feature.sentence.value.ja == "直近30日間に「ベンダー」を含む文面{value}件"
    assert feature.sentence.value.en == (
        "{value} [text|texts] with the word “ベンダー” in the last 30 days"
    )
    assert quoted_words(request("ベンダー"), CATALOG, [LEARNED]) == {}
