"""The salespeople of the sample company: id, name in Japanese, name in English."""

from typing import Final

SALESPEOPLE: Final = (
    ("S01", "佐藤", "Sato"),
    ("S02", "鈴木", "Suzuki"),
    ("S03", "高橋", "Takahashi"),
    ("S04", "田中", "Tanaka"),
    ("S05", "伊藤", "Ito"),
    ("S06", "渡辺", "Watanabe"),
    ("S07", "山本", "Yamamoto"),
    ("S08", "中村", "Nakamura"),
    ("S09", "小林", "Kobayashi"),
    ("S10", "加藤", "Kato"),
    ("S11", "吉田", "Yoshida"),
    ("S12", "山田", "Yamada"),
)
"""Four work for each area: greater Tokyo, east, west."""
