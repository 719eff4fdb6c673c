"""What the model must not be used for, as far as its own figures show.

Decided here: each limit is a rule on the card's figures, written in both languages. What only
people know (where it is used, for whom) the owner adds in the section `card` of params.yaml.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from features.wording.sentences import Language
from features.wording.translation import LANGUAGES
from pipelines.reports.evaluation import calibration_words, own_models
from pipelines.reports.translation import gettext, ngettext, number

MOVED: Final = 1.5
FEW: Final = 100
THIN_SEGMENT: Final = 10
MOST_NAMED: Final = 6

Rule = Callable[[dict[str, Any], Language], Iterator[str]]
Words = dict[str, str]


def limits(card: dict[str, Any]) -> list[Words]:
    """Return every limit that the figures of a card show, as `en` and `ja`."""
    rules: tuple[Rule, ...] = (
        _of_use,
        _of_verdict,
        _of_drift,
        _of_size,
        _of_draw,
        _of_calibration,
        _of_leaks,
        _of_segments,
        _of_own_models,
        _of_estimated_reasons,
        _of_own_features,
    )
    english, japanese = (
        [limit for rule in rules for limit in rule(card, language)] for language in LANGUAGES
    )
    return [{"en": en, "ja": ja} for en, ja in zip(english, japanese, strict=True)]


def _of_use(card: dict[str, Any], language: Language) -> Iterator[str]:
    target = card["target"]
    words = card["labels"].get(target["outcome"], {})
    yield gettext(
        "It says whether “%(outcome)s” happens within %(days)s days, for leads like those it "
        "learned from. It does not say what would happen if a lead were called.",
        language,
        outcome=words.get(language, target["outcome"]),
        days=f"{target['horizon_days']:g}",
    )


def _of_verdict(card: dict[str, Any], language: Language) -> Iterator[str]:
    if card["verdict"] == "ranking_only":
        yield gettext(
            "Its order can be used, its probabilities cannot: on the test they were no better than "
            "the base rate.",
            language,
        )
    if card["verdict"] in ("no_signal", "too_few"):
        yield gettext(
            "It is not fit for use: the test shows no signal, or is too small to tell.", language
        )


def _of_drift(card: dict[str, Any], language: Language) -> Iterator[str]:
    before, after = (card["data"][part]["base_rate"] for part in ("learning", "test"))
    if min(before, after) > 0 and max(before, after) / min(before, after) >= MOVED:
        yield gettext(
            "The share of snapshots that convert moved from %(before)s in training to %(after)s in "
            "the test; probabilities lag behind such moves until the model is calibrated anew.",
            language,
            before=f"{before:.1%}",
            after=f"{after:.1%}",
        )


def _of_size(card: dict[str, Any], language: Language) -> Iterator[str]:
    converted = card["data"]["test"]["converted_leads"]
    if converted < FEW:
        yield ngettext(
            "Only %(num)s lead that converted judges it; read the intervals, not the figures.",
            "Only %(num)s leads that converted judge it; read the intervals, not the figures.",
            converted,
            language,
        )


def _of_draw(card: dict[str, Any], language: Language) -> Iterator[str]:
    draw = card["data"].get("draw")
    if draw is not None:
        yield gettext(
            "It learned from a random %(share)s of the leads, and is judged on them (whole "
            "accounts, each with the same chance): %(drawn)s of %(snapshots)s snapshots, each of "
            "which stands for %(weight)s. Rates are those of all leads; intervals are those of the "
            "drawn ones.",
            language,
            share=f"{draw['share']:.1%}",
            drawn=number(card["data"]["snapshots"], language),
            snapshots=number(draw["of_snapshots"], language),
            weight=f"{1 / draw['share']:.1f}",
        )


def _of_calibration(card: dict[str, Any], language: Language) -> Iterator[str]:
    verdict = card["calibration"]["verdict"]
    ece, floor = card["figures"]["mikomi"]["ece"]["value"], card["calibration"]["floor"]["high"]
    if calibration_words.deviates(verdict):
        yield " ".join(calibration_words.sentences(verdict, language))
    elif ece is not None and floor is not None and ece > floor:
        yield gettext(
            "Its probabilities were off by %(ece)s points on average (calibration error); chance "
            "alone explains up to %(floor)s.",
            language,
            ece=f"{100 * ece:.2f}",
            floor=f"{100 * floor:.2f}",
        )


def _of_leaks(card: dict[str, Any], language: Language) -> Iterator[str]:
    for one in card["leaks"]:
        if one["allowed"]:
            yield gettext(
                "Leak check %(code)s failed and was allowed: %(reason)s",
                language,
                code=one["code"],
                reason=one["allowed"],
            )


def _of_segments(card: dict[str, Any], language: Language) -> Iterator[str]:
    groups = [(name, one) for name, parts in card["segments"].items() for one in parts]
    wrong = [(attribute, one) for attribute, one in groups if _deviates(one)]
    wrong.sort(key=lambda each: -_distance(each[1]))
    for attribute, one in wrong[:MOST_NAMED]:
        yield _wrong_segment(card, attribute, one, language)
    thin = [
        own_models.segment(attribute, one["name"], card["labels"], language)
        for attribute, one in groups
        if max(one["conversions"], _expected(one)) < THIN_SEGMENT and not _deviates(one)
    ]
    more = len(thin) - MOST_NAMED
    names = ("、" if language == "ja" else ", ").join(thin[:MOST_NAMED])
    if more > 0:
        yield ngettext(
            "Too few conversions to judge it for %(segments)s and %(num)s more.",
            "Too few conversions to judge it for %(segments)s and %(num)s more.",
            more,
            language,
            segments=names,
        )
    elif thin:
        yield gettext("Too few conversions to judge it for %(segments)s.", language, segments=names)


def _wrong_segment(
    card: dict[str, Any], attribute: str, group: dict[str, Any], language: Language
) -> str:
    """Return what was predicted for a segment and what was observed."""
    ratio = group["ratio"]
    return gettext(
        "Its probabilities are wrong for %(segment)s: %(expected)s conversions were predicted for "
        "%(rows)s snapshots of %(leads)s leads and %(observed)s observed, %(ratio)s times as many "
        "(%(low)s to %(high)s).",
        language,
        segment=own_models.segment(attribute, group["name"], card["labels"], language),
        expected=number(_expected(group), language),
        observed=number(group["conversions"], language),
        rows=number(group["rows"], language),
        leads=number(group["leads"], language),
        ratio=f"{ratio['value']:.2f}",
        low=f"{ratio['low']:.2f}",
        high=f"{ratio['high']:.2f}",
    )


def _expected(group: dict[str, Any]) -> float:
    return float(group["rows"] * group["mean_probability"])


def _deviates(group: dict[str, Any]) -> bool:
    """Return whether the conversions are shown to differ from the prediction."""
    low, high = group["ratio"]["low"], group["ratio"]["high"]
    return (low is not None and low > 1.0) or (high is not None and high < 1.0)


def _distance(group: dict[str, Any]) -> float:
    """Return how far the nearer end of the interval is from 1, as a factor."""
    low, high = group["ratio"]["low"], group["ratio"]["high"]
    return float(low if low > 1.0 else 1.0 / max(high, 1e-9))


def _of_own_models(card: dict[str, Any], language: Language) -> Iterator[str]:
    judged = card["own_models"]
    if judged is not None and any(one["earns"] for one in judged["segments"]):
        yield own_models.verdict(judged, card["labels"], language)


def _of_estimated_reasons(card: dict[str, Any], language: Language) -> Iterator[str]:
    if card["features"].get("reasons") == "approximate":
        yield gettext(
            "It is a model of the company's own whose reasons are estimated by permutations of the "
            "features; they add up to the probability, and are approximate.",
            language,
        )


def _of_own_features(card: dict[str, Any], language: Language) -> Iterator[str]:
    count = card["features"]["by_view"].get("own", 0)
    if count:
        yield ngettext(
            "It has %(num)s own feature, which rankings compute and a server does not: there it is "
            "missing, and the answer says so.",
            "It has %(num)s own features, which rankings compute and a server does not: there they "
            "are missing, and the answer says so.",
            count,
            language,
        )
