"""Every feature has a sentence in both languages, for every kind of value."""

import math
from dataclasses import replace

import pytest

from features.catalog.catalog import Catalog, CatalogSettings, Vocabulary
from features.catalog.reserved import ACTOR, OUTCOME
from features.feature import Feature, Text
from features.learn_catalog import catalog_of
from features.wording.activity_words import (
    _PLAIN,
    _WITH_TOPIC,
    ANY,
    OTHER,
    activity_words,
    concept_words,
)
from features.wording.sentences import render

STANDARD = tuple(code for code in _PLAIN if code not in (ANY, OTHER))
VOCABULARY = Vocabulary(
    activity_types=(*STANDARD, "W_Nabellen offertes", "[odd|{value}]"),
    topics=(*((code, "pricing") for code in STANDARD), ("W_Nabellen offertes", "pricing")),
    valued=(("page_view", "dwell_seconds"), ("meeting", "amount")),
    categories={"industry": ("it",), ACTOR: ("sato",), OUTCOME: ("demo",), "owner_id": ("sato",)},
    numbers=("employees",),
    labels={
        "pricing": Text("pricing", "料金"),
        "industry": Text("Industry", "業種"),
        "industry=it": Text("IT", "情報通信"),
        "page_view": Text("page view", "ページ閲覧"),
        "W_Nabellen offertes": Text("offer follow-up call", "見積後の電話"),
    },
    activities_per_deal=70.0,
)
CATALOG = catalog_of(VOCABULARY)
NAMED = {feature.name: feature for feature in CATALOG.features}


def say(name: str, value: float) -> tuple[str, str]:
    feature = NAMED[name]
    return render(feature, value, VOCABULARY, "en"), render(feature, value, VOCABULARY, "ja")


@pytest.mark.parametrize("feature", CATALOG.features, ids=lambda feature: feature.name)
def test_every_feature_has_a_sentence(feature: Feature) -> None:
    for value in (math.nan, 0.0, 1.0, 2.5, 40.0):
        for language in ("en", "ja"):
            sentence = render(feature, value, VOCABULARY, language)
            assert sentence
            assert not set("[]{}|") & set(sentence), sentence


def test_standard_types_have_words_with_and_without_topic() -> None:
    assert set(_WITH_TOPIC) == set(STANDARD)


@pytest.mark.parametrize(
    ("name", "value", "en", "ja"),
    [
        (
            "engagement__page_view_pricing_count__7d",
            3,
            "3 visits to the pricing page in the last 7 days",
            "直近7日間に料金ページを3回閲覧",
        ),
        (
            "engagement__page_view_pricing_decayed_count__21d",
            1.26,
            "About 1 visit to the pricing page lately, older ones counting less",
            "最近の料金ページの閲覧：約1回（古いものほど軽く数える）",
        ),
        (
            "engagement__page_view_pricing_decayed_count__21d",
            2.6,
            "About 3 visits to the pricing page lately, older ones counting less",
            None,
        ),
        (
            "engagement__call_decayed_count__21d",
            0.3,
            "Hardly any calls lately, older ones counting less",
            "最近の電話：ごくわずか（古いものほど軽く数える）",
        ),
        (
            "engagement__call_acceleration__30d",
            -1 / 7,
            "1 fewer call in the last 7 days than in a usual week before",
            "直近7日間の電話：それまでの週平均より1回少ない",
        ),
        (
            "engagement__call_decayed_count__21d",
            0.04,
            "No calls lately",
            "最近、電話なし",
        ),
        (
            "engagement__page_view_pricing_count__1d",
            1,
            "1 visit to the pricing page in the last day",
            "直近1日間に料金ページを1回閲覧",
        ),
        (
            "engagement__page_view_pricing_count__30d",
            0,
            "No visits to the pricing page in the last 30 days",
            "直近30日間、料金ページの閲覧なし",
        ),
        (
            "engagement__inquiry_days_since_last",
            2.9,
            "Last of the inquiries: 2 days ago",
            "最後の問い合わせ：2日前",
        ),
        (
            "engagement__inquiry_hours_to_first",
            50,
            "First of the inquiries: 2 days after the lead came in",
            "最初の問い合わせ：リード登録の2日後",
        ),
        (
            "engagement__page_view_dwell_seconds_sum__30d",
            150,
            "2 minutes spent in the last 30 days: page views",
            "直近30日間にページ閲覧に合計2分",
        ),
        ("profile__industry", 1, "Industry: IT", "業種：情報通信"),
        ("profile__industry", 0, "Industry: a rare or new value", "業種：まれな値か新しい値"),
        ("profile__industry", math.nan, "Industry: not known", "業種：不明"),
        ("sales_touch__waiting_hours", 5, "A request has waited for an answer for 5 hours", None),
        ("profile__created_weekday", 0, "The lead came in on a Monday", "リード登録：月曜"),
        ("deals__won_count", 1, "1 deal won so far", "これまでに1件受注"),
        (
            "account__deal_surplus",
            2.34,
            "2.3 more deals of colleagues than usual for so much activity",
            "同じ取引先の他のリードの商談・受注は、行動量から見た標準より2.3件多い",
        ),
        (
            "account__company_deal_surplus",
            -1.0,
            "1 fewer deal of the whole company than usual for so much activity",
            "取引先全体の商談・受注は、行動量から見た標準より1件少ない",
        ),
        (
            "account__deal_surplus",
            0.04,
            "Colleagues have no more and no fewer deals than usual for their activity",
            "同じ取引先の他のリードの商談・受注は、行動量から見て標準的",
        ),
    ],
)
def test_sentences(name: str, value: float, en: str, ja: str | None) -> None:
    sentences = say(name, value)
    assert sentences[0] == en
    assert ja is None or sentences[1] == ja


