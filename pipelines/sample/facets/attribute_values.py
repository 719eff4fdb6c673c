"""The attributes of the sample company's leads, and the values that they have.

Decided here: values are Japanese, as in an export of a Japanese CRM; attribute names are canonical
English in the tables and Japanese in the raw export; all have words in both languages.
"""

from dataclasses import dataclass
from typing import Final

from features.feature import Text


@dataclass(frozen=True)
class Value:
    """One value of an attribute: its words, its share of the leads, its pull towards buying.

    `pull` multiplies the rates by which interest rises, as `exp(pull)`.
    """

    ja: str
    en: str
    share: float
    pull: float = 0.0


@dataclass(frozen=True)
class Attribute:
    """One categorical attribute: canonical name, label, values."""

    name: str
    label: Text
    values: tuple[Value, ...]


INDUSTRY: Final = Attribute(
    "industry",
    Text("industry", "業種"),
    (
        Value("製造業", "manufacturing", 0.24, 0.25),
        Value("情報通信業", "information and communications", 0.18, 0.15),
        Value("卸売・小売業", "wholesale and retail", 0.17, -0.10),
        Value("建設業", "construction", 0.10, 0.05),
        Value("金融・保険業", "finance and insurance", 0.08, 0.20),
        Value("医療・福祉", "medical and welfare", 0.09, -0.30),
        Value("教育", "education", 0.06, -0.55),
        Value("運輸・物流", "transport and logistics", 0.08, 0.10),
    ),
)
COMPANY_SIZE: Final = Attribute(
    "company_size",
    Text("company size", "従業員規模"),
    (
        Value("1-29名", "1-29 people", 0.26, -0.45),
        Value("30-99名", "30-99 people", 0.28, 0.05),
        Value("100-299名", "100-299 people", 0.22, 0.30),
        Value("300-999名", "300-999 people", 0.15, 0.20),
        Value("1000名以上", "1,000 people or more", 0.09, -0.05),
    ),
)
JOB_ROLE: Final = Attribute(
    "job_role",
    Text("job role", "役職"),
    (
        Value("経営者・役員", "executive", 0.12, 0.10),
        Value("部長", "department head", 0.16, 0.20),
        Value("課長", "section head", 0.24, 0.25),
        Value("係長・主任", "team leader", 0.20, 0.00),
        Value("一般社員", "staff", 0.28, -0.30),
    ),
)
DEPARTMENT: Final = Attribute(
    "department",
    Text("department", "部門"),
    (
        Value("情報システム", "information systems", 0.26),
        Value("経営企画", "corporate planning", 0.13),
        Value("営業", "sales", 0.21),
        Value("総務・人事", "general affairs and personnel", 0.17),
        Value("製造", "production", 0.12),
        Value("研究開発", "research and development", 0.11),
    ),
)
SOURCE: Final = Attribute(
    "source",
    Text("source", "流入経路"),
    (
        Value("Web検索", "web search", 0.24, -0.05),
        Value("比較サイト", "comparison site", 0.15, 0.35),
        Value("展示会", "trade fair", 0.17, -0.20),
        Value("紹介", "referral", 0.07, 0.65),
        Value("セミナー", "seminar", 0.12, 0.10),
        Value("広告", "advertisement", 0.14, -0.50),
        Value("問い合わせ", "inquiry", 0.05, 0.45),
        Value("代理店", "agency", 0.06, 0.05),
    ),
)
BADGE_COLOUR: Final = Attribute(
    "badge_colour",
    Text("badge colour", "来場バッジ色"),
    (
        Value("青", "blue", 0.4),
        Value("赤", "red", 0.3),
        Value("黄", "yellow", 0.2),
        Value("緑", "green", 0.1),
    ),
)
AGE_BRACKET: Final = Attribute(
    "age_bracket",
    Text("age of the contact", "担当者年代"),
    tuple(
        Value(f"{age}代", f"{age}s", share)
        for age, share in ((20, 0.2), (30, 0.3), (40, 0.28), (50, 0.18), (60, 0.04))
    ),
)

_AREAS: Final = {
    0: ("東京都 Tokyo 14.0,神奈川県 Kanagawa 9.2,埼玉県 Saitama 7.3,千葉県 Chiba 6.3"),
    1: (
        "北海道 Hokkaido 5.1,青森県 Aomori 1.2,岩手県 Iwate 1.2,宮城県 Miyagi 2.3,秋田県 Akita 0.9,"
        "山形県 Yamagata 1.0,福島県 Fukushima 1.8,茨城県 Ibaraki 2.8,栃木県 Tochigi 1.9,"
        "群馬県 Gunma 1.9,新潟県 Niigata 2.1,富山県 Toyama 1.0,石川県 Ishikawa 1.1,"
        "福井県 Fukui 0.7,山梨県 Yamanashi 0.8,長野県 Nagano 2.0,静岡県 Shizuoka 3.6,"
        "愛知県 Aichi 7.5"
    ),
    2: (
        "岐阜県 Gifu 1.9,三重県 Mie 1.7,滋賀県 Shiga 1.4,京都府 Kyoto 2.5,大阪府 Osaka 8.8,"
        "兵庫県 Hyogo 5.4,奈良県 Nara 1.3,和歌山県 Wakayama 0.9,鳥取県 Tottori 0.5,"
        "島根県 Shimane 0.6,岡山県 Okayama 1.8,広島県 Hiroshima 2.7,山口県 Yamaguchi 1.3,"
        "徳島県 Tokushima 0.7,香川県 Kagawa 0.9,愛媛県 Ehime 1.3,高知県 Kochi 0.7,"
        "福岡県 Fukuoka 5.1,佐賀県 Saga 0.8,"
        "長崎県 Nagasaki 1.3,熊本県 Kumamoto 1.7,大分県 Oita 1.1,宮崎県 Miyazaki 1.0,"
        "鹿児島県 Kagoshima 1.6,沖縄県 Okinawa 1.5"
    ),
}
AREA_PULL: Final = (0.10, -0.05, 0.0)
"""Greater Tokyo, east, west."""


def _prefectures() -> tuple[tuple[Value, int], ...]:
    values = []
    for area, text in _AREAS.items():
        for entry in text.split(","):
            ja, en, share = entry.split(" ")
            values.append((Value(ja, en, float(share) / 100, AREA_PULL[area]), area))
    return tuple(values)


_PREFECTURES: Final = _prefectures()
REGION: Final = Attribute(
    "region", Text("prefecture", "都道府県"), tuple(value for value, _ in _PREFECTURES)
)
AREA_OF_REGION: Final = tuple(area for _, area in _PREFECTURES)

CATEGORIES: Final = (
    INDUSTRY,
    COMPANY_SIZE,
    JOB_ROLE,
    DEPARTMENT,
    REGION,
    SOURCE,
    BADGE_COLOUR,
    AGE_BRACKET,
)
NUMBERS: Final = {
    "employee_count": Text("number of employees", "従業員数"),
    "lottery_number": Text("lottery number", "抽選番号"),
}


def value_index(attribute: Attribute, ja: str) -> int:
    """Return the place of a value among the values of its attribute.

    Parameters
    ----------
    attribute
        The attribute.
    ja
        The value in Japanese.

    Examples
    --------
    >>> value_index(INDUSTRY, "製造業")
    0
    """
    return [value.ja for value in attribute.values].index(ja)
