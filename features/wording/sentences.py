"""From a feature and its value to a sentence.

Decided here: a sentence holds one `{value}` and may hold alternatives `[one|many]`, of which the
first is used for a value of 1. Spans of time are written in the largest unit that fits; a code is
written as the label of its category. `Sentence.none` is for a missing value, and for zero where
zero means that there was nothing.
"""

import math
import re
from typing import Final, Literal

from features.catalog.catalog import Vocabulary
from features.catalog.reserved import ACTIVITY_TYPE
from features.feature import Feature, Text

Language = Literal["en", "ja"]

_ALTERNATIVES: Final = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")
_SPANS: Final = ((86_400.0, "day", "日"), (3_600.0, "hour", "時間"), (60.0, "minute", "分"))
_SECONDS: Final = {"days": 86_400.0, "hours": 3_600.0, "seconds": 1.0}
_NOTHING_AT_ZERO: Final = ("count", "seconds", "units")
_WEEK_DAYS: Final = 7.0
_DECAYED: Final = "decayed_count"
_YEAR: Final = re.compile(r"(^|[._ ])(?<!per.)year$|(?<!/)年$", re.IGNORECASE)
"""Attributes whose numbers are years, which have no separator of thousands."""
_SURPLUS: Final = ("deal_surplus", "company_deal_surplus")
_ONE: Final = ("1", "About 1", "1 more", "1 fewer")
_OTHER_VALUE: Final = Text("a rare or new value", "まれな値か新しい値")
_OTHER_KIND: Final = Text("a rare or new kind", "まれな種類か新しい種類")
_WEEKDAYS: Final = (
    Text("Monday", "月曜"),
    Text("Tuesday", "火曜"),
    Text("Wednesday", "水曜"),
    Text("Thursday", "木曜"),
    Text("Friday", "金曜"),
    Text("Saturday", "土曜"),
    Text("Sunday", "日曜"),
)


def render(feature: Feature, value: float, vocabulary: Vocabulary, language: Language) -> str:
    """Return the sentence for one value of a feature.

    Parameters
    ----------
    feature
        The feature.
    value
        Its value; NaN is missing.
    vocabulary
        Whose labels name categories.
    language
        `en` or `ja`.

    Examples
    --------
    >>> from features.views.engagement import features
    >>> from features.catalog.catalog import CatalogSettings
    >>> words = {"pricing": Text("pricing", "料金")}
    >>> vocabulary = Vocabulary(("page_view",), (("page_view", "pricing"),), labels=words)
    >>> named = {one.name: one for one in features(vocabulary, CatalogSettings())}
    >>> visits = named["engagement__page_view_pricing_count__7d"]
    >>> render(visits, 3, vocabulary, "en")
    '3 visits to the pricing page in the last 7 days'
    >>> render(visits, 1, vocabulary, "en")
    '1 visit to the pricing page in the last 7 days'
    >>> render(visits, 3, vocabulary, "ja")
    '直近7日間に料金ページを3回閲覧'
    """
    if math.isnan(value) or is_nothing(feature, value):
        return _choose(getattr(feature.sentence.none, language), "")
    text = _format(feature, float(value), vocabulary, language)
    sentence: str = getattr(feature.sentence.value, language)
    return _choose(sentence, text).replace("{value}", text)


def many(noun: str) -> str:
    """Choose the second of every alternative.

    >>> many("[visit|visits] to the page")
    'visits to the page'
    """
    return _ALTERNATIVES.sub(r"\2", noun)


def one(noun: str) -> str:
    """Choose the first of every alternative.

    >>> one("[visit|visits] to the page")
    'visit to the page'
    """
    return _ALTERNATIVES.sub(r"\1", noun)


def plain(words: Text) -> Text:
    """Replace the characters of a label that have a meaning in a sentence.

    >>> plain(Text("a [b|c]", "{value}")).en
    'a (b/c)'
    """
    table = str.maketrans("[]{}|", "()()/")
    return Text(words.en.translate(table), words.ja.translate(table))


