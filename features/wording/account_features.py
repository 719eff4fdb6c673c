"""The features of the view `account`: their names, units and sentences."""

from collections.abc import Iterator
from typing import Final

from features.catalog.naming import window_name
from features.feature import Feature, Sentence, Text, Unit
from features.wording.sentences import window_words

VIEW: Final = "account"
_WINDOWS: Final = (7.0, 30.0, 90.0)
_ACTIVITY_LABEL: Final = Text("Activities of colleagues", "同じ取引先の他のリードの行動")
_ACTIVE_LABEL: Final = Text("Active colleagues", "同じ取引先で動きのあるリード")
_DEAL_LABEL: Final = Text("Deals of colleagues", "同じ取引先の他のリードの商談")
_PACE_LABEL: Final = Text(
    "Deals of colleagues for their activity", "同じ取引先の他のリードの行動量に対する商談・受注"
)
_COMPANY_PACE_LABEL: Final = Text(
    "Deals of the whole company for its activity", "取引先全体の行動量に対する商談・受注"
)
_COMPANY_LABEL: Final = Text("Deals of the whole company", "取引先全体の商談")
_LEAD_LABEL: Final = Text("Leads of the same account", "同じ取引先のリード数")


def features() -> Iterator[Feature]:
    """Yield the features that every catalog with accounts has."""
    alone = Text("No other lead of the account is known", "同じ取引先に他のリードなし")
    yield _record(
        "lead_count",
        ("count", None),
        ("leads", _LEAD_LABEL),
        Sentence(
            Text(
                "{value} other [lead|leads] of the same account",
                "同じ取引先に他のリードが{value}件",
            ),
            alone,
        ),
    )
    for window in (*_WINDOWS, None):
        when = window_words(window)
        past = "これまで" if window is None else when.ja.removesuffix("に")
        counted = Text(
            f"{{value}} [activity|activities] of colleagues {when.en}",
            f"同じ取引先の他のリードが{when.ja}{{value}}回行動",
        )
        none = Text(f"No activities of colleagues {when.en}", f"{past}、他のリードの行動なし")
        sentence = Sentence(counted, none)
        yield _record("activity_count", ("count", window), ("activity", _ACTIVITY_LABEL), sentence)
    yield _record(
        "activity_mean",
        ("number", None),
        ("activity", _ACTIVITY_LABEL),
        Sentence(
            Text(
                "{value} activities of each colleague on average",
                "同じ取引先の他のリードの行動は1件あたり平均{value}回",
            ),
            alone,
        ),
    )
    yield _record(
        "age_mean",
        ("days", None),
        ("leads", _LEAD_LABEL),
        Sentence(
            Text(
                "Colleagues came in {value} ago on average",
                "同じ取引先の他のリードは平均{value}前に登録",
            ),
            alone,
        ),
    )
    for window in _WINDOWS:
        when = window_words(window)
        people = Text(
            f"{{value}} [colleague|colleagues] active {when.en}",
            f"同じ取引先の他のリード{{value}}件に{when.ja}行動あり",
        )
        nobody = Text(
            f"No colleague active {when.en}",
            f"{when.ja.removesuffix('に')}、動きのある他のリードなし",
        )
        sentence = Sentence(people, nobody)
        yield _record("active_count", ("count", window), ("active", _ACTIVE_LABEL), sentence)
    yield _record(
        "days_since_last",
        ("days", None),
        ("activity", _ACTIVITY_LABEL),
        Sentence(
            Text("Last activity of a colleague: {value} ago", "他のリードの最後の行動：{value}前"),
            Text("No activities of colleagues so far", "他のリードの行動はまだなし"),
        ),
    )
    yield _record(
        "won_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} [deal|deals] won with colleagues", "他のリードで{value}件受注"),
            Text("No deal won with colleagues", "他のリードの受注なし"),
        ),
    )
    yield _record(
        "lost_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} [deal|deals] lost with colleagues", "他のリードで{value}件失注"),
            Text("No deal lost with colleagues", "他のリードの失注なし"),
        ),
    )
    yield _record(
        "opened_per_year",
        ("number", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text(
                "About {value} deals opened with each colleague a year",
                "同じ取引先の他のリードの商談化は1件につき年{value}件ほど",
            ),
            alone,
        ),
    )
    yield _record(
        "company_opened_per_year",
        ("number", None),
        ("company_deals", _COMPANY_LABEL),
        Sentence(
            Text(
                "About {value} deals opened with each lead of the company a year",
                "取引先全体の商談化はリード1件につき年{value}件ほど",
            ),
            Text("The company is not known", "取引先は不明"),
        ),
    )
    yield _record(
        "opened_mean",
        ("number", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text(
                "{value} deals opened with each colleague on average",
                "同じ取引先の他のリードの商談化は1件あたり平均{value}件",
            ),
            alone,
        ),
    )
    yield _record(
        "open_count",
        ("count", None),
        ("deals", _DEAL_LABEL),
        Sentence(
            Text("{value} open [deal|deals] with colleagues", "他のリードで商談{value}件が進行中"),
            Text("No open deal with colleagues", "他のリードに進行中の商談なし"),
        ),
    )


def surpluses() -> Iterator[Feature]:
    """Yield the surpluses of deals, for catalogs that know how many activities bring a deal."""
    yield _record(
        "deal_surplus",
        ("number", None),
        ("deal_pace", _PACE_LABEL),
        Sentence(
            Text(
                "{value} [deal|deals] of colleagues than usual for so much activity",
                "同じ取引先の他のリードの商談・受注は、行動量から見た標準より{value}",
            ),
            Text(
                "Colleagues have no more and no fewer deals than usual for their activity",
                "同じ取引先の他のリードの商談・受注は、行動量から見て標準的",
            ),
        ),
    )
    yield _record(
        "company_deal_surplus",
        ("number", None),
        ("company_deal_pace", _COMPANY_PACE_LABEL),
        Sentence(
            Text(
                "{value} [deal|deals] of the whole company than usual for so much activity",
                "取引先全体の商談・受注は、行動量から見た標準より{value}",
            ),
            Text(
                "The whole company has no more and no fewer deals than usual for its activity",
                "取引先全体の商談・受注は、行動量から見て標準的",
            ),
        ),
    )


def _record(
    measure: str,
    measured: tuple[Unit, float | None],
    concept: tuple[str, Text],
    sentence: Sentence,
) -> Feature:
    unit, window = measured
    code, label = concept
    dated = measure in ("activity_count", "active_count")
    return Feature(
        name=f"{VIEW}__{measure}__{window_name(window)}" if dated else f"{VIEW}__{measure}",
        view=VIEW,
        key="",
        measure=measure,
        window_days=window,
        unit=unit,
        missing_means="the lead has no account, or nothing of the others was seen",
        known_when="when both the record and its lead are known",
        concept=f"{VIEW}.{code}",
        concept_label=label,
        sentence=sentence,
    )
