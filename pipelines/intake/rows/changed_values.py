"""Later values of attributes, read as the first values of the same attribute are.

Decided here: a later value stays text; that of a number is written as a plain number, and one that
is no number becomes missing and leaves a note.
"""

import math
from collections.abc import Mapping

import pandas as pd

from features.reading.values import ValueReading
from pipelines.intake.rows.notes import NOTES


def read_changes(changes: pd.DataFrame, attributes: Mapping[str, ValueReading]) -> pd.DataFrame:
    """Return the changes of attributes with their values as the mapping reads the attribute.

    Parameters
    ----------
    changes
        Rows of attribute_changes: `attribute`, `value` and notes.
    attributes
        How the attributes of leads are written.

    Examples
    --------
    >>> rows = pd.DataFrame({"attribute": ["seats"], "value": ["1,200"], NOTES: [None]})
    >>> read_changes(rows, {"seats": ValueReading("number")})["value"].tolist()
    ['1200']
    """
    if changes.empty:
        return changes
    pairs = changes[["attribute", "value"]].drop_duplicates().dropna()
    read = {
        (name, text): _read(text, attributes[name])
        for name, text in pairs.itertuples(index=False)
        if name in attributes
    }
    if all(text == value for (_, text), value in read.items()):
        return changes
    keys = list(zip(changes["attribute"], changes["value"], strict=True))
    values = pd.Series([read.get(key, key[1]) for key in keys], changes.index, dtype="str")
    lost = pd.Series([k in read and _is_lost(k, attributes) for k in keys], changes.index)
    notes = changes[NOTES].fillna("") + "\nnumber\tvalue\t" + changes["value"].fillna("")
    return changes.assign(value=values, **{NOTES: changes[NOTES].mask(lost, notes.str.strip())})


def _read(text: str, stated: ValueReading) -> str | None:
    if stated.kind != "number":
        return stated.word(text)
    value = stated.number(text)
    if math.isnan(value):
        return None
    return number_text(value)


def number_text(value: float) -> str:
    """Write a number as a later value of an attribute holds it.

    >>> number_text(1200.0), number_text(0.1)
    ('1200', '0.1')
    """
    return str(int(value)) if value.is_integer() else repr(value)


def _is_lost(key: tuple[str, str], attributes: Mapping[str, ValueReading]) -> bool:
    stated = attributes[key[0]]
    return stated.kind == "number" and stated.is_unreadable(key[1])
