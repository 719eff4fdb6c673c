"""The activity types and attributes of a request that the model does not know.

Decided here: unknown names are counted in the answer, never refused; the most frequent case, a
request without any, costs no counting.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from features.reading.normalize import folded
from features.records.codebook import Codebook
from serve.wire.records import Change, CodedScoreRequest, Lead, LeadHistory
from serve.wire.responses import Unknown
from serve.wire.stored_request import AnyRequest, StoredRequest

_NOTHING_UNKNOWN: Final = Unknown({}, {})


class UnknownNames:
    """Counts the names that a vocabulary does not hold.

    Parameters
    ----------
    book
        The codes of the vocabulary.
    """

    def __init__(self, book: Codebook) -> None:
        self._types = book.types
        self._attributes = book.attributes

    def of(self, request: AnyRequest) -> tuple[str, Unknown]:
        """Return the id of the requested lead, folded, and the unknown names of its records."""
        if isinstance(request, StoredRequest):
            return request.lead_id, self._of_columns(request)
        if isinstance(request, CodedScoreRequest):
            types, lead, changes = request.activities.unknown_types, request.lead, request.changes
        else:
            first = request.histories[0]
            types, lead, changes = self._unknown_types(first), first.lead, first.changes
        return folded(lead.lead_id), self._counted(types, lead, changes)

    def _of_columns(self, request: StoredRequest) -> Unknown:
        """Count the unknown names of a stored lead, sorted by name."""
        columns, number = request.columns, request.number
        done = (columns.activities.lead == number).nonzero()[0].tolist()
        changed = (columns.changes.lead == number).nonzero()[0].tolist()
        types = [
            name for n in done if self._is_unknown(name := columns.activities.activity_type[n])
        ]
        names = [
            *columns.leads.attributes[number],
            *(columns.changes.attribute[n] for n in changed),
        ]
        return Unknown(
            dict(sorted(Counter(types).items())),
            dict(sorted(Counter(name for name in names if name not in self._attributes).items())),
        )

    def _unknown_types(self, history: LeadHistory) -> list[str]:
        """List the unknown activity types, once for each activity."""
        names = [one.activity_type for one in history.activities]
        if self._types.keys() >= set(names):
            return []
        return [name for name in names if self._is_unknown(name)]

    def _is_unknown(self, activity_type: str) -> bool:
        return activity_type not in self._types and activity_type.strip() not in self._types

    def _counted(self, types: list[str], lead: Lead, changes: Sequence[Change]) -> Unknown:
        known = self._attributes
        if not (types or changes) and known.keys() >= lead.attributes.keys():
            return _NOTHING_UNKNOWN
        names = [*lead.attributes, *(one.attribute for one in changes)]
        return Unknown(Counter(types), Counter(name for name in names if name not in known))
