"""Names of the sample company's leads: companies and persons with readings, and ways to reach them.

Decided here: all of it is display, so nothing depends on it. Companies of one account have one
name; a name comes again only when all are used up. Exchanges that begin with 0 are assigned
nowhere in Japan, and `example.jp` is reserved, so that no number or address reaches anyone.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class SpelledWord(NamedTuple):
    """A word with its reading: in kanji, in katakana, in Latin letters."""

    written: str
    kana: str
    latin: str


def _words(text: str) -> tuple[SpelledWord, ...]:
    return tuple(SpelledWord(*one.split("/")) for one in text.split())


_FORM: Final = "株式会社"
_STEMS: Final = _words(
    "東亜/トウア/toa 日新/ニッシン/nisshin 大和/ダイワ/daiwa 三葉/ミツバ/mitsuba "
    "光陽/コウヨウ/koyo 北星/ホクセイ/hokusei 青葉/アオバ/aoba 富岳/フガク/fugaku "
    "松風/マツカゼ/matsukaze 白鷺/シラサギ/shirasagi 瑞穂/ミズホ/mizuho 桜川/サクラガワ/sakuragawa "
    "若葉/ワカバ/wakaba 山吹/ヤマブキ/yamabuki 東雲/シノノメ/shinonome 千歳/チトセ/chitose "
    "双葉/フタバ/futaba 常盤/トキワ/tokiwa 高砂/タカサゴ/takasago 明星/ミョウジョウ/myojo "
    "旭/アサヒ/asahi 泉/イズミ/izumi 雲海/ウンカイ/unkai 栄光/エイコウ/eiko "
    "桂/カツラ/katsura 銀河/ギンガ/ginga 恵/メグミ/megumi 彩雲/サイウン/saiun "
    "城南/ジョウナン/jonan 翠/ミドリ/midori 清流/セイリュウ/seiryu 大樹/タイジュ/taiju "
    "鶴見/ツルミ/tsurumi 天山/テンザン/tenzan 南海/ナンカイ/nankai 初音/ハツネ/hatsune "
    "飛鳥/アスカ/asuka 北斗/ホクト/hokuto 美山/ミヤマ/miyama 八雲/ヤクモ/yakumo "
    "陽光/ヨウコウ/yoko 龍田/タツタ/tatsuta 泉州/センシュウ/senshu 相模/サガミ/sagami"
)
_TRADES: Final = _words(
    "工業/コウギョウ/kogyo 商事/ショウジ/shoji 製作所/セイサクショ/seisakusho "
    "システム/システム/system 物流/ブツリュウ/butsuryu 建設/ケンセツ/kensetsu "
    "電機/デンキ/denki 精機/セイキ/seiki 化学/カガク/kagaku 食品/ショクヒン/shokuhin "
    "産業/サンギョウ/sangyo 通商/ツウショウ/tsusho 技研/ギケン/giken 金属/キンゾク/kinzoku "
    "ソフト/ソフト/soft 印刷/インサツ/insatsu 薬品/ヤクヒン/yakuhin 設計/セッケイ/sekkei "
    "運輸/ウンユ/unyu 情報/ジョウホウ/joho 住建/ジュウケン/juken 機械/キカイ/kikai"
)
_PLACES: Final = _words(
    "// 東京/トウキョウ/tokyo 関西/カンサイ/kansai 中部/チュウブ/chubu 九州/キュウシュウ/kyushu "
    "北日本/キタニホン/kitanihon 湘南/ショウナン/shonan 四国/シコク/shikoku"
)
_FAMILIES: Final = _words(
    "佐藤/サトウ/sato 鈴木/スズキ/suzuki 高橋/タカハシ/takahashi 田中/タナカ/tanaka "
    "伊藤/イトウ/ito 渡辺/ワタナベ/watanabe 山本/ヤマモト/yamamoto 中村/ナカムラ/nakamura "
    "小林/コバヤシ/kobayashi 加藤/カトウ/kato 吉田/ヨシダ/yoshida 山田/ヤマダ/yamada "
    "佐々木/ササキ/sasaki 山口/ヤマグチ/yamaguchi 松本/マツモト/matsumoto 井上/イノウエ/inoue "
    "木村/キムラ/kimura 林/ハヤシ/hayashi 斎藤/サイトウ/saito 清水/シミズ/shimizu "
    "山崎/ヤマザキ/yamazaki 森/モリ/mori 池田/イケダ/ikeda 橋本/ハシモト/hashimoto "
    "阿部/アベ/abe 石川/イシカワ/ishikawa 前田/マエダ/maeda 藤田/フジタ/fujita "
    "後藤/ゴトウ/goto 岡田/オカダ/okada 長谷川/ハセガワ/hasegawa 村上/ムラカミ/murakami"
)
_PERSONS: Final = _words(
    "花子/ハナコ/hanako 太郎/タロウ/taro 美咲/ミサキ/misaki 翔/ショウ/sho 陽子/ヨウコ/yoko "
    "健一/ケンイチ/kenichi 由美/ユミ/yumi 大輔/ダイスケ/daisuke 恵子/ケイコ/keiko "
    "直樹/ナオキ/naoki 真由美/マユミ/mayumi 誠/マコト/makoto 愛/アイ/ai 隆/タカシ/takashi "
    "智子/トモコ/tomoko 浩二/コウジ/koji 彩/アヤ/aya 拓也/タクヤ/takuya 裕子/ユウコ/yuko "
    "修/オサム/osamu 千尋/チヒロ/chihiro 剛/ツヨシ/tsuyoshi 綾香/アヤカ/ayaka 亮/リョウ/ryo"
)
_AREAS: Final = (
    "03-0{:03d}-{:04d}",
    "06-0{:03d}-{:04d}",
    "052-0{:02d}-{:04d}",
    "092-0{:02d}-{:04d}",
)
_CONSENT: Final = ("同意", "同意", "同意", "同意", "同意", "同意", "拒否", "", "", "")
"""Whether a person agreed to mails; of three in ten nothing is recorded."""
_SPREAD: Final = 7_919
"""A prime that no number of names is a multiple of: neighbours get names that differ."""


def display_columns(account: Ints, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Return what is shown of every lead, by canonical name.

    Parameters
    ----------
    account
        The number of the account of each lead.
    rng
        The source of chance.
    """
    companies = [company(number) for number in range(int(account.max(initial=0)) + 1)]
    family, first = (rng.integers(0, len(of), len(account)) for of in (_FAMILIES, _PERSONS))
    numbers = rng.integers(0, 1_000_000, len(account))
    rows = [
        _contact(companies[of], (_FAMILIES[f], _PERSONS[p]), (of, int(number)))
        for of, f, p, number in zip(account.tolist(), family, first, numbers, strict=True)
    ]
    columns = zip(*rows, strict=True)
    return {name: pa.array(values) for name, values in zip(DISPLAY, columns, strict=True)}


