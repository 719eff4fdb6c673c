"""The salespeople of the sample company: id, name in Japanese, name in English."""

from typing import Final

SALESPEOPLE: Final = (
    ("S01", "佐藤 美咲", "Misaki Sato"),
    ("S02", "鈴木 健太", "Kenta Suzuki"),
    ("S03", "高橋 直美", "Naomi Takahashi"),
    ("S04", "田中 大輔", "Daisuke Tanaka"),
    ("S05", "伊藤 彩", "Aya Ito"),
    ("S06", "渡辺 翔太", "Shota Watanabe"),
    ("S07", "山本 恵", "Megumi Yamamoto"),
    ("S08", "中村 亮", "Ryo Nakamura"),
    ("S09", "小林 由佳", "Yuka Kobayashi"),
    ("S10", "加藤 拓也", "Takuya Kato"),
    ("S11", "吉田 智子", "Tomoko Yoshida"),
    ("S12", "山田 誠", "Makoto Yamada"),
)
"""Four work for each area: greater Tokyo, east, west."""
