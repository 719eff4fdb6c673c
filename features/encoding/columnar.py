"""Columns of many leads, straight to histories.

Decided here: the same codes, numbers and order as `features.histories.encode` gives for tables of
the same content, to the bit, without a table in between. Texts are looked up as they are first,
then without surrounding spaces.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import Vocabulary
from features.columns import number_of, translation, whole_thousandths
from features.encoding.activities import DIRECTIONS
from features.encoding.attributes import ACCOUNT_PREFIX
from features.encoding.leads import Leads
from features.encoding.leads_told import (
    AccountTold,
    ActivitiesTold,
    ChangesTold,
    ColumnsTold,
    LeadsTold,
    OutcomesTold,
)
from features.encoding.outcomes import KIND_OF_CODE, KINDS, deal_numbers
from features.errors import BadTables
from features.histories import Histories
from features.kernel.records import (
    MISSING,
    Changes,
    Codes,
    Deals,
    Events,
    Indices,
    Integers,
    Touches,
)
from features.ordering import canonical_order, in_order, starts
from features.reserved import ACTOR, OUTCOME, attribute_categories
from features.texts import folded, written

_NAN: Final = float("nan")
_EMPTY: Final = np.empty(0, np.int64)
_KEPT: Final = 64
"""For so many sizes of a question the empty columns are made once."""
_Numbered = dict[str | None, int]


class ColumnEncoder:
    """Codes columns of any number of leads by one vocabulary; make it once, it keeps nothing.

    Parameters
    ----------
    vocabulary
        What the codes mean.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.types = _numbered(vocabulary.activity_types)
        self._pairs = {
            pair: i + 1 for i, pair in enumerate(vocabulary.topics) if pair[0] in self.types
        }
        self._directions = _numbered(DIRECTIONS)
        self._kinds = _numbered(KINDS)
        self._stages = _numbered(vocabulary.categories.get(OUTCOME, ()))
        self._actors = vocabulary.categories.get(ACTOR, ())
        self._valued = {column for _, column in vocabulary.valued}
        categories = attribute_categories(vocabulary)
        names = (*categories, *vocabulary.numbers)
        self.attributes = {name: place for place, name in enumerate(names)}
        self._codes = [_numbered(known) for known in categories.values()]
        self._told = [place for name, place in self.attributes.items() if _of_account(name)]

    def encode(self, told: ColumnsTold) -> Histories:
        """Sort and code columns.

        Raises
        ------
        BadTables
            If a lead comes twice.
        """
        leads = _leads(told.leads)
        events, touches = self._activities(told.activities, leads)
        return Histories(
            leads=leads,
            events=events,
            touches=touches,
            deals=self._outcomes(told.outcomes, leads.created_at.size),
            changes=self._changes(told, leads),
            vocabulary=self.vocabulary,
        )

    def _activities(self, told: ActivitiesTold, leads: Leads) -> tuple[Events, Touches]:
        lead = told.lead
        code = _codes(self.types, told.activity_type)
        pair = self._paired(told)
        direction = _codes(self._directions, told.direction)
        actor, names = _ranked(told.actor)
        dwell = self._values("dwell_seconds", told.dwell_seconds)
        amount = self._values("amount", told.amount)
        columns = (
            told.occurred_at, told.seen_from, code, pair, direction, actor, dwell, amount,
        )  # fmt: skip
        order = canonical_order(lead, told.occurred_at, tuple(c for c in columns[1:] if c.size))
        if order is not None:
            columns = tuple(c[order] if c.size else c for c in columns)  # type: ignore[assignment]
        occurred_at, seen_from, code, pair, direction, actor, dwell, amount = columns
        start = starts(lead, leads.created_at.size)
        ordered = in_order(start, occurred_at, seen_from)
        events = Events(
            start, ordered, leads.created_at, leads.seen_from,
            occurred_at, seen_from, code, pair, dwell, amount,
        )  # fmt: skip
        actor_code = translation(names, self._actors)
        touches = Touches(start, occurred_at, seen_from, code, direction, actor, actor_code)
        return events, touches

    def _paired(self, told: ActivitiesTold) -> Codes:
        if not self._pairs:
            return np.zeros(len(told.topic), np.int16)
        both = zip(told.activity_type, told.topic, strict=True)
        return np.fromiter(map(self._pair, both), np.int16, len(told.topic))

    def _pair(self, told: tuple[str, str | None]) -> int:
        known = self._pairs.get(told)  # type: ignore[arg-type]
        if known is None and told[1] is not None:
            known = self._pairs.get((told[0].strip(), told[1].strip()))
        return known or 0

    def _values(self, name: str, told: Sequence[float | None]) -> Integers:
        return _thousandths(told, 0) if name in self._valued else _EMPTY

    def _outcomes(self, told: OutcomesTold, leads: int) -> Deals:
        lead = told.lead
        if not lead.size:
            return _no_deals(leads)
        kind = KIND_OF_CODE[_codes(self._kinds, told.outcome)]
        stage = _codes(self._stages, told.outcome)
        names = [name and folded(name) for name in told.deal_id]
        deal = deal_numbers(lead, _ranked(names)[0])
        amount = _thousandths(told.amount, MISSING)
        columns = (told.occurred_at, told.seen_from, kind, stage, deal, amount)
        order = canonical_order(lead, told.occurred_at, columns[1:])
        if order is not None:
            columns = tuple(column[order] for column in columns)  # type: ignore[assignment]
        return Deals(starts(lead, leads), *columns)

    def _changes(self, told: ColumnsTold, leads: Leads) -> Changes:
        count = leads.created_at.size
        initial = np.full((count, len(self.attributes)), np.nan)
        later = self._later(told.changes)
        owned = zip(told.leads.attributes, told.leads.owner_id, told.leads.account_id, strict=True)
        for n, (attributes, owner_id, account_id) in enumerate(owned):
            account = told.accounts.get(account_id) if account_id else None
            self._first((attributes, owner_id), account, initial[n])
            if account is not None and account.known_at is not None:
                at = account.known_at
                later += [(n, at, at, place, initial[n, place]) for place in self._told]
                initial[n, self._told] = np.nan
        moments = (leads.created_at, leads.seen_from)
        if not later:
            start, seen_from, attribute, value = _no_changes(count)
            return Changes(*moments, initial, start, seen_from, attribute, value)
        lead, occurred_at, seen_from, attribute, value = _columns(later)
        order = canonical_order(lead, occurred_at, (seen_from, attribute, value))
        if order is not None:
            seen_from, attribute, value = seen_from[order], attribute[order], value[order]
        start = starts(lead, count)
        return Changes(*moments, initial, start, seen_from, attribute, value)

    def _first(
        self, lead: tuple[Any, str | None], account: AccountTold | None, row: NDArray[np.float64]
    ) -> None:
        told = [*lead[0].items(), ("owner_id", lead[1])]
        if account is not None:
            told += [(ACCOUNT_PREFIX + name, value) for name, value in account.attributes.items()]
        for name, value in told:
            place = self.attributes.get(name)
            if place is not None:
                row[place] = self._value(place, value)

    def _later(self, told: ChangesTold) -> list[tuple[int, int, int, int, float]]:
        rows = zip(
            told.lead.tolist(), told.occurred_at.tolist(), told.seen_from.tolist(),
            map(self.attributes.get, map(str.strip, told.attribute)), told.value,
            strict=True,
        )  # fmt: skip
        return [
            (lead, at, seen, place, self._value(place, value))
            for lead, at, seen, place, value in rows
            if place is not None
        ]

    def _value(self, place: int, value: object) -> float:
        if value is None:
            return _NAN
        if place < len(self._codes):
            text = written(value)
            return _NAN if text is None else self._codes[place].get(text, 0)
        return number_of(folded(value)) if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _numbered(known: Sequence[str]) -> _Numbered:
    return {value: i + 1 for i, value in enumerate(known)}


