"""A lead and its account mates, from plain records straight to histories.

Decided here: the same codes, numbers and order as `features.histories.encode` gives for tables of
the same records, to the bit, without a table in between. Texts are looked up as they are first,
then without surrounding spaces.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog import Vocabulary
from features.columns import number_of, translation
from features.encoding.activities import DIRECTIONS
from features.encoding.attributes import ACCOUNT_PREFIX
from features.encoding.leads import Leads
from features.encoding.moments import moment_of, put_moments, seen
from features.encoding.outcomes import KIND_OF_CODE, KINDS, deal_numbers
from features.encoding.told import (
    ACTOR as ACTOR_ROW,
)
from features.encoding.told import (
    CODE,
    DEAL,
    DIRECTION,
    KIND,
    LEAD,
    PAIR,
    STAGE,
    Numbers,
    Told,
    told_activities,
    told_changes,
    told_deals,
)
from features.errors import BadTables
from features.histories import Histories
from features.kernel.records import Codes, Integers
from features.reserved import ACTOR, OUTCOME, attribute_categories
from features.texts import folded, written

_NAN: Final = float("nan")
_NONE: Final = np.empty(0, np.float64)
_NOBODY: Final = translation([], ())
_NO_OUTCOMES: Final = np.empty((6, 0), np.int64)
_NO_CHANGES: Final = np.empty((4, 0), np.int64)
_OUTCOME: Final = attrgetter("outcome", "occurred_at", "known_at", "deal_id", "amount")
_Records = Sequence[Any]
_Numbered = dict[str, int]
_Later = tuple[int, int, int, int, float]
"""lead, occurred_at, seen_from, attribute, value"""


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

    def told(self, histories: Sequence[Any], account: Any = None) -> Told:
        """Code the records.

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
            _check_ids([folded(one.lead.lead_id) for one in histories])
        leads = _leads([one.lead for one in histories])
        activities = self._activities([one.activities for one in histories])
        outcomes = self._outcomes([one.outcomes for one in histories])
        initial, changes, changed = self._changes(histories, account)
        return Told(leads, *activities, *outcomes, initial, changes, changed)

    def histories(self, histories: Sequence[Any], account: Any = None) -> Histories:
        """Code the records and sort them."""
        told = self.told(histories, account)
        ids = sorted(folded(one.lead.lead_id) for one in histories)
        events, touches = told_activities(told)
        created_at, seen_from, number = told.leads
        return Histories(
            leads=Leads(ids, created_at, seen_from, number.astype(np.int32)),
            events=events,
            touches=touches,
            deals=told_deals(told),
            changes=told_changes(told),
            vocabulary=self.vocabulary,
        )

    def _activities(self, of_leads: list[_Records]) -> tuple[Integers, Numbers, Numbers, Codes]:
        records, lead = _flat(of_leads)
        table = np.zeros((7, len(records)), np.int64)
        if not records:
            return table, _NONE, _NONE, _NOBODY
        types = [one.activity_type for one in records]
        table[LEAD] = lead
        put_moments(table, [one.occurred_at for one in records], [one.known_at for one in records])
        table[CODE] = _codes(self.types, types)
        if self._pairs and any(topics := [one.topic for one in records]):
            table[PAIR] = [*map(self._pair, types, topics)]
        if any(sides := [one.direction for one in records]):
            table[DIRECTION] = _codes(self._directions, sides)
        table[ACTOR_ROW], names = _ranked([one.actor for one in records])
        return (
            table,
            self._values("dwell_seconds", [one.dwell_seconds for one in records]),
            self._values("amount", [one.amount for one in records]),
            translation(names, self._actors) if names else _NOBODY,
        )

    def _pair(self, activity_type: str, topic: str | None) -> int:
        return 0 if topic is None else self._pairs.get((activity_type.strip(), topic.strip()), 0)

    def _values(self, name: str, values: Sequence[float | None]) -> Numbers:
        """Give the values if a feature asks for them; a missing one adds nothing, as zero does."""
        if name not in self._valued:
            return _NONE
        return np.array(values, np.float64) if any(values) else np.zeros(len(values))

    def _outcomes(self, of_leads: list[_Records]) -> tuple[Integers, Numbers]:
        records, lead = _flat(of_leads)
        if not records:
            return _NO_OUTCOMES, _NONE
        said, at, known, names, amount = _columns(_OUTCOME, records)
        table = np.empty((6, len(records)), np.int64)
        table[LEAD] = lead
        put_moments(table, at, known)
        table[KIND] = KIND_OF_CODE[_codes(self._kinds, said)]
        table[STAGE] = _codes(self._stages, said)
        number, _ = _ranked([name and folded(name) for name in names])
        table[DEAL] = deal_numbers(table[LEAD], np.array(number))
        return table, np.array(amount, np.float64)

    def _changes(
        self, histories: Sequence[Any], account: Any
    ) -> tuple[NDArray[np.float64], Integers, Numbers]:
        initial = np.empty((len(histories), len(self.attributes)))
        initial.fill(_NAN)
        later: list[_Later] = []
        for n, history in enumerate(histories):
            mine = account if _belongs(history.lead, account) else None
            self._first(history.lead, mine, initial[n])
            later += self._later(n, history.changes)
            if mine is not None and mine.known_at is not None:
                at = moment_of(mine.known_at)
                later += [(n, at, at, place, initial[n, place]) for place in self._told]
                initial[n, self._told] = np.nan
        if not later:
            return initial, _NO_CHANGES, _NONE
        *table, value = zip(*later, strict=True)
        return initial, np.array(table, np.int64), np.array(value, np.float64)

    def _first(self, lead: Any, account: Any, row: NDArray[np.float64]) -> None:
        told = [(name, value) for name, value in lead.attributes.items()]
        told.append(("owner_id", lead.owner_id))
        if account is not None:
            told += [(ACCOUNT_PREFIX + name, value) for name, value in account.attributes.items()]
        for name, value in told:
            place = self.attributes.get(name)
            if place is not None:
                row[place] = self._value(place, value)

    def _later(self, lead: int, changes: _Records) -> list[_Later]:
        found = []
        for one in changes:
            place = self.attributes.get(one.attribute.strip())
            if place is not None:
                at, seen_from = seen(one.occurred_at, one.known_at)
                found.append((lead, at, seen_from, place, self._value(place, one.value)))
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


