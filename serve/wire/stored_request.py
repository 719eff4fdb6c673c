"""A request to score one stored lead, laid out in columns."""

from datetime import datetime
from typing import NamedTuple

from features.records.lead_columns import StoredColumns
from serve.wire.records import DecodedRequest


class StoredRequest(NamedTuple):
    """The requested lead (`number` among the leads) and its account mates, as of `cutoff`."""

    columns: StoredColumns
    number: int
    cutoff: datetime
    curve: bool = False

    @property
    def lead_id(self) -> str:
        """The id of the requested lead, folded."""
        return self.columns.leads.lead_id[self.number]


AnyRequest = DecodedRequest | StoredRequest
"""Whatever a loaded model can answer."""
