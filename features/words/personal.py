"""Words that may name or reach a person: they are never candidates.

Decided here: what is shown of leads (`display`), who acts and who owns are excluded by value; names
are excluded by the form of address (様, さん, Mr, my name is), by capitals in English, and by the
most common names of both languages. Mail addresses, addresses of pages and whatever holds a digit
are cut out before words are looked for. To lose a good word is cheaper than to learn a name.
"""

import re
from collections.abc import Iterable
from typing import Final

from features.words.normal import normal

_KANJI: Final = r"[\u4e00-\u9fff々]"
_KANA: Final = r"[ァ-ヴー]"
ADDRESS: Final = re.compile(
    r"[\w.+-]+\s?@\s?[\w.-]+|(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|co|jp|io|info)\b[\S]*"
)
"""Mail addresses and addresses of pages, in normal form."""
DIGITS: Final = re.compile(r"[a-z0-9_-]*\d[a-z0-9_-]*")
"""Words with a digit: numbers, telephone numbers, dates, ids."""
_TITLES: Final = "様|さま|さん|氏|殿|くん|君|ちゃん|先生|社長|専務|常務|部長|次長|課長|係長|主任|取締役|会長|代表"
_INTRODUCED: Final = "と申します|と申し上げます|と言います|といいます"
_SPOKEN: Final = re.compile(
    rf"({_KANJI}{{1,6}}?|{_KANA}{{2,12}})\s?(?:{_TITLES}|{_INTRODUCED})"
    rf"|(?:担当の|担当:|担当者:|氏名:|名前:)\s?({_KANJI}{{1,6}}|{_KANA}{{2,12}})"
    r"|\b(?:mr|mrs|ms|miss|dr|prof)\.? ([a-z'-]+)(?: ([a-z'-]+))?"
    r"|\b(?:my name is|this is|i am|i'm|name:|dear|hi|hello|regards,|sincerely,|contact:)"
    r" ([a-z'-]+)(?: ([a-z'-]+))?"
)
_CAPITAL: Final = re.compile(r"(?<![\w@])([A-Z][a-z'’-]+)")
_SURNAMES: Final = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 "
    "斎藤 斉藤 齋藤 清水 山崎 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 "
    "村上 遠藤 青木 坂本 藤井 西村 福田 太田 三浦 岡本 松田 中川 中野 原田 小野 田村 竹内 金子 和田 "
    "中山 藤原 石田 上田 森田 柴田 酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 高田 "
    "藤本 武田 村田 上野 杉山 増田 平野 大塚 千葉 久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 "
    "佐野 大西 杉本 新井 浜田 菅原 市川 水野 小松 島田 古川 小山 高野 西田 菊池 山内 西川 五十嵐 北村 "
    "安田 中田 川口 平田 川崎 本田 久保田 吉川 飯田 沢田 辻 関 吉村 渡 荒木 岩田 服部 中西 富田 川村 "
    "東野 田口 松岡 土屋 永井 大橋 川上 片山 堀 秋山 福島 矢野 松村 馬場 広瀬 浅野 大久保 石原 樋口"
)
_ENGLISH: Final = (
    "james john robert michael william david richard joseph thomas charles christopher daniel "
    "matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george edward ronald "
    "timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon "
    "benjamin samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron henry "
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa margaret "
    "betty sandra ashley dorothy kimberly emily donna michelle carol amanda melissa deborah stephanie "
    "rebecca laura sharon cynthia kathleen amy shirley angela helen anna brenda pamela nicole samantha "
    "katherine emma ruth christine catherine olivia sophia hannah smith johnson williams brown jones "
    "garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson taylor moore "
    "jackson martin lee perez thompson harris sanchez clark ramirez lewis robinson walker allen "
    "wright torres nguyen hill flores adams nelson baker rivera campbell mitchell carter roberts "
    "sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada "
    "taro hanako"
)
_COMMON_KANJI: Final = tuple(_SURNAMES.split())
_COMMON_LATIN: Final = frozenset(_ENGLISH.split())
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
