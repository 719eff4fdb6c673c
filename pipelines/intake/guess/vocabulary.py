"""Words that exports use, in English and Japanese, and what they hint at.

Decided here: the words only. A name is a hint, never a proof: `links` and `roles` weigh it against
the values.
"""

import re
from typing import Final

from pipelines.intake.guess.columns import Column


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


LEAD: Final = _any(
    r"lead|prospect|customer|client|contact|case|person|applicant|opportunit"
    r"|顧客|リード|見込|申込|案件"
)
ACCOUNT: Final = _any(r"account|compan|organi[sz]ation|会社|企業|法人|取引先")
DEAL: Final = _any(r"deal|opportunit|outcome|order|contract|商談|案件|受注|成約|契約|取引(?!先)")
ACTIVITY: Final = _any(
    r"activit|^acts?$|event|visit|view|session|click|call|mail|meeting|touch|interaction|log"
    r"|purchase|transaction|活動|履歴|行動|訪問|閲覧|電話|メール|面談"
)
TYPE: Final = _any(r"type|kind|activity|event|action|channel|category|種別|種類|行動|区分")
TOPIC: Final = _any(r"topic|subject|page|title|件名|トピック|話題|ページ")
STAGE: Final = _any(r"stage|status|state|result|outcome|段階|状態|状況|結果|ステータス|フェーズ")
CREATED: Final = _any(
    r"creat|regist|sign|first|start|engage|receiv|作成|登録|開始|発生|受付|流入|起票"
)
ENDED: Final = _any(r"clos|won|end|convert|decid|成約|受注|完了|終了|失注|決着|クローズ")
KNOWN: Final = _any(r"known|entered|recorded|logged|入力|記録")
TOUCHED: Final = _any(r"updat|modif|last|latest|更新|最終")
OWNER: Final = _any(r"owner|sales[ _]?(?:agent|rep|person)|営業担当|担当営業|^担当者?$")
MONEY: Final = _any(r"dollar|price|amount|revenue|sales|yen|金額|売上|価格")
_WON: Final = _any(
    r"(?:closed?[ _-]*)?(?:won|win)|convert(?:ed)?|(?:a_)?approved|customer|sold|purchased"
    r"|success(?:ful)?|成約済?み?|受注済?み?|成功|契約済?み?"
)
_LOST: Final = _any(
    r"(?:closed?[ _-]*)?(?:lost|lose)|(?:a_)?(?:declined|rejected|cancell?ed)|dead|churned"
    r"|not[ _-](?:converted|interested)|(?:un|dis)qualified|failed|failure"
    r"|失注済?み?|不成立|不成約|失敗|見送り|却下"
)
_OPENED: Final = _any(r"open(?:ed)?|new|created|in[ _-]progress|pending|商談化?|新規|未対応")
FLAG_NAME: Final = _any(
    r"y|target|(?:is_?|has_?)?(?:converted|conversion|won|success|subscribed|bought|purchased)"
    r"|label|outcome|result|status|won_flag|converted_flag|revenue"
    r"|(?:成約|受注|契約|転換|成果)(?:フラグ|有無)?|結果|状態"
)
_YES: Final = {"1", "yes", "true", "y", "t", "○", "はい", "有", "あり"}
_NO: Final = {"0", "no", "false", "n", "f", "×", "いいえ", "無", "なし"}
_INBOUND: Final = _any(r"^in(?:bound|coming)?$|from|受信|着信|顧客から|お客様から")
_OUTBOUND: Final = _any(r"^out(?:bound|going)?$|^to\b|送信|発信|自社から|当社から")
_FLAG_VALUES: Final = 2


def is_flag(column: Column) -> bool:
    """Tell whether a column says yes or no."""
    words = {value.casefold() for value in column.values}
    return len(words) == _FLAG_VALUES and bool(words & _YES) and bool(words & _NO)


def meaning(value: str, *, flag: bool = False) -> str | None:
    """Tell what a value means for a deal, if it looks like it.

    >>> meaning("Closed Won"), meaning("失注"), meaning("yes", flag=True), meaning("blue")
    ('won', 'lost', 'won', None)
    """
    if flag:
        return "won" if value.casefold() in _YES else "lost"
    for word, pattern in (("won", _WON), ("lost", _LOST), ("opened", _OPENED)):
        if pattern.fullmatch(value.strip()):
            return word
    return None


def direction(value: str) -> str | None:
    """Tell who acted, if a value says it.

    >>> direction("顧客から"), direction("outbound"), direction("east")
    ('inbound', 'outbound', None)
    """
    if _INBOUND.search(value):
        return "inbound"
    return "outbound" if _OUTBOUND.search(value) else None
