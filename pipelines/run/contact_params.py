"""The section `contacts` of params.yaml: where it is recorded whom sales contacted.

Decided here: contacts are outbound activities of the types that are named here, rows of a file, or
both. Nothing counts as a contact unless it is named.
"""

from dataclasses import dataclass
from typing import Literal

from features.errors import BadParams
from models.stats.limits import Days, Name, Values


@dataclass(frozen=True)
class ContactParams:
    """Where contacts are recorded, and what follows for leads that nobody contacted.

    Attributes
    ----------
    activity_types
        Outbound activities of these types are contacts.
    file
        A CSV or Parquet file or a workbook, one row a contact; relative to the directory that the
        command is run in. DVC sees that it changed if it lies in the folder `source.export`.
    lead, at
        The columns of `file` with the id of the lead and the moment of the contact.
    test
        A file with leads of whom a lot contacted some: `lead_id`, `at`, `contacted` (0 or 1),
        `chance`; `converted` if the outcomes are not in the export. `train` learns from it what a
        contact adds, and for whom. For DVC it lies where `file` does.
    within_days
        A lead is worked at a cutoff if it is contacted within so many days from it on.
    labels
        Whose outcomes count: of `all` leads, or of `worked` leads alone, where deals come about
        only by a contact. The label of a lead that nobody worked then stays missing: it is never
        counted as one that did not convert.
    """

    activity_types: Values[Name] = ()
    file: Name | None = None
    lead: Name = "lead_id"
    at: Name = "at"
    test: Name | None = None
    within_days: Days = 14.0
    labels: Literal["all", "worked"] = "all"

    def __post_init__(self) -> None:
        """Refuse labels of worked leads where nobody says who was worked."""
        if self.labels == "worked" and not self.recorded:
            raise BadParams.of(
                "contacts.labels: worked, with neither activity_types nor file",
                "where contacts are recorded",
                "name contacts.activity_types or contacts.file, or remove contacts.labels",
            )

    @property
    def recorded(self) -> bool:
        """Whether it is known where contacts are recorded."""
        return bool(self.activity_types) or self.file is not None
