"""Words that the headers of exports use, in English, Japanese and further languages.

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
    r"|顧客|リード|見込|申込|案件|客户|客戶|线索|商机|고객|리드|kunde|klant|negócio|negocio"
)
ACCOUNT: Final = _any(
    r"account|compan|organi[sz]ation|会社|企業|法人|取引先|企业|기업|회사|azienda|empresa"
)
DEAL: Final = _any(
    r"deal|opportunit|outcome|order|contract|商談|案件|受注|成約|契約|取引(?!先)"
    r"|oportunidad|negócio|negocio|affaire|商机|订单|合同|계약|거래|주문"
)
ACTIVITY: Final = _any(
    r"activit|^acts?$|event|visit|view|session|click|call|mail|meeting|touch|interaction|log"
    r"|purchase|transaction|活動|履歴|行動|訪問|閲覧|電話|メール|面談"
    r"|activid|ativid|attivit|aktivität|活动|跟进|拜访|활동|방문|상담"
)
TYPE: Final = _any(
    r"type|kind|activity|event|action|channel|category|種別|種類|行動|区分|tipo|typ\b|类型|유형|종류"
)
TOPIC: Final = _any(
    r"topic|subject|page|title|件名|トピック|話題|ページ|assunto|asunto|oggetto|betreff|主题|제목"
)
STAGE: Final = _any(
    r"stage|status|state|result|outcome|段階|状態|状況|結果|ステータス|フェーズ"
    r"|etapa|estado|estatus|stato|fase|esito|phase|ergebnis|statut|étape|situaç"
    r"|阶段|状态|结果|상태|단계|결과|стадия|статус|результат|этап"
)
CREATED: Final = _any(
    r"creat|\badd(?:ed)?\b|regist|\bsign|first|start|engage|receiv|\bentered|\b[ei]nquir"
    r"|作成|登録|開始|発生|受付|流入|起票|引合|erstellt|angelegt|erfasst|eingang|créé|creaci|creado"
    r"|создан|inserit|cadastr|criad|aangemaakt|创建|登记|录入|등록|생성|접수"
)
ENDED: Final = _any(
    r"\bclos|\bwon\b|\blost\b|\bend(?:ed)?\b|\bconver(?:t|sion)|\bdecid|\bactual\b|\bfinish|\bcomplet"
    r"|成約|受注|完了|終了|失注|決着|クローズ|実績|abschluss|abgeschlossen|geschlossen|beendet|clôtur"
    r"|ferm|cierre|cerrad|закрыт|заверш|chius|fechament|\bganh[oa]\b|\bperd[aio]|sluit|afgesloten"
    r"|成交|结束|关闭|赢单|输单|签约|完成|종료|완료|수주|실주|계약일|마감"
)
PLANNED: Final = _any(
    r"\bexpect|\best\b|\bestimat|\bplan(?:ned)?\b|\bdue\b|\btarget|\bforecast|\bdeadline|\bscheduled"
    r"|\bnext\b|予定|見込|予測|期限|目標|次回|geplant|erwartet|fällig|voraussicht|prévu|previst"
    r"|esperad|vencimento|vencimiento|verwacht|gepland|ожидаем|планир|предполага|预计|预期|计划|예상|예정"
)
ACTUAL: Final = _any(r"\bactual|\bclosed\b|\bwon\b|実績|完了|tatsächlich|réel|real\b|фактическ")
KNOWN: Final = _any(r"known|entered|recorded|logged|入力|記録")
TOUCHED: Final = _any(
    r"updat|modif|\blast\b|latest|\bviewed|更新|最終|最新|geändert|änderung|letzte|zuletzt|изменен|refresh"
    r"|actualiza|atualiza|[uú]ltim[ao]|gewijzigd|laatst|修改|最近|最后|수정|최근"
)
OWNER: Final = _any(
    r"owner|sales[ _]?(?:agent|rep|person)|assigned|営業担当|担当営業|所有者|^担当者?$|ответственн"
    r"|负责人|所属销售|담당자?$|영업사원|responsable|propriet|vendedor|verkäufer|eigenaar"
)
MONEY: Final = _any(
    r"dollar|price|amount|revenue|sales|yen|金額|売上|価格|importe|importo|montant|betrag|umsatz"
    r"|金额|销售额|금액|매출"
)
NO_DEAL: Final = _any(
    r"\bdraws?\b|lotter|raffle|\bprize|sweepstake|\bquiz|\bgame\b|\bcoupon|抽選|くじ|懸賞|当選|ゲーム"
    r"|verlosung|gewinnspiel|tombola|\btirage|\bsorteo|лотере|розыгрыш"
)
"""What else can be won than a deal."""
WON_TIME: Final = _any(
    r"\bwon\b|\bconver(?:ted|sion)\b|\b(?:customer|member) since\b|\bsigned\b"
    r"|\bjoin(?:ed|ing)? (?:date|on|at)\b|\bdate joined\b"
    r"|受注日|成約日|契約締結日|顧客化日|gewonnen|gagnée?|ganad[oa]|\bganh[oa]\b|\bvint[ao]\b"
    r"|成交日期|成交时间|赢单|签约日|수주일|계약일"
)
LOST_TIME: Final = _any(
    r"\blost\b|失注日|verloren|perdue?|perdid[oa]|\bperda\b|\bpers[ao]\b|输单(?:日期|时间)|실주일"
)
CHANGED: Final = _any(
    r"^(?:attribute|property|(?:changed )?field(?: name| event)?|(?:変更)?項目名?|フィールド名?)$"
)
"""The column of a history of changes that names what was changed."""
DELETED: Final = _any(
    r"\b(?:is )?(?:deleted|removed|archived|trashed)\b|\bis test\b"
    r"|\btest (?:lead|record|data|flag)\b|^test$|削除|ゴミ箱|テスト|\bdel(?:ete)? ?fla?g\b|gelöscht"
    r"|supprimé|eliminad|borrad[oa]|exclu[ií]d[oa]|cancellat[oa]|verwijderd|удал[её]н|删除|삭제"
)
DELETED_VALUE: Final = _any(
    r"(?:soft[ -])?deleted|trash(?:ed)?|(?:is )?test|削除(?:済み?)?|ゴミ箱|テスト|gelöscht"
    r"|supprimée?|eliminad[oa]|удал[её]н\w*|已?删除|삭제(?:됨)?"
)
LOST_REASON: Final = _any(
    r"\b(?:lost|loss|lose)\b[ \w]*\breason\b|\breason\b[ \w]*\b(?:lost|loss)\b|失注(?:の)?理由"
    r"|verlustgrund|motif de perte|motivo d[aei](?:lla)? ?p[eé]rdi?t?a|причина (?:отказа|проигрыша)"
    r"|(?:输单|丢单|流失)原因|실주 ?사유"
)
CHANNEL_NAMES: Final = {
    "source": _any(r"\b(?:source|channel|medium|media)\b|媒体|チャネル|チャンネル|流入|経路"),
    "campaign": _any(r"\bcampaign\b|キャンペーン|施策"),
}
COST: Final = _any(r"\b(?:cost|spend|spent|amount|budget)\b|費用|金額|コスト|広告費|支出|経費")
CURRENCY: Final = _any(
    r"\bcurrency\b|通貨|货币|币种|통화|\bdevise\b|\bmoneda\b|währung|\bvaluta\b|\bmoeda\b|валюта"
)
OUTCOME_NAME: Final = _any(
    r"\b(?:status|result|outcome|esito|statut|estatus|resultado|ergebnis)\b|結果|ステータス|状態|状況"
    r"|状态|结果|상태|결과|статус|результат"
)
CLOSED_FLAG: Final = _any(
    r"^(?:hs |deal |opportunity |is )*closed?$|完了(?:フラグ)?$|クローズ$|^(?:ab)?geschlossen$"
    r"|^cerrad[oa]$|^chius[oa]$|^fechad[oa]$|^clôturée?$|^gesloten$|(?:^|сделка )закрыт[оа]?$"
    r"|是否(?:关闭|结束)|종료여부"
)
LATER: Final = _any(
    r"\b(?:lost|loss|won|win|clos\w*)\b[ \w]*\b(?:reason|value|amount|by|time|date)\b"
    r"|\breason\b[ \w]*\b(?:lost|closed)\b|\blast (?:\w+ )?activity\b"
    r"|\bprobab|\bforecast|\bfiscal\b|\bweighted\b|\bactual\b|\bconverted\b"
    r"|\b(?:expected|est|estimated|projected) (?:revenue|amount|value|mrr|arr)\b"
    r"|^(?:is |hs is |hs )(?:closed?|won|lost|active|open)\b|\bis deleted\b|\bclosed (?:won|lost)\b"
    r"|^(?:active|archived)$"
    r"|\bdays (?:to|in|until|since)\b"
    r"|契約|導入|失注|受注|成約|最終|確度|受注確率|実績|会計期間|会計年度|四半期|売上予測"
    r"|期待(?:収益|売上)|見込み?(?:金額|額|売上)|wahrscheinlich|probabilit|probabilidad|вероятност"
    r"|verlustgrund|причина (?:отказа|проигрыша)|waarschijnlijk|motivo d[aei](?:lla)? ?p[eé]rdi?t?a"
    r"|赢率|概率|成交|赢单|输单|确度|확률|수주|실주|계약|성공률"
)
"""What headers of columns that the end of a deal fills, or keeps changing, are like."""
FLAG_NAME: Final = _any(
    r"y|target|(?:hs )?(?:deal )?(?:is |has )?(?:closed )?(?:converted|conversion|won|success"
    r"|subscribed|bought|purchased|gewonnen|gagnée?|ganad[oa]|ganh[oa]|vint[oa]|auftrag)|label|outcome|result|status|revenue"
    r"|(?:won|converted|conversion|success) flag|(?:成約|受注|契約|転換|成果)(?:フラグ|有無|済み?)?"
    r"|結果|状態|是否(?:成交|赢单|签约|转化)|(?:수주|계약|성공|성사|전환)(?:여부)?"
)