def window_words(days: float | None) -> Text:
    """Return the words for a window; None is ever.

    >>> window_words(30).en, window_words(None).ja
    ('in the last 30 days', 'これまでに')
    """
    if days is None:
        return Text("so far", "これまでに")
    span = span_words(days * 86_400)
    number, _, unit = span.en.partition(" ")
    whole = span.ja.removesuffix("間")
    return Text(f"in the last {unit if number == '1' else span.en}", f"直近{whole}間に")


def span_words(seconds: float) -> Text:
    """Return the words for a span of time in the largest unit that fits, rounded down.

    >>> span_words(3 * 86_400.0).en, span_words(90).ja
    ('3 days', '1分')
    """
    for length, en, ja in _SPANS:
        if seconds >= length:
            number = int(seconds / length)
            return Text(f"{number:,} {en}{'' if number == 1 else 's'}", f"{number:,}{ja}")
    return Text("less than a minute", "1分未満")


def is_nothing(feature: Feature, value: float) -> bool:
    """Return whether the value is zero, or would be written as zero.

    Parameters
    ----------
    feature
        The feature.
    value
        Its value; NaN is not zero.
    """
    if feature.unit == "per_day":
        return round(value * _WEEK_DAYS, 1) == 0
    if feature.measure in (_DECAYED, *_SURPLUS):
        return round(value, 1) == 0
    return value == 0 and feature.unit in _NOTHING_AT_ZERO


def _choose(sentence: str, text: str) -> str:
    return one(sentence) if text in _ONE else many(sentence)


def _about(value: float, language: Language) -> str:
    """Write a decayed count as people count.

    >>> _about(2.37, "en"), _about(0.2, "en"), _about(2.37, "ja"), _about(0.2, "ja")
    ('About 2', 'Hardly any', '約2回', 'ごくわずか')
    """
    number = math.floor(value + 0.5)
    if number == 0:
        return "Hardly any" if language == "en" else "ごくわずか"
    return f"About {number:,}" if language == "en" else f"約{number:,}回"


def _difference(value: float, language: Language, counter: str) -> str:
    """Write how many more or fewer there are; Japanese counts them with a word of their kind.

    >>> _difference(7.0, "en", "回"), _difference(-2.3, "en", "回"), _difference(-2.3, "ja", "件")
    ('7 more', '2.3 fewer', '2.3件少ない')
    """
    size = f"{round(abs(value), 1):,g}"
    if language == "en":
        return f"{size} {'more' if value > 0 else 'fewer'}"
    return f"{size}{counter}{'多い' if value > 0 else '少ない'}"


def _format(feature: Feature, value: float, vocabulary: Vocabulary, language: Language) -> str:
    if feature.is_category:
        return _category(feature, value, vocabulary, language)
    if feature.measure.endswith("weekday"):
        return str(getattr(_WEEKDAYS[int(value) % 7], language))
    if feature.unit in _SECONDS:
        return str(getattr(span_words(value * _SECONDS[feature.unit]), language))
    is_pace = feature.unit == "per_day"
    if is_pace or feature.measure in _SURPLUS:
        number, counter = (value * _WEEK_DAYS, "回") if is_pace else (value, "件")
        return _difference(number, language, counter)
    if feature.measure == _DECAYED:
        return _about(value, language)
    return _plain_number(feature.key, value)


def _plain_number(key: str, value: float) -> str:
    if not float(value).is_integer():
        return f"{value:,.4g}"
    return f"{value:.0f}" if _YEAR.search(key) else f"{value:,.0f}"


def _category(feature: Feature, value: float, vocabulary: Vocabulary, language: Language) -> str:
    known = category_values(feature, vocabulary)
    code = int(value)
    if not 1 <= code <= len(known):
        return str(getattr(_OTHER_KIND if feature.key == ACTIVITY_TYPE else _OTHER_VALUE, language))
    name = known[code - 1]
    words = vocabulary.value_label(feature.key, name)
    return str(getattr(plain(words), language))


def category_values(feature: Feature, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the values that the codes of a category feature stand for; code n is value n - 1.

    Parameters
    ----------
    feature
        A feature of the unit `category`.
    vocabulary
        What was learned from the training data.
    """
    if feature.key == ACTIVITY_TYPE:
        return vocabulary.activity_types
    return vocabulary.categories.get(feature.key, ())
