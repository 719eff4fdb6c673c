"""Chinese and Korean text without a mark of its encoding, known by the characters that are common.

Decided here: their bytes are Japanese or Cyrillic characters as well, but rare ones. A text is in
one of these encodings if most of its characters beyond ASCII are of the script and a third of them
are among the most frequent ones; read in a wrong encoding hardly one in ten is.
"""

import re
from typing import Final

_KOREAN: Final = frozenset(
    "이다의가는에고지하기사리은나시로대한도인을어자정해서들게수일상보장전있으라부제그구여주만안조마신연비"
    "스아과생경관모원무동공오유선성단개화국계등문적소식업체위실회방용명교진발간입중당요반물우음세심행람"
    "트재학와금치통매분출영설번호담객메날김박최권윤태결착산양강현백품호웹소개없예니견종류직책약건량월년"
)
_CHINESE: Final = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作"
    "里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想"
    "实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向先文"
    "利什革水量月电体治相新化资线品结合数政入反及路接设计司客户名称话状态期合同销售负责址编号联系邮产市"
    "区省海北京南东西广有限科技务单价格来源类型金额商万亿元李王张刘陈杨赵黄周吴徐孙马朱胡林郭何罗梁宋"
    "否需求析案报展转介绍官网赢输签约跟访意向阶段备注更改创建修录登招标软件服制造贸易医疗教育金融房投"
    "戶稱電話時間狀態銷負責編號聯絡郵產區廣務單價來類額萬億個們這為國對說會後發過經學動實軍無與長機關點"
    "業將兩問並應革體資線結數設計談訂購買賣開門東車見員場據認識總統報導變環專傳達運選擇處適顯業"
)
_SCRIPTS: Final = (
    ("cp949", re.compile(r"[\uac00-\ud7a3]"), _KOREAN),
    ("gb18030", re.compile(r"[\u4e00-\u9fff]"), _CHINESE),
    ("big5", re.compile(r"[\u4e00-\u9fff]"), _CHINESE),
)
_BEYOND: Final = re.compile(r"[^\x00-\x7f\u3000-\u303f\uff01-\uff5e]")
_LEAST: Final = 4
_SCRIPT_SHARE: Final = 0.9
_COMMON_SHARE: Final = 0.35


def by_common_characters(start: bytes) -> str | None:
    """Return the encoding of Chinese or Korean text; None if it is neither.

    >>> by_common_characters("编号,客户名称,状态".encode("gb18030"))
    'gb18030'
    >>> by_common_characters("顧客番号,会社名,状態".encode("euc_jp")) is None
    True
    """
    shares = {name: _share(start, name, script, common) for name, script, common in _SCRIPTS}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _COMMON_SHARE else None


def _share(start: bytes, encoding: str, script: re.Pattern[str], common: frozenset[str]) -> float:
    """Return the share of common characters of a script; 0 where the text is not of the script."""
    try:
        text = start.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return 0.0
        text = start[: error.start].decode(encoding)
    own, beyond = script.findall(text), len(_BEYOND.findall(text))
    if len(own) < max(_LEAST, _SCRIPT_SHARE * beyond):
        return 0.0
    return sum(one in common for one in own) / len(own)
