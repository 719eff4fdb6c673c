"""What a text may mention, by lists of words: the intents that mikomi knows without any data.

Decided here: nine intents in two languages; to ask for a price is not to have a budget. The lists
are short and plain, since a word that is in half of all texts says nothing; a company adds its
own (`features.words` of params.yaml). A denial stands with what it means: 予算がない and "no
budget" are refusals, and being longer than 予算 they win. `*` at the end of a Latin word stands
for any ending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from features.feature import Text


@dataclass(frozen=True)
class Intent:
    """One thing that texts mention.

    Attributes
    ----------
    label
        What a reason calls it, in both languages.
    words
        The words that mention it, in any language; see `features.words.matcher`.
    """

    label: Text
    words: tuple[str, ...]


def _intent(en: str, ja: str, words: Sequence[str]) -> Intent:
    return Intent(Text(en, ja), tuple(word for line in words for word in line.split("|")))


INTENTS: Final[Mapping[str, Intent]] = {
    "budget": _intent(
        "a budget",
        "予算",
        (
            "予算|稟議|決裁額|補助金|助成金|資金を確保",
            "budget*|funding|funds|purchase order",
        ),
    ),
    "price": _intent(
        "a price",
        "価格",
        (
            "見積|見積り|見積もり|お見積|相見積|費用|金額|価格|料金|単価|コスト|割引",
            "quote|quotes|quotation*|price|prices|pricing|cost|costs|estimate*|discount*",
        ),
    ),
    "timing": _intent(
        "a time to start",
        "導入時期",
        (
            "来月|今月中|今期中|来期|来年度|今年度中|年度内|年内に|月内に|四半期|導入時期|開始時期|納期",
            "導入予定|導入したい|開始したい|至急|早急|急ぎ|いつから|スケジュール",
            "next month|this month|next quarter|this quarter|next year|this year|go live|go-live",
            "deadline*|timeline*|as soon as possible|asap|urgent*|roll out|rollout|start date",
        ),
    ),
    "need": _intent(
        "a need",
        "課題",
        (
            "課題|困って|お困り|改善したい|効率化|手作業|属人化|工数|負担|ミスが多|置き換え|入れ替え",
            "pain point*|struggling|problem with|challenge*|need to improve|manual work",
            "inefficien*|looking for a|we need|we want to replace|replacement",
        ),
    ),
    "authority": _intent(
        "who decides",
        "決裁者",
        (
            "決裁|決済者|決裁者|承認|役員会|取締役会|経営会議|社長了承|上長|上司の了承",
            "decision maker*|decision-maker*|sign off|sign-off|approval|approved|board meeting",
            "steering committee|our ceo|our cfo|our cto|executive team",
        ),
    ),
    "competitor": _intent(
        "a competitor",
        "他社",
        (
            "他社|競合|別の製品|他の製品|他製品|別のサービス|他サービス|比較検討|比較して|乗り換え",
            "competitor*|alternative*|other vendor*|another vendor|other product*|compared with",
            "compare with|comparing|versus|switching from",
        ),
    ),
    "refusal": _intent(
        "a refusal",
        "お断り",
        (
            "見送り|見送る|見送ら|お断り|不要です|必要ありません|必要ない|興味がない|興味はありません",
            "予算がない|予算がありません|予算が取れ|予算はない|予算はありません|予算がつか",
            "他社に決め|他社に決ま|他社を採用|他社製品に決|他社を選|導入しない|導入の予定はない",
            "導入予定はない|導入予定はありません|連絡しないで|連絡は不要|連絡不要|配信停止|退会|解約",
            "検討を中止|検討中止|白紙に",
            "not interested|no longer interested|no budget|no need|don't need|do not need",
            "no thanks|never contact|do not contact|don't contact|stop contacting|stop emailing",
            "unsubscribe|remove me|decided against|chose a competitor|chose another|chosen another",
            "went with another|going with another|went with a competitor|not moving forward",
            "not going ahead|cancel*",
        ),
    ),
    "thanks": _intent(
        "thanks",
        "お礼",
        (
            "ありがとうございま|感謝|助かりま|お礼申し|御礼",
            "thank you|thanks|appreciate*|grateful",
        ),
    ),
    "spam": _intent(
        "advertising",
        "売り込み",
        (
            "弊社サービスのご案内|ご提案の機会|営業代行|集客を|seo対策|被リンク|相互リンク|広告掲載|代理店募集",
            "株式投資|副業|出会い|無料で上位表示|売上アップ",
            "backlink*|guest post*|link building|seo service*|rank higher|first page of google",
            "casino|crypto*|lottery|web design service*|increase your traffic",
            "lead generation service*",
        ),
    ),
}
"""Code -> intent, in the order of the features."""
NO_INTENTS: Final[Mapping[str, Intent]] = {}
