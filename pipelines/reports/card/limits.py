"""What the model must not be used for, as far as its own figures say.

Decided here: each limit is a rule on the card's figures, said in both languages. What only people
know (where it is used, for whom) is for the owner to say, in the section `card` of params.yaml.
"""

from collections.abc import Iterator
from typing import Any, Final

from pipelines.reports.evaluation import own_models
from pipelines.reports.evaluation.words import Language

MOVED: Final = 1.5
FEW: Final = 100
THIN_SEGMENT: Final = 10
MOST_NAMED: Final = 6
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")

Words = dict[str, str]


def limits(card: dict[str, Any]) -> list[Words]:
    """Say every limit that the figures of a card show, as `en` and `ja`."""
    return [
        {"en": en, "ja": ja}
        for rule in (
            _of_use,
            _of_verdict,
            _of_drift,
            _of_size,
            _of_calibration,
            _of_leaks,
            _of_segments,
            _of_own_models,
        )
        for en, ja in rule(card)
    ]


def _of_use(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    target = card["target"]
    days = f"{target['horizon_days']:g}"
    words = card["labels"].get(target["outcome"], {})
    en, ja = (words.get(language, target["outcome"]) for language in ("en", "ja"))
    yield (
        f"It says whether “{en}” happens within {days} days, for leads like those it "
        "learned from. It does not say what would happen if a lead were called.",
        f"「{ja}」が{days}日以内に起こるかを、学習したリードと同様のリードについて示す"
        "ものです。連絡したらどうなるかを示すものではありません。",
    )


def _of_verdict(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if card["verdict"] == "ranking_only":
        yield (
            "Its order can be used, its probabilities cannot: on the test they were no better than "
            "the base rate.",
            "順位は使えますが、確率は使えません。テストでは平均の成約率より良くありませんでした。",
        )
    if card["verdict"] in ("no_signal", "too_few"):
        yield (
            "It is not fit for use: the test shows no signal, or is too small to tell.",
            "使用に適しません。テストにシグナルがないか、判断するには小さすぎます。",
        )


def _of_drift(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    before, after = (card["data"][part]["base_rate"] for part in ("learning", "test"))
    if min(before, after) > 0 and max(before, after) / min(before, after) >= MOVED:
        yield (
            f"The share that converts moved from {before:.1%} in training to {after:.1%} in the "
            "test; probabilities lag behind such moves until the model is calibrated anew.",
            f"成約率が学習時の{before:.1%}からテスト時の{after:.1%}に変わりました。再較正するまで確率は"
            "この変化に遅れます。",
        )


def _of_size(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    test = card["data"]["test"]
    if test["conversions"] < FEW:
        yield (
            f"Only {test['conversions']:,} conversions judge it; read the intervals, not the "
            "figures.",
            f"評価に使えた成約は{test['conversions']:,}件だけです。数値ではなく区間を見てください。",
        )


def _of_calibration(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    ece, floor = card["figures"]["mikomi"]["ece"]["value"], card["calibration"]["floor"]["high"]
    if ece is not None and floor is not None and ece > floor:
        yield (
            f"Its probabilities were off by {100 * ece:.2f} points on average (calibration error); "
            f"chance alone explains up to {100 * floor:.2f}.",
            f"確率は平均で{100 * ece:.2f}ポイント外れていました（較正誤差）。"
            f"偶然だけで説明できるのは{100 * floor:.2f}ポイントまでです。",
        )


def _of_leaks(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for one in card["leaks"]:
        if one["allowed"]:
            yield (
                f"Leak check {one['code']} failed and was allowed: {one['allowed']}",
                f"リーク検査{one['code']}は不合格でしたが、次の理由で許可されました：{one['allowed']}",
            )


def _of_segments(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    thin = [
        (attribute, group["name"])
        for attribute, groups in card["segments"].items()
        for group in groups
        if group["conversions"] < THIN_SEGMENT
    ]
    if thin:
        most = thin[:MOST_NAMED]
        named_en, named_ja = (
            ", ".join(own_models.segment(*one, card["labels"], language) for one in most)
            for language in LANGUAGES
        )
        more = len(thin) - MOST_NAMED
        en, ja = (f" and {more} more", f" ほか{more}件") if more > 0 else ("", "")
        yield (
            f"Too few conversions to judge it for {named_en}{en}.",
            f"成約が少なく評価できない区分：{named_ja}{ja}。",
        )


def _of_own_models(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    told, labels = card["own_models"], card["labels"]
    if told is not None and any(one["earns"] for one in told["segments"]):
        yield own_models.verdict(told, labels, "en"), own_models.verdict(told, labels, "ja")
