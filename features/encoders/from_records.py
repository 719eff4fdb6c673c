"""A lead and its account mates, from plain records straight to histories.

Decided here: the same codes, numbers and order as `features.records.histories.encode` gives for
tables of the same records, to the bit, without a table in between. Texts are looked up as they are
first, then without surrounding spaces.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.encoders.from_json import WrittenActivities
from features.errors import BadTables
from features.kernel.inputs import Codes, Integers
from features.records.codebook import Codebook, codes, of_account, ranked
from features.records.coded_lead import (
    ACTOR,
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
from features.records.columns import translation
from features.records.histories import Histories
from features.records.leads import Leads
from features.records.moments import moment_of, put_moments, seen
from features.records.normalize import folded
from features.records.outcomes import KIND_OF_CODE, deal_numbers

_NONE: Final = np.empty(0, np.float64)
_NOBODY: Final = translation([], ())
_NO_OUTCOMES: Final = np.empty((6, 0), np.int64)
_NO_CHANGES: Final = np.empty((4, 0), np.int64)
_OUTCOME: Final = attrgetter("outcome", "occurred_at", "known_at", "deal_id", "amount")
_Records = Sequence[Any]
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
        self.book = Codebook(vocabulary)
        self.written = WrittenActivities(self.book)

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

    def told_of_coded(self, one: Any, account: Any = None) -> Told:
        """Code the records of a lead whose `activities` are coded already."""
        table, dwell, amount, actor_code, _ = one.activities
        outcomes, deal_amount = self._outcomes([one.outcomes])
        initial, changes, changed = self._changes([one], account)
        leads = _leads([one.lead])
        return Told(
            leads,
            table,
            dwell,
            amount,
            actor_code,
            outcomes,
            deal_amount,
            initial,
            changes,
            changed,
        )

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
            vocabulary=self.book.vocabulary,
        )

    def _activities(self, of_leads: list[_Records]) -> tuple[Integers, Numbers, Numbers, Codes]:
        records, lead = _flat(of_leads)
        table = np.zeros((7, len(records)), np.int64)
        if not records:
            return table, _NONE, _NONE, _NOBODY
        types = [one.activity_type for one in records]
        table[LEAD] = lead
        put_moments(table, [one.occurred_at for one in records], [one.known_at for one in records])
        table[CODE] = codes(self.book.types, types)
        if any(topics := [one.topic for one in records]):
            table[PAIR] = self.book.pairs(types, topics) or 0
        if any(sides := [one.direction for one in records]):
            table[DIRECTION] = codes(self.book.directions, sides)
        table[ACTOR], actor_code = -1, _NOBODY
        if any(actors := [one.actor for one in records]):
            table[ACTOR], names = ranked(actors)
            actor_code = translation(names, self.book.actors)
        return (
            table,
            self._values("dwell_seconds", [one.dwell_seconds for one in records]),
            self._values("amount", [one.amount for one in records]),
            actor_code,
        )

    def _values(self, name: str, values: Sequence[float | None]) -> Numbers:
        """Give the values if a feature asks for them; a missing one adds nothing, as zero does."""
        if name not in self.book.valued:
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
        table[KIND] = KIND_OF_CODE[codes(self.book.kinds, said)]
        table[STAGE] = codes(self.book.stages, said)
        number, _ = ranked([name and folded(name) for name in names])
        table[DEAL] = deal_numbers(table[LEAD], np.array(number))
        return table, np.array(amount, np.float64)

    def _changes(
        self, histories: Sequence[Any], account: Any
    ) -> tuple[NDArray[np.float64], Integers, Numbers]:
        initial = self.book.blank(len(histories))
        later: list[_Later] = []
        for n, history in enumerate(histories):
            mine = account if _belongs(history.lead, account) else None
            self._first(history.lead, mine, initial[n])
            later += self._later(n, history.changes)
            if mine is not None and mine.known_at is not None:
                at = moment_of(mine.known_at)
                later += [(n, at, at, place, initial[n, place]) for place in self.book.of_account]
                initial[n, self.book.of_account] = np.nan
        if not later:
            return initial, _NO_CHANGES, _NONE
        *table, value = zip(*later, strict=True)
        return initial, np.array(table, np.int64), np.array(value, np.float64)

    def _first(self, lead: Any, account: Any, row: NDArray[np.float64]) -> None:
        told = [*lead.attributes.items(), ("owner_id", lead.owner_id)]
        if account is not None:
            told += of_account(account.attributes)
        self.book.put(told, row)

    def _later(self, lead: int, changes: _Records) -> list[_Later]:
        found = []
        for one in changes:
            place = self.book.attributes.get(one.attribute.strip())
            if place is not None:
                at, seen_from = seen(one.occurred_at, one.known_at)
                found.append((lead, at, seen_from, place, self.book.value(place, one.value)))
        return found


def _belongs(lead: Any, account: Any) -> bool:
    if account is None or lead.account_id is None:
        return False
    return folded(lead.account_id) == folded(account.account_id)


def _columns(fields: Any, records: _Records) -> Any:
    return zip(*map(fields, records), strict=True)


def _flat(of_leads: list[_Records]) -> tuple[_Records, Any]:
    """Lay the records of all leads in one row; tell whose each is."""
    if len(of_leads) == 1:
        return of_leads[0], 0
    sizes = [len(records) for records in of_leads]
    return [one for records in of_leads for one in records], np.repeat(range(len(sizes)), sizes)


def _check_ids(ids: list[str]) -> None:
    if any(one == other for one, other in pairwise(ids)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")


def _leads(leads: list[Any]) -> Integers:
    """Code leads that are sorted by id."""
    if len(leads) == 1:
        only = leads[0]
        created_at, seen_from = seen(only.created_at, only.known_at)
        account = 0 if only.account_id and folded(only.account_id) else -1
        return np.array(((created_at,), (seen_from,), (account,)), np.int64)
    moments = zip(*(seen(lead.created_at, lead.known_at) for lead in leads), strict=True)
    number, _ = ranked([lead.account_id and folded(lead.account_id) for lead in leads])
    return np.array([*moments, number], np.int64)
