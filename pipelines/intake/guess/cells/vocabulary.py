"""Words that the headers of exports use, in English, Japanese and the larger languages of Europe.

Decided here: the words only. A header is a hint, never a proof: `links`, `roles` and `endings`
weigh it against the values. Patterns of times and of what is known later are matched against
`spaced` headers.
"""

import re
from typing import Final


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
    r"creat|\badd(?:ed)?\b|regist|sign|first|start|engage|receiv|作成|登録|開始|発生|受付|流入|起票"
    r"|erstellt|angelegt|créé|creaci|creado|создан"
)
ENDED: Final = _any(
    r"\bclos|\bwon\b|\blost\b|\bend(?:ed)?\b|\bconver(?:t|sion)|\bdecid|\bactual\b|\bfinish|\bcomplet"
    r"|成約|受注|完了|終了|失注|決着|クローズ|実績|abschluss|geschlossen|beendet|clôtur|ferm|cierre|cerrad"
    r"|закрыт|заверш"
)
PLANNED: Final = _any(
    r"\bexpect|\best\b|\bestimat|\bplan(?:ned)?\b|\bdue\b|\btarget|\bforecast|\bdeadline|\bscheduled"
    r"|\bnext\b|予定|見込|予測|期限|目標|次回|geplant|erwartet|prévu|previst|esperad|ожидаем|планир"
)
ACTUAL: Final = _any(r"\bactual|\bclosed\b|\bwon\b|実績|完了|tatsächlich|réel|real\b|фактическ")
KNOWN: Final = _any(r"known|entered|recorded|logged|入力|記録")
TOUCHED: Final = _any(
    r"updat|modif|\blast\b|latest|\bviewed|更新|最終|最新|geändert|zuletzt|изменен|refresh"
)
OWNER: Final = _any(
    r"owner|sales[ _]?(?:agent|rep|person)|assigned|営業担当|担当営業|所有者|^担当者?$|ответственн"
)
MONEY: Final = _any(r"dollar|price|amount|revenue|sales|yen|金額|売上|価格")
NO_DEAL: Final = _any(
    r"\bdraws?\b|lotter|raffle|\bprize|sweepstake|\bquiz|\bgame\b|\bcoupon|抽選|くじ|懸賞|当選|ゲーム"
    r"|verlosung|gewinnspiel|tombola|\btirage|\bsorteo|лотере|розыгрыш"
)
"""What else can be won than a deal."""
WON_TIME: Final = _any(
    r"\bwon\b|\bconver(?:ted|sion)\b|\bcustomer since\b|\bsigned\b"
    r"|受注日|成約日|契約締結日|顧客化日|gewonnen|gagnée?|ganad[oa]"
)
LOST_TIME: Final = _any(r"\blost\b|失注日|verloren|perdue?|perdid[oa]")
CHANGED: Final = _any(
    r"^(?:attribute|property|(?:changed )?field(?: name| event)?|(?:変更)?項目名?|フィールド名?)$"
)
"""The column of a history of changes that names what was changed."""
DELETED: Final = _any(
    r"\b(?:is )?(?:deleted|removed|archived|trashed)\b|\bis test\b"
    r"|\btest (?:lead|record|data|flag)\b|^test$|削除|ゴミ箱|テスト"
)
DELETED_VALUE: Final = _any(
    r"(?:soft[ -])?deleted|trash(?:ed)?|(?:is )?test|削除(?:済み?)?|ゴミ箱|テスト|gelöscht"
    r"|supprimée?|eliminad[oa]|удал[её]н\w*"
)
LOST_REASON: Final = _any(
    r"\b(?:lost|loss|lose)\b[ \w]*\breason\b|\breason\b[ \w]*\b(?:lost|loss)\b|失注(?:の)?理由"
    r"|verlustgrund|motif de perte|motivo de p[eé]rdida|причина (?:отказа|проигрыша)"
)
CHANNEL_NAMES: Final = {
    "source": _any(r"\b(?:source|channel|medium|media)\b|媒体|チャネル|チャンネル|流入|経路"),
    "campaign": _any(r"\bcampaign\b|キャンペーン|施策"),
}
COST: Final = _any(r"\b(?:cost|spend|spent|amount|budget)\b|費用|金額|コスト|広告費|支出|経費")
CURRENCY: Final = _any(r"\bcurrency\b|通貨")
OUTCOME_NAME: Final = _any(r"\b(?:status|result|outcome)\b|結果|ステータス|状態|状況")
CLOSED_FLAG: Final = _any(r"^(?:hs |deal |opportunity |is )*closed?$|完了(?:フラグ)?$|クローズ$")
LATER: Final = _any(
    r"\b(?:lost|loss|won|win|clos\w*)\b[ \w]*\b(?:reason|value|amount|by|time|date)\b"
    r"|\breason\b[ \w]*\b(?:lost|closed)\b|\blast (?:\w+ )?activity\b"
    r"|\bprobab|\bforecast|\bfiscal\b|\bweighted\b|\bactual\b|\bconverted\b"
    r"|\b(?:expected|est|estimated|projected) (?:revenue|amount|value|mrr|arr)\b"
    r"|^(?:is |hs is |hs )(?:closed?|won|lost|active|open)\b|\bis deleted\b|\bclosed (?:won|lost)\b"
    r"|^(?:active|archived)$"
    r"|\bdays (?:to|in|until|since)\b"
    r"|契約|導入|失注|受注|成約|最終|確度|受注確率|実績|会計期間|会計年度|四半期|売上予測"
    r"|期待(?:収益|売上)|見込み?(?:金額|額|売上)|wahrscheinlichkeit|probabilit|probabilidad|вероятност|verlustgrund"
    r"|причина (?:отказа|проигрыша)"
)
"""What headers of columns that the end of a deal fills, or keeps changing, are like."""
FLAG_NAME: Final = _any(
    r"y|target|(?:hs )?(?:deal )?(?:is |has )?(?:closed )?(?:converted|conversion|won|success"
    r"|subscribed|bought|purchased|gewonnen|gagnée?|ganad[oa])|label|outcome|result|status|revenue"
    r"|(?:won|converted|conversion|success) flag|(?:成約|受注|契約|転換|成果)(?:フラグ|有無|済み?)?"
    r"|結果|状態"
)
