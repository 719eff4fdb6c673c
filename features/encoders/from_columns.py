"""Encoding the columns of many leads directly to histories.

Decided here: the codes, numbers and order equal those of `features.records.histories.encode` for
tables of the same content, to the bit, without a table in between. Texts are looked up as they
stand first, then without surrounding spaces.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.encoders.codebook import Codebook, Numbered, codes, of_account, ranked
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
from features.kernel.mentions import mentions
from features.kernel.order import canonical_order, in_order, starts
from features.reading.normalize import folded
from features.reading.reading import PLAIN, RecordReading
from features.records.columns import translation, whole_thousandths
from features.records.histories import Histories
from features.records.lead_columns import (
    AccountColumns,
    ActivityColumns,
    ChangeColumns,
    LeadColumns,
    OutcomeColumns,
    StoredColumns,
)
from features.records.leads import Leads
from features.records.outcomes import KIND_OF_CODE, deal_numbers
from features.records.record_types import Value

_EMPTY: Final = np.empty(0, np.int64)
_CACHED_SIZES: Final = 64
"""For that many numbers of leads the empty columns are cached."""


class ColumnEncoder:
    """Codes columns of any number of leads by one vocabulary; it has no state beside it.

    Parameters
    ----------
    vocabulary
        What the codes mean.
    reading
        How the texts are written.
    """

    def __init__(self, vocabulary: Vocabulary, reading: RecordReading = PLAIN) -> None:
        self.book = Codebook(vocabulary, reading)

    def encode(self, stored: StoredColumns) -> Histories:
        """Code and sort columns.

        Raises
        ------
        BadTables
            If a lead comes twice.
        """
        leads = _leads(stored.leads)
        events, touches, mentioned = self._activities(stored.activities, leads)
        return Histories(
            leads=leads,
            events=events,
            touches=touches,
            mentions=mentioned,
            deals=self._outcomes(stored.outcomes, leads.created_at.size),
            changes=self._changes(stored, leads),
            vocabulary=self.book.vocabulary,
        )

    def _activities(self, stored: ActivityColumns, leads: Leads) -> tuple[Events, Touches, Events]:
        stored = self.read_as_activities(stored)
        lead = stored.lead
        code = _coded(self.book.types, stored.activity_type)
        pair = np.zeros(lead.size, np.int16)
        pair[:] = self.book.pairs(code.tolist(), stored.topic) or 0
        direction = _coded(self.book.directions, stored.direction)
        actor, names = _ranked(self.book.actor_names(stored.actor))
        terms = self._terms(stored.text)
        dwell = self._values("dwell_seconds", stored.dwell_seconds)
        amount = self._values("amount", stored.amount)
        columns = (
            stored.occurred_at, stored.visible_from, code, pair, direction, actor, terms,
            dwell, amount,
        )  # fmt: skip
        order = canonical_order(lead, stored.occurred_at, tuple(c for c in columns[1:] if c.size))
        if order is not None:
            columns = tuple(c[order] if c.size else c for c in columns)  # type: ignore[assignment]
        occurred_at, visible_from, code, pair, direction, actor, terms, dwell, amount = columns
        start = starts(lead, leads.created_at.size)
        ordered = in_order(start, occurred_at, visible_from)
        events = Events(
            start, ordered, leads.created_at, leads.visible_from,
            occurred_at, visible_from, code, pair, dwell, amount,
        )  # fmt: skip
        actor_code = translation(names, self.book.actors)
        touches = Touches(start, occurred_at, visible_from, code, direction, actor, actor_code)
        return events, touches, mentions(events, terms)

    def read_as_activities(self, stored: ActivityColumns) -> ActivityColumns:
        """Leave out the records that the mapping does not read as activities."""
        book = self.book
        if not (book.left_out or book.only_listed):
            return stored
        left_out = {name for name in set(stored.activity_type) if not book.is_activity(name)}
        if not left_out:
            return stored
        rows = [n for n, name in enumerate(stored.activity_type) if name not in left_out]
        return ActivityColumns(*(_rows(column, rows) for column in stored))

    def known_outcomes(self, stored: OutcomeColumns) -> OutcomeColumns:
        """Leave out words that are no outcome, and repetitions."""
        if self.book.reading.outcomes is None:
            return stored
        first: dict[Any, int] = {}
        deals = (name and folded(name) for name in stored.deal_id)
        words = map(self.book.outcome, stored.outcome)
        moments = (stored.lead.tolist(), stored.occurred_at.tolist())
        for n, key in enumerate(zip(words, deals, *moments, strict=True)):
            if key[0] is not None:
                first.setdefault(key, n)
        if len(first) == len(stored.outcome):
            return stored
        return OutcomeColumns(*(_rows(column, [*first.values()]) for column in stored))

    def _values(self, name: str, values: Sequence[float | None]) -> Integers:
        return _thousandths(values, 0) if name in self.book.valued else _EMPTY

    def _terms(self, texts: Sequence[str | None]) -> Integers:
        return np.array(self.book.terms(texts), np.int64) if self.book.reads_texts else _EMPTY

    def _outcomes(self, stored: OutcomeColumns, leads: int) -> Deals:
        stored = self.known_outcomes(stored)
        lead = stored.lead
        if not lead.size:
            return _no_deals(leads)
        kind = KIND_OF_CODE[_coded(self.book.kinds, stored.outcome)]
        stage = _coded(self.book.stages, stored.outcome)
        names = [name and folded(name) for name in stored.deal_id]
        deal = deal_numbers(lead, _ranked(names)[0])
        amount = _thousandths(stored.amount, MISSING)
        columns = (stored.occurred_at, stored.visible_from, kind, stage, deal, amount)
        order = canonical_order(lead, stored.occurred_at, columns[1:])
        if order is not None:
            columns = tuple(column[order] for column in columns)  # type: ignore[assignment]
        return Deals(starts(lead, leads), *columns)

    def _changes(self, stored: StoredColumns, leads: Leads) -> Changes:
        count = leads.created_at.size
        initial = self.book.blank(count)
        later = self._later(stored.changes)
        owned = zip(
            stored.leads.attributes, stored.leads.owner_id, stored.leads.account_id, strict=True
        )
        for n, (attributes, owner_id, account_id) in enumerate(owned):
            account = stored.accounts.get(account_id) if account_id else None
            self._first((attributes, owner_id), account, initial[n])
            if account is not None and account.known_at is not None:
                at = account.known_at
                later += [(n, at, at, place, initial[n, place]) for place in self.book.of_account]
                initial[n, self.book.of_account] = np.nan
        moments = (leads.created_at, leads.visible_from)
        if not later:
            start, visible_from, attribute, value = _no_changes(count)
            return Changes(*moments, initial, start, visible_from, attribute, value)
        lead, occurred_at, visible_from, attribute, value = _columns(later)
        order = canonical_order(lead, occurred_at, (visible_from, attribute, value))
        if order is not None:
            visible_from, attribute, value = visible_from[order], attribute[order], value[order]
        start = starts(lead, count)
        return Changes(*moments, initial, start, visible_from, attribute, value)

    def _first(
        self,
        lead: tuple[Mapping[str, Value], str | None],
        account: AccountColumns | None,
        row: NDArray[np.float64],
    ) -> None:
        attributes = [*lead[0].items(), ("owner_id", lead[1])]
        if account is not None:
            attributes += of_account(account.attributes)
        self.book.put(attributes, row)

    def _later(self, stored: ChangeColumns) -> list[tuple[int, int, int, int, float]]:
        rows = zip(
            stored.lead.tolist(), stored.occurred_at.tolist(), stored.visible_from.tolist(),
            map(self.book.place_of, stored.attribute), stored.value,
            strict=True,
        )  # fmt: skip
        return [
            (lead, at, visible, place, self.book.value(place, value))
            for lead, at, visible, place, value in rows
            if place is not None
        ]


def _rows(column: Any, rows: list[int]) -> Any:
    """Return some rows of a column."""
    return column[rows] if isinstance(column, np.ndarray) else [column[n] for n in rows]


def _coded(known: Numbered, texts: Sequence[str | None]) -> Codes:
    return np.array(codes(known, texts), np.int16)


def _thousandths(values: Iterable[float | None], missing: int) -> Integers:
    return whole_thousandths(np.array(list(values), np.float64), missing)


def _ranked(texts: Sequence[str | None]) -> tuple[Indices, list[str]]:
    numbers, names = ranked(texts)
    return np.array(numbers, np.int32), names


@lru_cache(_CACHED_SIZES)
def _no_deals(leads: int) -> Deals:
    none = np.empty(0, np.int16)
    return Deals(
        np.zeros(leads + 1, np.int64), _EMPTY, _EMPTY, none, none, np.empty(0, np.int32), _EMPTY
    )


@lru_cache(_CACHED_SIZES)
def _no_changes(leads: int) -> tuple[Integers, Integers, Indices, NDArray[np.float64]]:
    start = np.zeros(leads + 1, np.int64)
    return start, _EMPTY, np.empty(0, np.int32), np.empty(0, np.float64)


def _columns(
    rows: list[tuple[int, int, int, int, float]],
) -> tuple[Indices, Integers, Integers, Indices, NDArray[np.float64]]:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    lead, occurred_at, visible_from, attribute, value = columns
    return (
        np.array(lead, np.int32),
        np.array(occurred_at, np.int64),
        np.array(visible_from, np.int64),
        np.array(attribute, np.int32),
        np.array(value, np.float64),
    )


def _leads(stored: LeadColumns) -> Leads:
    """Code leads that are sorted by id."""
    if any(one == other for one, other in pairwise(stored.lead_id)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")
    account = _ranked(stored.account_id)[0]
    return Leads(stored.lead_id, stored.created_at, stored.visible_from, account)
