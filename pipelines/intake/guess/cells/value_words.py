"""What the values of an unknown export mean for a deal, in eleven languages.

Decided here: a value is read without the pipeline in parentheses (`Closed won (Sales Pipeline)`),
without a leading number or code (`6 - Won`, `C2:WON`), without the words that only say that the
deal is over (`Closed - Lost`), and without a reason behind a sign (`Lost: price`). The rest must be
a word of the list, since `Customer unknown` is not a customer.
"""

import re
import unicodedata
from typing import Final

from pipelines.intake.guess.cells.columns import ExportColumn


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_AROUND: Final = _any(
    r"\s*[(\[][^()\[\]]*[)\]]\s*$|^[cd]?\d+\s*[-:._)]\s*|^(?:deal|opportunity|lead|stage|status)\s+(?=\S)"
)
_OVER: Final = _any(
    r"^(?:closed?|ended|final|done|商談|案件|クローズ|完了|終了"
    r"|сделка|закрыто и|закрыт[аоы]?|abgeschlossen|geschlossen|verkaufschance"
    r"|ferm[ée]e?|clôturée?|affaire|opportunité|cerrad[oa]|oportunidad"
    r"|chius[oa]|fechad[oa]|gesloten|关闭|已?结束|종료)"
    r"[\s_:,/–—-]*(?=\S)"
)
_WON: Final = _any(
    r"won|win|contract signed|signed contract|order received"
    r"|convert(?:ed)?|(?:a_)?approved|customer|sold|purchased|signed|success(?:ful)?|pass(?:ed)?"
    r"|成約済?み?|受注済?み?|成功|契約済?み?|獲得|成立|合格|受注確定"
    r"|gewonnen|erfolgreich|verkauft|gewonnener auftrag"
    r"|gagn[ée]e?s?|signée?|remportée?|conclue?"
    r"|ganad[oa]s?|vendid[oa]|ganada y cerrada"
    r"|vint[aoie]|conclus[oa]|ganh[oa]s?|vendut[oa]|verkocht"
    r"|(?:已)?(?:赢单|成交|签约|中标|成单)|贏單|赢|수주|성공|성사|계약(?: ?(?:완료|체결|성사))?"
    r"|(?:успешн\w*(?: реализован\w*)?)|выигран\w*|выиграл\w*|продан\w*|реализован\w*|оплачен\w*"
)
_LOST: Final = _any(
    r"lost|lose|loss|(?:a_)?(?:declined|rejected|cancell?ed)|dead|churned|junk|abandoned|no sale"
    r"|not[ _-](?:converted|interested|won)|(?:un|dis)qualified|fail(?:ed|ure)?|withdrawn"
    r"|unsuccessful"
    r"|失注済?み?|不成立|不成約|失敗|見送り|却下|ロスト|中止|敗退|取消|不合格|辞退"
    r"|verloren|abgelehnt|abgesagt|storniert|nicht gewonnen|disqualifiziert"
    r"|perdue?s?|refusée?|abandonnée?|annulée?"
    r"|perdid[oa]s?|rechazad[oa]|cancelad[oa]|descartad[oa]"
    r"|pers[aoie]|annullat[oa]|rifiutat[oa]|não ganh[oa]|geannuleerd|afgewezen"
    r"|(?:已)?(?:输单|丢单|失败|流失|战败|取消|放弃)|輸單|未成交|输|실주|실패|탈락|취소|무산"
    r"|провал\w*|проигран\w*|проигр\w*|потерян\w*|отказ\w*|отмен\w*|неуспешн\w*"
    r"|не ?реализован\w*|не ?успешн\w*"
)
_OPENED: Final = _any(
    r"open(?:ed)?|new|created|in[ _-]progress|pending|working|active"
    r"|商談化?|商談中|新規|未対応|進行中|対応中|交渉中|検討中|提案中|オープン"
    r"|offen|neu|in bearbeitung|laufend"
    r"|ouverte?|en cours|nouveau|nouvelle"
    r"|abiert[oa]|en curso|en progreso|nuev[oa]"
    r"|apert[oa]|in corso|nuov[oa]|abert[oa]|em andamento|nov[oa]|lopend|nieuw"
    r"|进行中|跟进中|洽谈中|新建|未开始|진행 ?중|상담 ?중|검토 ?중|신규|접수"
    r"|открыт\w*|нов\w{1,3}|в работе|в процессе"
)
YES: Final = frozenset(
    ("1", "1.0", "yes", "true", "y", "t", "○", "はい", "有", "あり", "済", "ja", "oui", "si", "sí",
     "да", "д", "wahr", "vrai", "verdadero", "-1", "-1.0", "x", "✓", "✔", "☑", "●", "◯",
     "sì", "sim", "tak", "是", "已", "예", "네", "on")
)  # fmt: skip
NO: Final = frozenset(
    ("0", "0.0", "no", "false", "n", "f", "×", "いいえ", "無", "なし", "未", "nein", "non", "нет",
     "н", "falsch", "faux", "falso", "☐", "não", "nee", "nie", "否", "아니오", "아니요", "off")
)  # fmt: skip
_INBOUND: Final = _any(r"^in(?:bound|coming)?$|from|受信|着信|顧客から|お客様から")
_OUTBOUND: Final = _any(r"^out(?:bound|going)?$|^to\b|送信|発信|自社から|当社から")
_FLAG_VALUES: Final = 2


def is_flag(column: ExportColumn) -> bool:
    """Return whether a column holds a yes and a no, and nothing else."""
    words = {value.casefold() for value in column.values}
    return len(words) == _FLAG_VALUES and bool(words & YES) and bool(words & NO)


def only_yes(column: ExportColumn) -> bool:
    """Return whether a column holds a yes, or nothing.

    Parameters
    ----------
    column
        The column; whether it is missing in some rows is for the caller to ask.
    """
    return bool(column.values) and {value.casefold() for value in column.values} <= YES


def says_yes(column: ExportColumn) -> bool:
    """Return whether a column that says how deals ended does so by yes and no, or by yes alone."""
    return is_flag(column) or only_yes(column)


def meaning(value: str, *, flag: bool = False) -> str | None:
    """Return what a value means for a deal: won, lost, opened, or None if it is no such word.

    Parameters
    ----------
    value
        As it stands in the export.
    flag
        The column says yes or no to "was it won?".

    Examples
    --------
    >>> meaning("Closed Won"), meaning("失注"), meaning("yes", flag=True), meaning("blue")
    ('won', 'lost', 'won', None)
    >>> meaning("Сделка провалена"), meaning("Closed - Not Converted"), meaning("6 - Verloren")
    ('lost', 'lost', 'lost')
    """
    if flag:
        return "won" if value.casefold() in YES else "lost"
    bare = _AROUND.sub("", _AROUND.sub("", unicodedata.normalize("NFKC", value).strip()))
    for word in (bare, _OVER.sub("", bare)):
        for text in (word, re.split(r"\s*[-–—:/,(]\s+|\s+[-–—:/,(]\s*|: ?| to ", word)[0]):
            result = _listed(text.strip())
            if result is not None:
                return result
    return None


def _listed(word: str) -> str | None:
    for result, pattern in (("lost", _LOST), ("won", _WON), ("opened", _OPENED)):
        if pattern.fullmatch(word):
            return result
    return None


def direction(value: str) -> str | None:
    """Return who acted, if a value says it.

    >>> direction("顧客から"), direction("outbound"), direction("east")
    ('inbound', 'outbound', None)
    """
    if _INBOUND.search(value):
        return "inbound"
    return "outbound" if _OUTBOUND.search(value) else None
