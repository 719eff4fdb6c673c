"""What a system must be able to do, and the records that pass between it and the mirror.

Decided here: a record's values are texts under the headings of the system's own export, so that the
recipes of `mikomi init --from` read them; our own score fields are apart (`shown`), so that a score
never becomes training data. A version is a whole number that grows with every change of a record.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec

from features.errors import Fault

Texts = Mapping[str, str]
"""Text by heading; a missing value is an empty text."""
OF_LEADS: Final = "lead_ids"
"""Heading of an activity that lists the leads it is of; the export has a row for each."""
ACTIVITY: Final = "activity_id"
"""Heading of the id of such an activity; in the export it is followed by that of the lead."""
BETWEEN_LEADS: Final = ";"


class Record(msgspec.Struct, frozen=True):
    """A record of a CRM; `shown` are our own fields as the CRM has them."""

    record_id: str
    version: int
    values: Texts
    shown: Texts = {}


class Page(msgspec.Struct, frozen=True):
    """Changed records, the cursor after them, and whether there are more at once.

    `certain` says that the records are as they are now, whatever their versions; an index may lag.
    """

    records: Sequence[Record]
    cursor: str
    more: bool
    certain: bool = False


class Roll(msgspec.Struct, frozen=True):
    """Versions of existing records by id; `after` requests the next part (none at the end)."""

    versions: Mapping[str, int]
    after: str | None


class Crm(Protocol):
    """One connected system.

    Attributes
    ----------
    tables
        What is pulled; the names of the files of the export.
    lead_table
        The one of them whose records are the leads; scores are written to it.
    read_batch, write_batch
        How many records one call may read or write.
    """

    tables: tuple[str, ...]
    lead_table: str
    read_batch: int
    write_batch: int

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return records that changed after a cursor, the earliest first.

        Parameters
        ----------
        table
            One of `tables`.
        cursor
            Of the page before; None is the beginning.
        """

    def roll(self, table: str, after: str | None) -> Roll:
        """Return ids and versions of existing records, a part at a time.

        Parameters
        ----------
        table
            One of `tables`.
        after
            As the part before returned it; None is the beginning.
        """

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of some records that exist, as they are now.

        Parameters
        ----------
        table
            One of `tables`.
        record_ids
            At most `read_batch`.
        """

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write score fields by record id; return why records were refused, by id.

        Raises
        ------
        CallRefused
            If one of the records made the system refuse all of them.
        """

    def faults(self) -> list[Fault]:
        """Try every right that is needed; return what is missing."""

    def prepare(self) -> list[str]:
        """Create the score fields that are missing; return their names."""

    def close(self) -> None:
        """Close the connections."""
