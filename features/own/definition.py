"""An own feature: a function of a dated table and of snapshots, with its words.

Decided here: the function receives a whole table and the snapshots, and returns one value for each;
it has to use the rows that were known before the cutoff alone. `features.own.peeking` runs it on
shortened tables and refuses it if a value moves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

import pandas as pd

from features.catalog.naming import slug
from features.errors import BadInput, Fault
from features.feature import Feature, Sentence, Text, Unit

VIEW: Final = "own"
CANONICAL: Final = ("activities", "outcomes", "attribute_changes")
"""Dated tables of the company; any other name is a file beside the function."""
VISIBLE_FROM: Final = "visible_from"
"""The column of every table: the moment from which a row counts, if it is before a cutoff."""
_LANGUAGES: Final = 2
Function = Callable[[pd.DataFrame, pd.DataFrame], Any]
Words = tuple[str, str]


@dataclass(frozen=True)
class OwnFeature:
    """A function and what it states; calling it calls the function.

    Attributes
    ----------
    function
        (table, snapshots) -> one value a snapshot: a number, or missing.
    name
        Part of the column's name; the function's own.
    table
        `activities`, `outcomes`, `attribute_changes`, or a CSV or Parquet file beside the function.
    known_at
        The column of the file that states when a row was known.
    unit
        Of the value.
    label, value, none
        The concept; the sentence of a value, with `{value}`; that of zero or missing.
    """

    function: Function
    name: str
    table: str
    known_at: str
    unit: Unit
    label: Text
    value: Text
    none: Text

    def __call__(self, table: pd.DataFrame, snapshots: pd.DataFrame) -> Any:
        """Call the function; see the class."""
        return self.function(table, snapshots)

    def record(self, digest: str) -> Feature:
        """Return the record of the column.

        Parameters
        ----------
        digest
            Of the file that the function stands in: a model is of this content alone.
        """
        return Feature(
            name=f"{VIEW}__{slug(self.name)}",
            view=VIEW,
            key=f"{self.name}@{digest}",
            measure="value",
            window_days=None,
            unit=self.unit,
            missing_means="the function returned none, or its inputs are not there",
            known_when=f"{self.known_at} of {self.table}",
            concept=f"{VIEW}.{slug(self.name)}",
            concept_label=self.label,
            sentence=Sentence(self.value, self.none),
        )


def own_feature(
    *,
    label: Words,
    value: Words,
    none: Words,
    unit: Unit = "number",
    table: str = "activities",
    known_at: str = "known_at",
) -> Callable[[Function], OwnFeature]:
    """Declare a function as a feature; its name becomes that of the column.

    Parameters
    ----------
    label
        What a salesperson would call it: English, Japanese.
    value, none
        The sentence of a value, with one `{value}`; the sentence of zero or missing.
    unit
        Of the value: `count`, `days`, `share`, `number`, ...
    table, known_at
        See `OwnFeature`.

    Raises
    ------
    BadInput
        From the decorator, if a text or the unit cannot be used.

    Examples
    --------
    >>> @own_feature(
    ...     label=("Calls", "電話"),
    ...     value=("{value} [call|calls]", "電話{value}回"),
    ...     none=("No call", "電話なし"),
    ...     unit="count",
    ... )
    ... def calls(activities, snapshots): ...
    >>> calls.record("0" * 16).name
    'own__calls'
    """

    def declare(function: Function) -> OwnFeature:
        name = str(getattr(function, "__name__", ""))
        _check(name, {"label": label, "value": value, "none": none}, unit)
        texts = (Text(*label), Text(*value), Text(*none))
        return OwnFeature(function, name, table, known_at, unit, *texts)

    return declare


def _check(name: str, words: Mapping[str, Sequence[str]], unit: str) -> None:
    faults = [
        Fault(f"{name}.{key}: {pair!r}", "(English, Japanese)", "write both")
        for key, pair in words.items()
        if isinstance(pair, str) or len(pair) != _LANGUAGES or not all(map(str.strip, pair))
    ]
    if not faults:
        faults = [
            Fault(f"{name}.value: {text!r}", "one {value} in each language", "add it")
            for text in words["value"]
            if text.count("{value}") != 1
        ]
    units = [one for one in get_args(Unit) if one != "category"]
    if unit not in units:
        faults.append(Fault(f"{name}.unit: {unit!r}", f"one of {', '.join(units)}", "correct it"))
    if faults:
        raise BadInput(faults)
