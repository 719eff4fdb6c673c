"""Columns of many leads, straight to histories.

Decided here: the same codes, numbers and order as `features.records.histories.encode` gives for
tables of the same content, to the bit, without a table in between. Texts are looked up as they are
first, then without surrounding spaces.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.errors import BadTables
from features.kernel.inputs import (
    MISSING,
    Changes,
    Codes,
    Deals,
    Events,
    Indices,
    Integers,
    Touches,
)
from features.kernel.order import canonical_order, in_order, starts
from features.records.codebook import Codebook, Numbered, codes, of_account, ranked
from features.records.columns import translation, whole_thousandths
from features.records.histories import Histories
from features.records.lead_columns import (
    AccountTold,
    ActivitiesTold,
    ChangesTold,
    ColumnsTold,
    LeadsTold,
    OutcomesTold,
)
from features.records.leads import Leads
from features.records.normalize import folded
from features.records.outcomes import KIND_OF_CODE, deal_numbers

_EMPTY: Final = np.empty(0, np.int64)
_KEPT: Final = 64
"""For so many sizes of a question the empty columns are made once."""


class ColumnEncoder:
    """Codes columns of any number of leads by one vocabulary; make it once, it keeps nothing.

    Parameters
    ----------
    vocabulary
        What the codes mean.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.book = Codebook(vocabulary)

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
            vocabulary=self.book.vocabulary,
        )

    def _activities(self, told: ActivitiesTold, leads: Leads) -> tuple[Events, Touches]:
        lead = told.lead
        code = _coded(self.book.types, told.activity_type)
        pair = np.zeros(lead.size, np.int16)
        pair[:] = self.book.pairs(told.activity_type, told.topic) or 0
        direction = _coded(self.book.directions, told.direction)
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
        actor_code = translation(names, self.book.actors)
        touches = Touches(start, occurred_at, seen_from, code, direction, actor, actor_code)
        return events, touches

    def _values(self, name: str, told: Sequence[float | None]) -> Integers:
        return _thousandths(told, 0) if name in self.book.valued else _EMPTY

    def _outcomes(self, told: OutcomesTold, leads: int) -> Deals:
        lead = told.lead
        if not lead.size:
            return _no_deals(leads)
        kind = KIND_OF_CODE[_coded(self.book.kinds, told.outcome)]
        stage = _coded(self.book.stages, told.outcome)
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
        initial = self.book.blank(count)
        later = self._later(told.changes)
        owned = zip(told.leads.attributes, told.leads.owner_id, told.leads.account_id, strict=True)
        for n, (attributes, owner_id, account_id) in enumerate(owned):
            account = told.accounts.get(account_id) if account_id else None
            self._first((attributes, owner_id), account, initial[n])
            if account is not None and account.known_at is not None:
                at = account.known_at
                later += [(n, at, at, place, initial[n, place]) for place in self.book.of_account]
                initial[n, self.book.of_account] = np.nan
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
            told += of_account(account.attributes)
        self.book.put(told, row)

    def _later(self, told: ChangesTold) -> list[tuple[int, int, int, int, float]]:
        rows = zip(
            told.lead.tolist(), told.occurred_at.tolist(), told.seen_from.tolist(),
            map(self.book.attributes.get, map(str.strip, told.attribute)), told.value,
            strict=True,
        )  # fmt: skip
        return [
            (lead, at, seen, place, self.book.value(place, value))
            for lead, at, seen, place, value in rows
            if place is not None
        ]


def _coded(known: Numbered, texts: Sequence[str | None]) -> Codes:
    return np.array(codes(known, texts), np.int16)


def _thousandths(values: Iterable[float | None], missing: int) -> Integers:
    return whole_thousandths(np.array(list(values), np.float64), missing)


def _ranked(texts: Sequence[str | None]) -> tuple[Indices, list[str]]:
    numbers, names = ranked(texts)
    return np.array(numbers, np.int32), names


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
