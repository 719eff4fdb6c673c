"""Normalizing one value, as the intake normalizes whole columns.

Decided here: surrounding spaces never count; ids are compared in their compatibility form (NFKC);
categories keep their own form; truth values are written in lower case, whole numbers without a
decimal point.
"""

import unicodedata


def folded(text: str) -> str:
    """Return an id in its compatibility form (NFKC) without surrounding spaces.

    >>> folded("Ａ００１　")
    'A001'
    """
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def written(value: object) -> str | None:
    """Return an attribute's value as text; None if it is empty.

    >>> written(True), written(20.0), written(" it "), written(" ")
    ('true', '20', 'it', None)
    """
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)
