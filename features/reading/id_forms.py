"""Forms in which one id stands in different files.

Decided here: a form rewrites an id and nothing else, and is applied only where the mapping names
it, since ids that differ in case alone, or in zeros at the front, can be different leads. An id
that a spreadsheet has rounded (`1.23457E+14`) cannot be made whole; `1.2E+15` is taken by its word.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import pandas as pd

IdForm = Literal[
    "integer", "salesforce_18", "salesforce_15", "no_leading_zeros", "lower_case", "guid"
]
_FLOAT: Final = re.compile(r"(\d+)\.0+")
_EXPONENT: Final = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_GUID: Final = re.compile(r"\{?([0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12})\}?")
_SALESFORCE: Final = re.compile(r"[0-9a-zA-Z]{15}")
_SUFFIX: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT: Final = 15


def _integer(word: str) -> str:
    plain = _FLOAT.fullmatch(word)
    if plain:
        return plain[1]
    return str(int(Decimal(word))) if _EXPONENT.fullmatch(word) else word


def _salesforce_18(word: str) -> str:
    if not _SALESFORCE.fullmatch(word):
        return word
    fives = (word[start : start + 5] for start in (0, 5, 10))
    bits = (sum(1 << n for n, sign in enumerate(five) if sign.isupper()) for five in fives)
    return word + "".join(_SUFFIX[number] for number in bits)


def _guid(word: str) -> str:
    match = _GUID.fullmatch(word)
    if match is None:
        return word
    plain = match[1].replace("-", "").lower()
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))


def _salesforce_15(word: str) -> str:
    whole = len(word) == _SHORT + 3 and _salesforce_18(word[:_SHORT]) == word
    return word[:_SHORT] if whole else word


FORMS: Final[dict[IdForm, Callable[[str], str]]] = {
    "integer": _integer,
    "salesforce_18": _salesforce_18,
    "salesforce_15": _salesforce_15,
    "no_leading_zeros": lambda word: word.lstrip("0") or word,
    "lower_case": str.lower,
    "guid": _guid,
}
MEANINGS: Final[dict[IdForm, str]] = {
    "integer": "some end in .0 or are written like 1.2E+15",
    "salesforce_18": "15 signs here and 18 signs there: the last three only repeat the case",
    "salesforce_15": "18 signs here and 15 signs there: the last three only repeat the case",
    "no_leading_zeros": "zeros at the front here and not there",
    "lower_case": "capital letters here and small ones there",
    "guid": "a GUID in braces, in capitals or without hyphens",
}


def rewritten(ids: pd.Series, form: IdForm) -> pd.Series:
    """Write ids in a form; what does not have the other form stays as it is.

    Parameters
    ----------
    ids
        One id a row, as text; a missing one stays missing.
    form
        One of `FORMS`.

    Examples
    --------
    >>> rewritten(pd.Series(["446642000000.0", "1.2E+15", "x"]), "integer").tolist()
    ['446642000000', '1200000000000000', 'x']
    >>> rewritten(pd.Series(["00Q5g00000Ab1cD"]), "salesforce_18").tolist()
    ['00Q5g00000Ab1cDEAR']
    >>> rewritten(pd.Series(["{0F8FAD5B-D9CB-469F-A165-70867728950E}"]), "guid").tolist()
    ['0f8fad5b-d9cb-469f-a165-70867728950e']
    """
    return ids.map(FORMS[form], na_action="ignore").astype("str")


@dataclass(frozen=True)
class JoiningForm:
    """A form under which ids of two files meet; `both`: the ids of both must be rewritten."""

    form: IdForm
    both: bool = False


def joining_form(strangers: Iterable[str], known: Iterable[str]) -> JoiningForm | None:
    """Choose the form under which ids of one file would meet those of another.

    Parameters
    ----------
    strangers
        Ids that are not among `known`.
    known
        Ids of the other file.

    Returns
    -------
    JoiningForm or None
        The first form under which most strangers are known, where no two known ids become one:
        one that rewrites the strangers alone, if there is any. None if no form does.
    """
    words, keys = set(strangers), set(known)
    for form, write in FORMS.items():
        if _meet(words, keys, write):
            return JoiningForm(form)
    for form, write in FORMS.items():
        targets = {write(key) for key in keys}
        if len(targets) == len(keys) and _meet(words, targets, write):
            return JoiningForm(form, both=True)
    return None


def _meet(words: set[str], keys: set[str], write: Callable[[str], str]) -> bool:
    return bool(words) and 2 * sum(write(word) in keys for word in words) > len(words)
