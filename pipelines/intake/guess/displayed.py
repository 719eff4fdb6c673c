"""Which columns of leads are shown and never learned: names, and ways to reach a person.

Decided here: a header that says so, or values that are mail addresses or telephone numbers. The
title of a deal is shown too, since it names a company more often than not. A postal address or a
birthday is not shown.
"""

import re
from collections.abc import Sequence
from typing import Final

from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_NAMED: Final = {
    "email": _any(
        r"^(?:(?:contact|work|business|primary|lead|person|deal|customer)\b.*)?\be ?mails?"
        r"(?: ?(?:address|from|1))?$|メール(?:アドレス)?$|^eメール"
    ),
    "telephone": _any(
        r"\b(?:tele)?phone(?: ?(?:number|no))?$|\bmobile(?: ?(?:phone|number))?$|^tel$|\bcell$"
        r"|電話(?:番号)?$|携帯(?:電話)?(?:番号)?$"
    ),
    "last_name": _any(r"\b(?:last|sur|family) ?name$|^姓$"),
    "first_name": _any(r"\b(?:first|given) ?name$|^名$"),
    "company": _any(
        r"^(?:company|organi[sz]ation|account|deal organi[sz]ation|potential customer)"
        r"(?: ?name)?$|会社名|企業名|法人名|取引先名|^会社$|^企業$"
    ),
    "consent": _any(r"\bconsent\b|メール配信|配信(?:許可|同意|希望)|オプトイン"),
    "deal": _any(
        r"^(?:deal|opportunity) ?(?:name|title)$|^opportunity$|^dealname$|商談名|案件名|取引名|件名"
        r"|取引 タイトル|^(?:lead )?topic$"
    ),
    "name": _any(
        r"^(?:(?:full|contact|lead|customer|client|person|prospect)\b ?)?name$"
        r"|^(?:deal )?contact person$|氏名|お?名前|担当者名|顧客名|連絡先名|先方担当者"
    ),
}
_MAIL: Final = r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"
_TELEPHONE: Final = r"(?:\+|0|\()[\d() .-]{8,20}"
_SIGN: Final = r"[ ().+-]"
_MOSTLY: Final = 0.9
_LOOKS: Final = frozenset({"id", "text", "category"})


def displayed(file: ExportFile, free: Sequence[ExportColumn]) -> dict[str, ExportColumn]:
    """Return what is shown of leads: what it is -> its column.

    Parameters
    ----------
    file
        The file of leads.
    free
        The columns that may be shown.
    """
    result: dict[str, ExportColumn] = {}
    for column in free:
        word = _word(file, column)
        if word is not None:
            result[word if word not in result else _slug(column.name, result)] = column
    return result


def is_mail(file: ExportFile, column: ExportColumn) -> bool:
    """Return whether nearly all values of a column are mail addresses.

    Parameters
    ----------
    file
        The file.
    column
        One of its columns.
    """
    values = file.text(column).dropna()
    return not values.empty and bool(values.str.fullmatch(_MAIL).mean() >= _MOSTLY)


def _word(file: ExportFile, column: ExportColumn) -> str | None:
    """Return what a column shows of a lead; None if it is nothing to show."""
    values = file.text(column).dropna()
    if values.empty:
        return None
    if values.str.fullmatch(_MAIL).mean() >= _MOSTLY:
        return "email"
    if column.look == "time":
        return None
    telephone = values.str.fullmatch(_TELEPHONE) & values.str.contains(_SIGN, regex=True)
    if telephone.mean() >= _MOSTLY:
        return "telephone"
    name = spaced(column.name)
    word = next((word for word, pattern in _NAMED.items() if pattern.search(name)), None)
    return word if column.look in _LOOKS or word == "telephone" else None


def _slug(name: str, taken: dict[str, ExportColumn]) -> str:
    slug = re.sub(r"\W+", "_", spaced(name)).strip("_") or "more"
    return slug if slug not in taken else f"{slug}_{len(taken)}"