def _codes(known: _Numbered, texts: Sequence[str | None]) -> list[int]:
    """Look texts up as they are first, then without surrounding spaces."""
    found = [known.get(text, -1) for text in texts]  # type: ignore[arg-type]
    return [_code(known, text) for text in texts] if -1 in found else found


def _columns(fields: Any, records: _Records) -> Any:
    return zip(*map(fields, records), strict=True)


def _flat(of_leads: list[_Records]) -> tuple[_Records, Any]:
    """Lay the records of all leads in one row; tell whose each is."""
    if len(of_leads) == 1:
        return of_leads[0], 0
    sizes = [len(records) for records in of_leads]
    return [one for records in of_leads for one in records], np.repeat(range(len(sizes)), sizes)


def _ranked(texts: Sequence[str | None]) -> tuple[Any, list[str]]:
    """Give each text its number in their order; -1 is missing."""
    if not any(texts):
        return -1, []
    bare = [None if text is None else text.strip() or None for text in texts]
    names = sorted({text for text in bare if text is not None})
    place: dict[str | None, int] = dict(zip(names, range(len(names)), strict=True))
    return [place.get(text, -1) for text in bare], names


def _check_ids(ids: list[str]) -> None:
    if any(one == other for one, other in pairwise(ids)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")


def _leads(leads: list[Any]) -> Integers:
    """Code leads that are sorted by id."""
    if len(leads) == 1:
        only = leads[0]
        number = 0 if only.account_id and folded(only.account_id) else -1
        return np.array([[at] for at in (*seen(only.created_at, only.known_at), number)], np.int64)
    moments = zip(*(seen(lead.created_at, lead.known_at) for lead in leads), strict=True)
    number = _ranked([lead.account_id and folded(lead.account_id) for lead in leads])[0]
    numbers = [number] * len(leads) if isinstance(number, int) else number
    return np.array([*moments, numbers], np.int64)
