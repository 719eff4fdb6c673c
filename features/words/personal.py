"""Words that may name or reach a person: they are never candidates.

Decided here: what is shown of leads (`display`), who acts and who owns are excluded by value; names
are excluded by the form of address (様, さん, Mr, my name is), by capitals in English, and by the
most common names of both languages. Mail addresses, addresses of pages and whatever holds a digit
are cut out before words are looked for. To lose a good word is cheaper than to learn a name.
"""

import re
from collections.abc import Iterable
from typing import Final

from features.words import common_names
from features.words.normal import normal

_KANJI: Final = r"[\u4e00-\u9fff々]"
_KANA: Final = r"[ァ-ヴー]"
ADDRESS: Final = re.compile(
    r"[\w.+-]+\s?@\s?[\w.-]+|(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|co|jp|io|info)\b[\S]*"
)
"""Mail addresses and addresses of pages, in normal form."""
DIGITS: Final = re.compile(r"[a-z0-9_-]*\d[a-z0-9_-]*")
"""Words with a digit: numbers, telephone numbers, dates, ids."""
_TITLES: Final = (
    "様|さま|さん|氏|殿|くん|君|ちゃん|先生|"
    "社長|専務|常務|部長|次長|課長|係長|主任|取締役|会長|代表"
)
_INTRODUCED: Final = "と申します|と申し上げます|と言います|といいます"
_SPOKEN: Final = re.compile(
    rf"({_KANJI}{{1,6}}?|{_KANA}{{2,12}})\s?(?:{_TITLES}|{_INTRODUCED})"
    rf"|(?:担当の|担当:|担当者:|氏名:|名前:)\s?({_KANJI}{{1,6}}|{_KANA}{{2,12}})"
    r"|\b(?:mr|mrs|ms|miss|dr|prof)\.? ([a-z'-]+)(?: ([a-z'-]+))?"
    r"|\b(?:my name is|this is|i am|i'm|name:|dear|hi|hello|regards,|sincerely,|contact:)"
    r" ([a-z'-]+)(?: ([a-z'-]+))?"
)
_CAPITAL: Final = re.compile(r"(?<![\w@])([A-Z][a-z'’-]+)")
_COMMON_KANJI: Final = tuple(common_names.SURNAMES.split())
_COMMON_LATIN: Final = frozenset(common_names.LATIN.split())
_PARTS: Final = re.compile(rf"{_KANJI}+|{_KANA}+|[a-z][a-z'-]+|[ぁ-ん]+")
_LEAST: Final = 2


def without_addresses(plain: str) -> str:
    """Return a text in normal form, with mail addresses, page addresses and digits cut out.

    >>> without_addresses("write to hana@example.co.jp or 03-1234-5678 見積")
    'write to   or   見積'
    """
    return DIGITS.sub(" ", ADDRESS.sub(" ", plain))


def names_in(plain: str) -> set[str]:
    """Return the words that a text in normal form uses as the name of a person.

    >>> sorted(names_in("予算の件は佐藤様と mr. smith へ。田中と申します"))
    ['smith', '佐藤', '田中']
    """
    return {
        part.removesuffix("'s")
        for match in _SPOKEN.finditer(plain)
        for part in match.groups()
        if part is not None
    }


def parts_of(values: Iterable[str]) -> set[str]:
    """Return the words in values that are personal as a whole: names, companies, addresses.

    Parameters
    ----------
    values
        As they were written.

    Examples
    --------
    >>> sorted(parts_of(["佐藤 花子", "Sato, Hanako"]))
    ['hanako', 'sato', '佐藤', '花子']
    """
    parts = {part for value in values for part in _PARTS.findall(normal(value))}
    return {part for part in parts if len(part) >= _LEAST}


def capitalised(text: str) -> list[str]:
    """Return the words of a text that are written with a capital letter, in normal form."""
    return [normal(word) for word in _CAPITAL.findall(text)]


def is_common_name(word: str) -> bool:
    """Return whether a word is one of the most common names, or begins with a Japanese one.

    >>> is_common_name("田中"), is_common_name("佐藤花子"), is_common_name("johnson")
    (True, True, True)
    >>> is_common_name("見積"), is_common_name("関係")
    (False, False)
    """
    if word in _COMMON_LATIN or word in _COMMON_KANJI:
        return True
    return any(len(name) >= _LEAST and word.startswith(name) for name in _COMMON_KANJI)
