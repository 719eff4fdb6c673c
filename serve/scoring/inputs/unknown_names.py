"""What a request holds that the model has not learned.

Decided here: it is counted in the answer, never refused; an outcome that nobody knows is left out
of the score, so that it is no open deal. The most frequent case, a request without any, costs no
counting.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from features.catalog.reserved import OWNER
from features.encoders.codebook import Codebook, of_account
from features.encoders.unknown_words import Unknown as Words
from features.encoders.unknown_words import WrittenWords, unknown_words
from features.reading.normalize import folded, written
from serve.wire.records import (
    Account,
    Change,
    CodedScoreRequest,
    Lead,
    LeadHistory,
    Outcome,
    Value,
)
from serve.wire.responses import NOTHING_UNKNOWN, Unknown
from serve.wire.stored_request import AnyRequest, StoredRequest

_COLUMNS: Final = {
    "activity_type": "activity_types",
    "topic": "topics",
    "direction": "directions",
    "actor": "actors",
}
_Facts = list[tuple[str, Value]]


class UnknownNames:
    """Counts the names that a vocabulary does not hold.

    Parameters
    ----------
    book
        The codes of the vocabulary.
    """

    def __init__(self, book: Codebook) -> None:
        self._book = book
        self._attributes = book.attributes
        self._known_values = book.known_values

    def of(self, request: AnyRequest) -> tuple[str, Unknown]:
        """Return the id of the requested lead, folded, and the unknown names of its records."""
        if isinstance(request, StoredRequest):
            return request.lead_id, self._of_columns(request)
        if isinstance(request, CodedScoreRequest):
            words, one = request.activities.unknown, request
            lead, later = one.lead, (one.changes, one.outcomes)
        else:
            first = request.histories[0]
            words = self._words(first)
            lead, later = first.lead, (first.changes, first.outcomes)
        return folded(lead.lead_id), self._counted(words, _facts(lead, request.account), later)

    def _of_columns(self, request: StoredRequest) -> Unknown:
        """Count the unknown names of a stored lead, sorted by name."""
        columns, number = request.columns, request.number
        done, deals, changed = (
            (one.lead == number).nonzero()[0].tolist()
            for one in (columns.activities, columns.outcomes, columns.changes)
        )
        listed = columns.activities
        words = WrittenWords(
            *(
                [column[n] for n in done]
                for column in (listed.activity_type, listed.topic, listed.direction, listed.actor)
            )
        )
        leads = columns.leads
        facts: _Facts = [*leads.attributes[number].items()]
        account = columns.accounts.get(leads.account_id[number] or "")
        facts += of_account(account.attributes) if account is not None else []
        facts += [(columns.changes.attribute[n], columns.changes.value[n]) for n in changed]
        if leads.owner_id[number]:
            facts.append((OWNER, leads.owner_id[number]))
        outcomes = [columns.outcomes.outcome[n] for n in deals]
        return _sorted(self._all(unknown_words(self._book, words), facts, outcomes))

    def _words(self, history: LeadHistory) -> Words:
        rows = history.activities
        return unknown_words(
            self._book,
            WrittenWords(
                [one.activity_type for one in rows],
                [one.topic for one in rows],
                [one.direction for one in rows],
                [one.actor for one in rows],
            ),
        )

    def _counted(
        self, words: Words, facts: _Facts, later: tuple[Sequence[Change], Sequence[Outcome]]
    ) -> Unknown:
        changes, outcomes = later
        known = self._known_values
        if not (changes or outcomes) and all(
            name in known and value in known[name] for name, value in facts
        ):
            return _of_words(words) if words else NOTHING_UNKNOWN
        facts = facts + [(one.attribute, one.value) for one in changes]
        return self._all(words, facts, [one.outcome for one in outcomes])

    def _all(self, words: Words, facts: _Facts, outcomes: Iterable[str]) -> Unknown:
        counts = {_COLUMNS[column]: dict(Counter(listed)) for column, listed in words.items()}
        values = self._values(facts)
        owners = values.pop(OWNER, {})
        strange = Counter(word for word in outcomes if self._book.outcome(word) is None)
        names = Counter(n for n, _ in facts if n != OWNER and self._place(n) is None)
        counts.setdefault("activity_types", {})
        if not (any(counts.values()) or values or owners or strange or names):
            return NOTHING_UNKNOWN
        return Unknown(
            attributes=dict(names),
            attribute_values=values,
            owners=owners,
            outcomes=dict(strange),
            **counts,
        )

    def _place(self, name: str) -> int | None:
        place = self._attributes.get(name)
        return self._book.place_of(name) if place is None else place

    def _values(self, facts: _Facts) -> dict[str, dict[str, int]]:
        values: dict[str, dict[str, int]] = {}
        for name, value in facts:
            place = self._place(name)
            if place is not None and self._book.is_unknown(place, value):
                counts = values.setdefault(name, {})
                word = written(value) or ""
                counts[word] = counts.get(word, 0) + 1
        return values


def _of_words(words: Words) -> Unknown:
    """Count the words of activities alone."""
    counts = {_COLUMNS[column]: dict(Counter(listed)) for column, listed in words.items()}
    return Unknown(counts.pop("activity_types", {}), {}, **counts)  # type: ignore[arg-type]


def _facts(lead: Lead, account: Account | None) -> _Facts:
    facts: _Facts = [*lead.attributes.items()]
    if lead.owner_id:
        facts.append((OWNER, lead.owner_id))
    if account is not None:
        facts += of_account(account.attributes)
    return facts


def _sorted(unknown: Unknown) -> Unknown:
    """Sort the counts of every kind by name."""
    if unknown is NOTHING_UNKNOWN:
        return unknown
    values = {name: _by_name(counts) for name, counts in sorted(unknown.attribute_values.items())}
    return Unknown(
        _by_name(unknown.activity_types),
        _by_name(unknown.attributes),
        values,
        *(
            _by_name(getattr(unknown, kind))
            for kind in ("topics", "directions", "actors", "owners", "outcomes")
        ),
    )


def _by_name(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
