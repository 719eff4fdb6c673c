"""Who erases persons: each package registers what it wrote, for `mikomi erase` and `retention`.

Decided here: packages that may not import each other meet in this list, so one command reaches
every place; a place that is not registered is not reached.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class Removed(NamedTuple):
    """How much of a kind was removed from a place, in words for people."""

    place: str
    what: str
    amount: int


class PersonEraser(NamedTuple):
    """What a package can do about persons.

    Attributes
    ----------
    erase
        Erases leads, given by their normalised ids, at a moment.
    last_moments
        Returns the last moment at which something happened with each lead, until the present one.
    expire
        Removes what is old and belongs to no lead: leftovers of killed runs from before the first
        moment, the bodies of receipts from before the second; the third is the present one.
    beyond
        What the package knows of and cannot reach.
    """

    erase: Callable[[Collection[str], datetime], list[Removed]]
    last_moments: Callable[[datetime], Mapping[str, datetime]]
    expire: Callable[[datetime, datetime, datetime], list[Removed]]
    beyond: tuple[str, ...]


FACTORIES: list[Callable[[Path], PersonEraser | None]] = []
"""Each returns the eraser of a package for a params file, or none where there is nothing."""