DISPLAY: Final = {
    "company": "会社名",
    "company_kana": "会社名カナ",
    "name": "氏名",
    "name_kana": "フリガナ",
    "telephone": "電話番号",
    "email": "メールアドレス",
    "consent": "メール配信",
}
"""Canonical name -> column of the export."""


def company(number: int) -> SpelledWord:
    """Return the name of an account.

    >>> company(0).written, company(1).latin
    ('東亜工業株式会社', 'kyushu-sagami-shoji')
    """
    names = len(_STEMS) * len(_TRADES) * len(_PLACES) * 2
    rest, before = divmod(number * _SPREAD % names, 2)
    rest, stem = divmod(rest, len(_STEMS))
    place, trade = divmod(rest, len(_TRADES))
    parts = [_PLACES[place], _STEMS[stem], _TRADES[trade]]
    written, kana = ("".join(words) for words in list(zip(*parts, strict=True))[:2])
    written = f"{_FORM}{written}" if before else f"{written}{_FORM}"
    latin = "-".join(part.latin for part in parts if part.latin)
    return SpelledWord(written, kana, latin)


def _contact(
    of: SpelledWord, person: tuple[SpelledWord, SpelledWord], numbers: tuple[int, int]
) -> tuple[str, ...]:
    family, first = person
    account, number = numbers
    area = _AREAS[account % len(_AREAS)]
    middle = number // 10_000 % (1000 if "{:03d}" in area else 100)
    return (
        of.written,
        of.kana,
        f"{family.written} {first.written}",
        f"{family.kana} {first.kana}",
        area.format(middle, number % 10_000),
        f"{family.latin}.{first.latin}@{of.latin}.example.jp",
        _CONSENT[number % len(_CONSENT)],
    )