def _of_account(name: str) -> bool:
    return name.startswith(ACCOUNT_PREFIX)


def _codes(known: _Numbered, texts: Sequence[str | None]) -> Codes:
    """Look texts up; those that are missing or unknown are 0."""
    found = list(map(known.get, texts))
    if None in found:
        found = [
            known.get(text.strip(), 0) if code is None and text is not None else code or 0
            for code, text in zip(found, texts, strict=True)
        ]
    return np.array(found, np.int16)


def _thousandths(values: Iterable[float | None], missing: int) -> Integers:
    return whole_thousandths(np.array(list(values), np.float64), missing)


def _ranked(texts: Sequence[str | None]) -> tuple[Indices, list[str]]:
    """Give each text its number in their order; -1 is missing."""
    bare = {text: None if text is None else text.strip() or None for text in set(texts)}
    names = sorted({text for text in bare.values() if text is not None})
    number: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
    place = {text: number.get(name, -1) for text, name in bare.items()}
    return np.fromiter(map(place.get, texts, repeat(-1)), np.int32, len(texts)), names


@lru_cache(_KEPT)
def _no_deals(leads: int) -> Deals:
    none = np.empty(0, np.int16)
    return Deals(
        np.zeros(leads + 1, np.int64), _EMPTY, _EMPTY, none, none, np.empty(0, np.int32), _EMPTY
    )


@lru_cache(_KEPT)
def _no_changes(leads: int) -> tuple[Integers, Integers, Indices, NDArray[np.float64]]:
    start = np.zeros(leads + 1, np.int64)
    return start, _EMPTY, np.empty(0, np.int32), np.empty(0, np.float64)


def _columns(
    rows: list[tuple[int, int, int, int, float]],
) -> tuple[Indices, Integers, Integers, Indices, NDArray[np.float64]]:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    lead, occurred_at, seen_from, attribute, value = columns
    return (
        np.array(lead, np.int32),
        np.array(occurred_at, np.int64),
        np.array(seen_from, np.int64),
        np.array(attribute, np.int32),
        np.array(value, np.float64),
    )


def _leads(told: LeadsTold) -> Leads:
    """Code leads that are sorted by id."""
    if any(one == other for one, other in pairwise(told.lead_id)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")
    account = _ranked(told.account_id)[0]
    return Leads(told.lead_id, told.created_at, told.seen_from, account)
