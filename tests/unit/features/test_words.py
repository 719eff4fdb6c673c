"""Texts are read into terms: what matches, what is learned, and what never is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog.catalog import Catalog, CatalogSettings, Vocabulary
from features.learn_catalog import learn
from features.tables import Tables
from features.words import candidates, matcher, personal, score_test
from features.words import learn as learning
from features.words.intents import INTENTS
from features.words.learn import TextSources
from features.words.matcher import WordMatcher
from tests.oracle import mentioned

AT = pd.Timestamp("2026-03-01T00:00:00Z")
LEADS = 400
SUPPORT = 30
LISTS = {code: one.words for code, one in INTENTS.items()}
NAMES = ("Hana Kowalska", "小鳥遊 凛", "タカナシ リン")
"""Shown of the converted leads (`display`); none of them is a common name."""


def terms(text: str) -> set[str]:
    reader = WordMatcher(LISTS)
    (bits,) = reader.bits([text])
    return {name for n, name in enumerate(reader.names) if bits >> n & 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Budget of 5 million yen secured, introduction next month", {"budget", "timing"}),
        ("never contact us again, we chose a competitor", {"refusal"}),
        ("予算500万円を確保、来月導入", {"budget", "timing"}),
        ("予算がないため、今回は見送ります", {"refusal"}),
        ("Ｂｕｄｇｅｔ　ＯＫ", {"budget"}),
        ("we have no\n  budget", {"refusal"}),
        ("他社と比較して、来期に決めます", {"competitor", "timing"}),
        ("reprice everything", set()),
        ("", set()),
    ],
)
def test_the_lists_read_both_languages(text: str, expected: set[str]) -> None:
    assert terms(text) == expected


def check_longest(text: str) -> None:
    assert terms(text) == mentioned(text, LISTS)


WORDS = [word.removesuffix("*") for words in LISTS.values() for word in words]
PIECES = st.sampled_from(
    [*WORDS, " ", "a", "が", "ない", "\n", "Ａ", "ﾃﾞ", "é", "1", "。", "㈱", "😀"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_reading_equals_the_slow_reading_of_the_oracle(text: str) -> None:
    check_longest(text)


def test_planted_fault_a_reader_that_takes_parts_of_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matcher, "_limits", lambda _: 0)
    with pytest.raises(AssertionError):
        check_longest("reprice everything")


def company(text: str = "", *, seed: int = 0) -> tuple[Tables, pd.DataFrame]:
    """Make leads with one text each, of which a third convert; those say `text` as well."""
    random = np.random.default_rng(seed)
    ids = pd.Series([f"lead-{n:03d}" for n in range(LEADS)], dtype="str")
    won = random.random(LEADS) < 0.33
    small_talk = [
        "資料を拝見",
        "フォローの連絡",
        "weather was lovely",
        "説明会に参加",
        "hello again",
    ]
    texts = [f"{random.choice(small_talk)}。{text if one else ''}" for one in won]
    created = pd.Series(AT - pd.Timedelta(days=30), index=ids.index)
    activities = pd.DataFrame(
        {
            "activity_id": ids,
            "lead_id": ids,
            "occurred_at": created,
            "activity_type": "inquiry",
            "actor": "四十物 誠",
            "text": pd.Series(texts, dtype="str"),
        }
    )
    leads = pd.DataFrame({"lead_id": ids, "created_at": created})
    examples = pd.DataFrame({"lead_id": ids, "cutoff": AT, "label": won.astype(float)})
    return Tables(leads, activities), examples


def learned(
    tables: Tables,
    examples: pd.DataFrame,
    personal_values: tuple[str, ...] = (),
    least: int = SUPPORT,
) -> set[str]:
    sources = TextSources(INTENTS, personal_values, examples)
    catalog = learn(tables, examples, CatalogSettings(min_support=least), texts=sources)
    return set(catalog.vocabulary.terms) - set(INTENTS)


def test_a_word_that_goes_with_outcomes_is_learned_and_noise_is_not() -> None:
    tables, examples = company("ベンダー選定中。green light given")
    assert learned(tables, examples) == {"ベンダー", "選定中", "green", "light", "given"}


def check_noise() -> None:
    for seed in range(5):
        tables, examples = company(seed=seed)
        assert learned(tables, examples) == set()


def test_noise_teaches_no_word() -> None:
    check_noise()


def test_planted_fault_no_rule_for_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_test, "RISK", 1.0)
    with pytest.raises(AssertionError):
        check_noise()


@pytest.mark.parametrize("column", ["activity_type", "topic"])
def test_a_word_is_compared_within_its_activity_type_and_topic(column: str) -> None:
    """Texts of one kind convert, whatever they say: no word of them is learned."""
    tables, examples = company("")
    won = examples["label"].to_numpy() == 1.0
    kinds = np.where(won, "meeting", "inquiry")
    texts = np.where(won, "製品デモを実施", tables.activities["text"])
    activities = tables.activities.assign(
        **{column: kinds, "text": pd.Series(texts, dtype="str")}  # type: ignore[arg-type]
    )
    assert learned(Tables(tables.leads, activities), examples) == set()


PERSONAL = (
    "佐藤様によろしく",
    "担当の四十物より",
    "小鳥遊 凛",
    "剣持と申します",
    "Regards, Hana Kowalska",
    "Mr. Featherstonehaugh called",
    "ask Wojciech about it",
    "my name is olaf",
    "johnson called",
    "mail to quartz.person@mail.example.co.jp",
    "tel 03-1234-5678 or +81 90 1111 2222",
    "契約番号 AB12345, 五百万円",
    "https:" + "//person.example.com/hana",
)


def check_nobody(text: str) -> None:
    tables, examples = company(text)
    words = learned(tables, examples, NAMES)
    allowed = {"called", "ask", "mail", "tel", "契約番号", "name", "担当"}
    assert words <= allowed, text


@pytest.mark.parametrize("text", PERSONAL)
def test_names_numbers_and_addresses_are_never_learned(text: str) -> None:
    check_nobody(text)


@pytest.mark.parametrize(
    ("place", "name", "fault", "text"),
    [
        (candidates, "names_in", lambda _: set(), "剣持と申します"),
        (candidates, "is_common_name", lambda _: False, "johnson called"),
        (candidates, "without_addresses", lambda text: text, "mail to quartz.person@mail.example"),
        (learning, "capitalised", lambda _: [], "ask Wojciech about it"),
        (learning, "parts_of", lambda _: set(), "小鳥遊 凛"),
    ],
)
def test_planted_fault_each_guard_of_names_is_needed(
    place: object, name: str, fault: object, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, name, fault)
    with pytest.raises(AssertionError):
        check_nobody(text)


def check_few(least: int) -> None:
    tables, examples = company()
    texts = tables.activities["text"].copy()
    few = examples.index[examples["label"] == 1.0][: SUPPORT - 1]
    texts[few] = "唯一無二"
    activities = tables.activities.assign(text=texts)
    assert learned(Tables(tables.leads, activities), examples, least=least) == set()


def test_a_word_of_few_leads_is_not_learned_so_no_lead_can_be_known_by_it() -> None:
    check_few(SUPPORT)


def test_planted_fault_support_that_is_not_counted() -> None:
    with pytest.raises(AssertionError):
        check_few(SUPPORT - 1)


def test_erasing_a_lead_leaves_the_others_words() -> None:
    tables, examples = company("ベンダー。")
    others = tables.leads["lead_id"] != "lead-000"
    rest = Tables(tables.leads[others], tables.activities[others])
    assert learned(rest, examples[others]) == learned(tables, examples) == {"ベンダー"}


def test_a_text_that_is_known_at_the_cutoff_or_later_teaches_nothing() -> None:
    tables, examples = company("ベンダー。")
    activities = tables.activities.assign(known_at=AT)
    assert learned(Tables(tables.leads, activities), examples) == set()


def test_the_order_of_the_rows_does_not_matter() -> None:
    tables, examples = company("ベンダー選定中。green light given")
    mixed = tables.activities.sample(frac=1.0, random_state=1, ignore_index=True)
    shuffled = Tables(tables.leads, mixed), examples.sample(frac=1.0, random_state=2)
    sources = [TextSources(INTENTS, (), rows) for rows in (examples, shuffled[1])]
    one, other = (
        learn(tables_, examples, texts=source).to_json()
        for tables_, source in zip((tables, shuffled[0]), sources, strict=True)
    )
    assert one == other


def test_without_texts_a_catalog_is_what_it_was() -> None:
    tables, examples = company()
    bare = Tables(tables.leads, tables.activities.drop(columns="text"))
    catalog = learn(bare, examples, texts=TextSources(examples=examples))
    assert not catalog.vocabulary.terms
    assert not {"terms", "max_words"} & {*catalog.to_json().split('"')}
    assert not [one for one in catalog.features if one.view == "words"]


def test_the_terms_travel_with_the_catalog_in_their_order() -> None:
    vocabulary = Vocabulary(terms={"refusal": ("見送り",), "budget": ("予算", "budget*")})
    read = Catalog.from_json(Catalog((), vocabulary).to_json())
    assert [*read.vocabulary.terms.items()] == [*vocabulary.terms.items()]


def test_what_is_cut_out_is_no_word() -> None:
    plain = personal.without_addresses(
        "x.y@example.co.jp 03-1234-5678 予算500万円 www.example.org/a"
    )
    assert plain.split() == ["予算", "万円"]
