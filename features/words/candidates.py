"""Which words of a text could become terms.

Decided here: a candidate is a run of kanji, a run of katakana or a Latin word, as they stand
between other signs; no dictionary is needed, and the particles and endings of Japanese, which are
hiragana, fall out by themselves. Words of the given lists, of persons, of addresses and of numbers
are cut out before.
"""

import re
from typing import Final

from features.words.matcher import WordMatcher
from features.words.normal import normal
from features.words.personal import is_common_name, names_in, without_addresses

_WORD: Final = re.compile(
    r"(?<![\u4e00-\u9fff々])[\u4e00-\u9fff々]{2,6}(?![\u4e00-\u9fff々])"
    r"|(?<![ァ-ヴー])[ァ-ヴー]{2,15}(?![ァ-ヴー])"
    r"|(?<![\w'@-])[a-z][a-z'-]{2,20}(?![\w@-])"
)
_COUNTED: Final = re.compile(
    r"[一二三四五六七八九十百千万億兆円年月日時分秒名人件社台回本冊個週間]+"
)
_EVERYDAY_WORDS: Final = (
    "the and for are but not you your our with this that from have has had was were will "
    "would can could should been being they them their there here what when which who how "
    "why all any some about into onto over under than then also just very more most such "
    "its it's i'm we're you're let please hello dear regards sincerely best kind"
)
_EVERYDAY: Final = frozenset(_EVERYDAY_WORDS.split())


def words_of(text: str, known: WordMatcher) -> tuple[set[str], set[str]]:
    """Return the candidates of a text, and the words that it uses as names.

    Parameters
    ----------
    text
        As it was written.
    known
        The given lists, whose words are not learned again.
    """
    plain = without_addresses(normal(text))
    names = names_in(plain)
    words = set(_WORD.findall(known.without(plain))) - names
    return {word for word in words if _may_count(word)}, names


def _may_count(word: str) -> bool:
    return not (word in _EVERYDAY or _COUNTED.fullmatch(word) or is_common_name(word))