def test_no_count_sentence_joins_its_window_to_nothing() -> None:
    """「直近30日間、…なし」, never 「直近30日間に、…なし」."""
    wrong = [
        sentence
        for feature in CATALOG.features
        for value in (0.0, 3.0)
        if "に、" in (sentence := render(feature, value, VOCABULARY, "ja"))
    ]
    assert wrong == []
    assert say("sales_touch__inbound_count__30d", 0)[1] == "直近30日間、お客様からの連絡・反応なし"
    assert say("sales_touch__outbound_count__30d", 2)[1] == "直近30日間に当社からの連絡2回"


def test_what_an_account_shares_with_its_leads_is_named_alike() -> None:
    shared = Vocabulary(
        categories={"account.industry": ("it",)},
        numbers=("account.founded_year",),
        labels={**VOCABULARY.labels, "founded_year": Text("year of foundation", "設立年")},
    )
    named = {one.name: one for one in catalog_of(shared).features}
    year, industry = named["profile__account_founded_year"], named["profile__account_industry"]
    assert render(year, 1999, shared, "ja") == "取引先の設立年：1999"
    assert render(replace(year, key="revenue_per_year"), 1999, shared, "en").endswith("1,999")
    assert render(industry, 1, shared, "en") == "Industry of the account: IT"


def test_names_are_one_of_a_kind_and_safe() -> None:
    twins = Vocabulary(activity_types=("a b", "a-b"))
    names = catalog_of(twins).names
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").replace(".", "").isalnum() for name in names)


def test_a_catalog_survives_json() -> None:
    again = Catalog.from_json(CATALOG.to_json())
    assert again == CATALOG
    assert again.fingerprint == CATALOG.fingerprint
    assert catalog_of(VOCABULARY, CatalogSettings(sequence_length=1)).fingerprint != (
        CATALOG.fingerprint
    )


@pytest.mark.parametrize(
    ("activity_type", "labels", "others", "en"),
    [
        ("Phone Call", {}, (), "calls"),
        ("架電", {}, (), "calls"),
        ("emailOpened", {}, (), "e-mail opens"),
        ("架電", {"架電": Text("cold calls", "架電")}, (), 'activities "cold calls"'),
        ("Phone Call", {}, ("call",), 'activities "Phone Call"'),
        ("W_Nabellen offertes", {}, (), 'activities "W_Nabellen offertes"'),
    ],
)
def test_a_type_has_the_words_of_what_it_usually_means(
    activity_type: str, labels: dict[str, Text], others: tuple[str, ...], en: str
) -> None:
    vocabulary = Vocabulary((activity_type, *others), labels=labels)
    assert concept_words(activity_words(activity_type, "", vocabulary)).en == en
