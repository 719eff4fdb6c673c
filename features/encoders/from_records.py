"""Encoding a lead and the others of its account: from plain records directly to histories.

Decided here: the codes, numbers and order equal those of `features.records.histories.encode` for
tables of the same records, to the bit, without a table in between. Texts are looked up as they
stand first, then without surrounding spaces.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.encoders.codebook import Codebook, codes, of_account, ranked
from features.encoders.from_json import CodedActivities, WrittenActivities
from features.encoders.moments import moment_of, put_moments, visibility
from features.errors import BadTables
from features.kernel.coded_lead import (
    ACTIVITY_ROWS,
    ACTOR,
    CODE,
    DEAL,
    DIRECTION,
    KIND,
    LEAD,
    PAIR,
    STAGE,
    TERMS,
    CodedLead,
    Numbers,
    sort_activities,
    sort_changes,
    sort_deals,
)
from features.kernel.inputs import Codes, Integers
from features.reading.normalize import folded
from features.reading.reading import PLAIN, RecordReading
from features.records.columns import translation
from features.records.histories import Histories
from features.records.leads import Leads
from features.records.outcomes import KIND_OF_CODE, deal_numbers
from features.records.record_types import (
    AccountRecord,
    ActivityRecord,
    ChangeRecord,
    LeadRecord,
    LeadRecords,
    LeadWithDeals,
    OutcomeRecord,
)

_NONE: Final = np.empty(0, np.float64)
_NO_ACTORS: Final = translation([], ())
_NO_OUTCOMES: Final = np.empty((6, 0), np.int64)
_NO_CHANGES: Final = np.empty((4, 0), np.int64)
_OUTCOME: Final = attrgetter("outcome", "occurred_at", "known_at", "deal_id", "amount")
_Record = TypeVar("_Record")
_Later = tuple[int, int, int, int, float]
"""lead, occurred_at, visible_from, attribute, value"""


class WrittenLead(LeadWithDeals, Protocol):
    """The records of one lead whose activities are coded already."""

    @property
    def activities(self) -> CodedActivities:
        """Its activities, read from JSON."""


class LeadEncoder:
    """Codes the records of a few leads by one vocabulary; it has no state beside the vocabulary.

    Parameters
    ----------
    vocabulary
        What the codes mean.
    reading
        How the records are written.
    """

    def __init__(self, vocabulary: Vocabulary, reading: RecordReading = PLAIN) -> None:
        self.book = Codebook(vocabulary, reading)
        self.written = WrittenActivities(self.book)

    def coded(
        self, histories: Sequence[LeadRecords], account: AccountRecord | None = None
    ) -> CodedLead:
        """Code the records.

        Parameters
        ----------
        histories
            The records, one entry a lead, in any order.
        account
            The account that the leads may belong to; None without.

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
        return CodedLead(leads, *activities, *outcomes, initial, changes, changed)

    def coded_with_activities(
        self, one: WrittenLead, account: AccountRecord | None = None
    ) -> CodedLead:
        """Code the records of a lead whose `activities` are coded already.

        Parameters
        ----------
        one
            The records of the lead.
        account
            As in `coded`.
        """
        table, dwell, amount, actor_code, _ = one.activities
        outcomes, deal_amount = self._outcomes([one.outcomes])
        initial, changes, changed = self._changes([one], account)
        leads = _leads([one.lead])
        return CodedLead(
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

    def histories(
        self, histories: Sequence[LeadRecords], account: AccountRecord | None = None
    ) -> Histories:
        """Code the records and sort them.

        Parameters
        ----------
        histories, account
            As in `coded`.

        Raises
        ------
        BadTables
            If a lead comes twice.
        """
        coded = self.coded(histories, account)
        ids = sorted(folded(one.lead.lead_id) for one in histories)
        events, touches, mentions = sort_activities(coded)
        created_at, visible_from, number = coded.leads
        return Histories(
            leads=Leads(ids, created_at, visible_from, number.astype(np.int32)),
            events=events,
            touches=touches,
            mentions=mentions,
            deals=sort_deals(coded),
            changes=sort_changes(coded),
            vocabulary=self.book.vocabulary,
        )

    def _activities(
        self, of_leads: list[Sequence[ActivityRecord]]
    ) -> tuple[Integers, Numbers, Numbers, Codes]:
        records, lead = _flat([self.book.activities(records) for records in of_leads])
        table = np.zeros((ACTIVITY_ROWS, len(records)), np.int64)
        if not records:
            return table, _NONE, _NONE, _NO_ACTORS
        types = [one.activity_type for one in records]
        table[LEAD] = lead
        put_moments(table, [one.occurred_at for one in records], [one.known_at for one in records])
        table[CODE] = codes(self.book.types, types)
        if any(topics := [one.topic for one in records]):
            table[PAIR] = self.book.pairs(table[CODE].tolist(), topics) or 0
        if any(sides := [one.direction for one in records]):
            table[DIRECTION] = codes(self.book.directions, sides)
        table[ACTOR], actor_code = -1, _NO_ACTORS
        if any(actors := self.book.actor_names([one.actor for one in records])):
            table[ACTOR], names = ranked(actors)
            actor_code = translation(names, self.book.actors)
        if self.book.reads_texts:
            table[TERMS] = self.book.terms([one.text for one in records])
        return (
            table,
            self._values("dwell_seconds", [one.dwell_seconds for one in records]),
            self._values("amount", [one.amount for one in records]),
            actor_code,
        )

    def _values(self, name: str, values: Sequence[float | None]) -> Numbers:
        """Return the values if a feature needs them; all zero if every one is missing or zero."""
        if name not in self.book.valued:
            return _NONE
        return np.array(values, np.float64) if any(values) else np.zeros(len(values))

    def _outcomes(self, of_leads: list[Sequence[OutcomeRecord]]) -> tuple[Integers, Numbers]:
        records, lead = _flat([self.book.outcomes(records) for records in of_leads])
        if not records:
            return _NO_OUTCOMES, _NONE
        outcome, at, known, names, amount = _columns(_OUTCOME, records)
        table = np.empty((6, len(records)), np.int64)
        table[LEAD] = lead
        put_moments(table, at, known)
        table[KIND] = KIND_OF_CODE[codes(self.book.kinds, outcome)]
        table[STAGE] = codes(self.book.stages, outcome)
        number, _ = ranked([name and folded(name) for name in names])
        table[DEAL] = deal_numbers(table[LEAD], np.array(number))
        return table, np.array(amount, np.float64)

    def _changes(
        self, histories: Sequence[LeadWithDeals], account: AccountRecord | None
    ) -> tuple[NDArray[np.float64], Integers, Numbers]:
        initial = self.book.blank(len(histories))
        later: list[_Later] = []
        for n, history in enumerate(histories):
            mine = account if account is not None and _belongs(history.lead, account) else None
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

    def _first(
        self, lead: LeadRecord, account: AccountRecord | None, row: NDArray[np.float64]
    ) -> None:
        attributes = [*lead.attributes.items(), ("owner_id", lead.owner_id)]
        if account is not None:
            attributes += of_account(account.attributes)
        self.book.put(attributes, row)

    def _later(self, lead: int, changes: Sequence[ChangeRecord]) -> list[_Later]:
        later = []
        for one in changes:
            place = self.book.place_of(one.attribute)
            if place is not None:
                at, visible_from = visibility(one.occurred_at, one.known_at)
                later.append((lead, at, visible_from, place, self.book.value(place, one.value)))
        return later


def _belongs(lead: LeadRecord, account: AccountRecord) -> bool:
    if lead.account_id is None:
        return False
    return folded(lead.account_id) == folded(account.account_id)


def _columns(fields: Any, records: Sequence[OutcomeRecord]) -> Any:
    return zip(*map(fields, records), strict=True)


def _flat(of_leads: list[Sequence[_Record]]) -> tuple[Sequence[_Record], Any]:
    """Concatenate the records of all leads; return them with the number of the lead of each."""
    if len(of_leads) == 1:
        return of_leads[0], 0
    sizes = [len(records) for records in of_leads]
    return [one for records in of_leads for one in records], np.repeat(range(len(sizes)), sizes)


def _check_ids(ids: list[str]) -> None:
    if any(one == other for one, other in pairwise(ids)):
        raise BadTables.of("a lead that comes twice", "every lead once", "leave one out")


def _leads(leads: list[LeadRecord]) -> Integers:
    """Code leads that are sorted by id."""
    if len(leads) == 1:
        only = leads[0]
        created_at, visible_from = visibility(only.created_at, only.known_at)
        account = 0 if only.account_id and folded(only.account_id) else -1
        return np.array(((created_at,), (visible_from,), (account,)), np.int64)
    moments = zip(*(visibility(lead.created_at, lead.known_at) for lead in leads), strict=True)
    number, _ = ranked([lead.account_id and folded(lead.account_id) for lead in leads])
    return np.array([*moments, number], np.int64)
