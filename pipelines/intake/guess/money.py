"""Amounts of money in an unknown export, and the currencies in which they stand.

Decided here: amounts of several currencies are asked about, since a number of one is no number of
the other; the sign before an amount says which it is, or else a column called currency.
"""

import re
from typing import Final

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.cells.vocabulary import CURRENCY

AMOUNT: Final = re.compile(
    r"amount|value|price|revenue|dollar|sum\b|金額|売上|受注額|betrag|umsatz|auftragswert|importe|importo"
    r"|montant|\bvalor\b|金额|销售额|금액|매출|сумма",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(r"^-?\s*([¥$€£₩₹₽]|[A-Z]{3}\b)|([¥$€£₩₹₽円元원]|\b[A-Z]{3})\s*$")
_MOST: Final = 12
_SHOWN: Final = 4


def currencies(file: ExportFile, column: ExportColumn) -> str:
    """Write that the amounts of a column stand in several currencies; nothing if they do not.

    Parameters
    ----------
    file
        The file.
    column
        A column of amounts.
    """
    signs = dict.fromkeys(m[1] or m[2] for v in column.values if (m := _SIGN.search(v)))
    named = (c for c in file.of_look("category") if CURRENCY.search(spaced(c.name)))
    of_file = next((c.values for c in named if 1 < c.distinct <= _MOST), ())
    several = list(signs) if len(signs) > 1 else list(of_file)
    return f"in several currencies ({', '.join(several[:_SHOWN])})" if len(several) > 1 else ""
