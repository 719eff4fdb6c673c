"""Which sign parts the decimals of a column's numbers.

Decided here: the whole column is the evidence. Two marks of one kind part thousands; one or two
digits behind a sign are decimals; `1.230` beside `60`, where no number above 999 is without a mark,
is 1230. What a column alone does not decide, the other columns of the file do.
"""

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from features.reading.numbers import read_numbers
from features.reading.text import folded

Decimal = Literal[".", ","]
_READABLE: Final = 0.98
_HOPELESS: Final = 0.5
_SAMPLE: Final = 200
_SIGNS: Final[tuple[Decimal, Decimal]] = (".", ",")
_COMMA: Final = (
    r"^\D*\d{1,3}(?:[. ']?\d{3})*,(?:\d{1,2}|\d{4,})\D*$|^\D*\d{1,3}(?:\.\d{3}){2,}\D*$|\.\d{3},"
)
_POINT: Final = (
    r"^\D*\d+\.(?:\d{1,2}|\d{4,})\D*$|^\D*0\.\d+\D*$|^\D*\d{1,3}(?:,\d{3}){2,}\D*$|,\d{3}\."
)
_GROUP: Final = r"^-?[1-9]\d{0,2}[.,]\d{3}$"


@dataclass(frozen=True)
class NumberLook:
    """The decimal sign of a column; `sure`: its own values decide; `grouped`: some may be."""

    decimal: Decimal
    sure: bool
    grouped: bool = False


def number_look(text: pd.Series) -> NumberLook | None:
    """Return how the numbers of a column are written; None if they are no numbers."""
    sample = text.head(_SAMPLE)
    if all(read_numbers(sample, sign)[1].mean() > _HOPELESS for sign in _SIGNS):
        return None
    plain = folded(text)
    comma, point = (bool(plain.str.contains(p, na=False).any()) for p in (_COMMA, _POINT))
    grouped = plain[plain.str.fullmatch(_GROUP, na=False)]
    sign: Decimal = "," if comma and not point else "."
    if not comma and not point and len(grouped):
        sign = _of_groups(plain, grouped)
    if read_numbers(text, sign)[1].mean() > 1 - _READABLE:
        return None
    return NumberLook(sign, comma != point, len(grouped) > 0 and not (comma or point))


def _of_groups(plain: pd.Series, grouped: pd.Series) -> Decimal:
    """Decide by the numbers without a mark: where all are below 1000, marks part thousands."""
    rest = plain[~plain.isin(grouped)]
    small = len(rest) > 0 and bool(rest.str.fullmatch(r"-?\d{1,3}", na=False).all())
    return "," if small and grouped.str.contains(".", regex=False).all() else "."
