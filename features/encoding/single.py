"""A lead and its account mates, from plain records straight to histories.

Decided here: the same codes, numbers and order as `features.histories.encode` gives for tables of
the same records, to the bit, without a table in between. Texts are looked up as they are first,
then without surrounding spaces.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
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
from features.encoding.outcomes import KIND_OF_CODE, KINDS, deal_numbers
from features.errors import BadTables
from features.histories import Histories
from features.kernel.records import MISSING, Changes, Deals, Events, Indices, Integers, Touches
from features.ordering import canonical_order, in_order, starts
from features.reserved import ACTOR, OUTCOME, attribute_categories
from features.texts import folded, written
from features.timeline import DAY, SECOND

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAN: Final = float("nan")
_EMPTY: Final = np.empty(0, np.int64)
_KEPT: Final = 64
"""For so many sizes of a question the empty columns are made once."""
_Records = Sequence[Any]
_Numbered = dict[str, int]


def moment_of(at: datetime) -> int:
    """Turn a time into microseconds.

    >>> moment_of(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    passed = at - _EPOCH
    return passed.days * DAY + passed.seconds * SECOND + passed.microseconds


class LeadEncoder:
    """Codes the records of a few leads by one vocabulary; make it once, it keeps nothing.

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

    def histories(self, histories: Sequence[Any], account: Any = None) -> Histories:
        """Sort and code the records.

        Parameters
        ----------
        histories
            Records with `lead`, `activities`, `outcomes` and `changes`, a lead each.
        account
            The account that the leads may belong to, with `known_at` and `attributes`.

        Raises
        ------
        BadTables
            If a lead comes twice.
        """
        if len(histories) > 1:
            histories = sorted(histories, key=lambda one: folded(one.lead.lead_id))
        leads = _leads([one.lead for one in histories])
        events, touches = self._activities([one.activities for one in histories], leads)
        return Histories(
            leads=leads,
            events=events,
            touches=touches,
            deals=self._outcomes([one.outcomes for one in histories], leads.created_at.size),
            changes=self._changes(histories, account, leads),
            vocabulary=self.vocabulary,
        )

    def _activities(self, of_leads: list[_Records], leads: Leads) -> tuple[Events, Touches]:
        records, lead = _flat(of_leads)
        occurred_at, seen_from = _moments(records)
        code = np.array([_code(self.types, one.activity_type) for one in records], np.int16)
        pair = np.array([self._pair(one) for one in records], np.int16)
        direction = np.array([_code(self._directions, one.direction) for one in records], np.int16)
        actor, names = _ranked([one.actor for one in records])
        dwell = self._values("dwell_seconds", records)
        amount = self._values("amount", records)
        columns = (occurred_at, seen_from, code, pair, direction, actor, dwell, amount)
        order = canonical_order(lead, occurred_at, tuple(c for c in columns[1:] if c.size))
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

    def _pair(self, one: Any) -> int:
        topic = one.topic
        if topic is None or not self._pairs:
            return 0
        return self._pairs.get((one.activity_type.strip(), topic.strip()), 0)

    def _values(self, name: str, records: _Records) -> Integers:
        if name not in self._valued:
            return _EMPTY
        return _thousandths([getattr(one, name) for one in records], 0)

    def _outcomes(self, of_leads: list[_Records], leads: int) -> Deals:
        records, lead = _flat(of_leads)
        if not records:
            return _no_deals(leads)
        occurred_at, seen_from = _moments(records)
        kind = KIND_OF_CODE[[_code(self._kinds, one.outcome) for one in records] or _EMPTY]
        stage = np.array([_code(self._stages, one.outcome) for one in records], np.int16)
        names = [one.deal_id and folded(one.deal_id) for one in records]
        deal = deal_numbers(lead, _ranked(names)[0])
        amount = _thousandths([one.amount for one in records], MISSING)
        columns = (occurred_at, seen_from, kind, stage, deal, amount)
        order = canonical_order(lead, occurred_at, columns[1:])
        if order is not None:
            columns = tuple(column[order] for column in columns)  # type: ignore[assignment]
        return Deals(starts(lead, leads), *columns)

    def _changes(self, histories: Sequence[Any], account: Any, leads: Leads) -> Changes:
        initial = np.full((len(histories), len(self.attributes)), np.nan)
        later: list[tuple[int, int, int, int, float]] = []
        for n, history in enumerate(histories):
            mine = account if _belongs(history.lead, account) else None
            self._first(history.lead, mine, initial[n])
            later += self._later(n, history.changes)
            if mine is not None and mine.known_at is not None:
                at = moment_of(mine.known_at)
                later += [(n, at, at, place, initial[n, place]) for place in self._told]
                initial[n, self._told] = np.nan
        moments = (leads.created_at, leads.seen_from)
        if not later:
            start, seen_from, attribute, value = _no_changes(len(histories))
            return Changes(*moments, initial, start, seen_from, attribute, value)
        lead, occurred_at, seen_from, attribute, value = _columns(later)
        order = canonical_order(lead, occurred_at, (seen_from, attribute, value))
        if order is not None:
            seen_from, attribute, value = seen_from[order], attribute[order], value[order]
        start = starts(lead, len(histories))
        return Changes(*moments, initial, start, seen_from, attribute, value)

    def _first(self, lead: Any, account: Any, row: NDArray[np.float64]) -> None:
        told = [(name, value) for name, value in lead.attributes.items()]
        told.append(("owner_id", lead.owner_id))
        if account is not None:
            told += [(ACCOUNT_PREFIX + name, value) for name, value in account.attributes.items()]
        for name, value in told:
            place = self.attributes.get(name)
            if place is not None:
                row[place] = self._value(place, value)

    def _later(self, lead: int, changes: _Records) -> list[tuple[int, int, int, int, float]]:
        found = []
        for one in changes:
            place = self.attributes.get(one.attribute.strip())
            if place is not None:
                at, seen = _seen(one.occurred_at, one.known_at)
                found.append((lead, at, seen, place, self._value(place, one.value)))
        return found

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


def _belongs(lead: Any, account: Any) -> bool:
    if account is None or lead.account_id is None:
        return False
    return folded(lead.account_id) == folded(account.account_id)


def _code(known: _Numbered, text: str | None) -> int:
    """Look a text up; one that is missing or unknown is 0."""
    if text is None:
        return 0
    found = known.get(text)
    return known.get(text.strip(), 0) if found is None else found


def _seen(at: datetime, known_at: datetime | None) -> tuple[int, int]:
    occurred = moment_of(at)
    return occurred, occurred if known_at is None else max(occurred, moment_of(known_at))


def _moments(records: _Records) -> tuple[Integers, Integers]:
    both = [_seen(one.occurred_at, one.known_at) for one in records]
    table = np.array(both, np.int64).reshape(-1, 2)
    return np.ascontiguousarray(table[:, 0]), np.ascontiguousarray(table[:, 1])


def _thousandths(values: list[float | None], missing: int) -> Integers:
    numbers = np.array([_NAN if value is None else value for value in values], np.float64)
    return whole_thousandths(numbers, missing)


def _flat(of_leads: list[_Records]) -> tuple[_Records, Indices]:
    """Lay the records of all leads in one row; tell whose each is."""
    if len(of_leads) == 1:
        return of_leads[0], np.zeros(len(of_leads[0]), np.int32)
    sizes = [len(records) for records in of_leads]
    flat = [one for records in of_leads for one in records]
    return flat, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def _ranked(texts: list[str | None]) -> tuple[Indices, list[str]]:
    """Give each text its number in their order; -1 is missing."""
    bare = [None if text is None else text.strip() or None for text in texts]
    names = sorted({text for text in bare if text is not None})
    place: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
    return np.fromiter(map(place.get, bare, repeat(-1)), np.int32, len(bare)), names


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


def _leads(leads: list[Any]) -> Leads:
    """Code leads that are sorted by id."""
    ids = [folded(lead.lead_id) for lead in leads]
    if any(one == other for one, other in pairwise(ids)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")
    both = [_seen(lead.created_at, lead.known_at) for lead in leads]
    table = np.array(both, np.int64)
    account = _ranked([lead.account_id and folded(lead.account_id) for lead in leads])[0]
    created_at, seen_from = np.ascontiguousarray(table.T)
    return Leads(ids, created_at, seen_from, account)
