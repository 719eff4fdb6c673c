"""The project's one exception tree.

::

    MikomiError
    ├── BadInput            what was brought cannot be used
    │   ├── BadMapping      the mapping file
    │   ├── BadParams       params.yaml
    │   ├── BadTables       leads, activities, outcomes, accounts, attribute_changes
    │   └── BadRequest      a single question: an unknown lead, a cutoff out of range
    ├── NotEnoughEvidence   too few matured snapshots or conversions for what was asked
    ├── ArtifactError       a saved model cannot be used
    │   ├── ArtifactMissing     there is none
    │   ├── ArtifactTampered    a hash differs from the manifest
    │   └── CatalogMismatch     features were built with another catalog
    ├── LeakFound           something looks into the future
    └── InUse               another run is making the same output

Every message says what was found, what was expected and what to do.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `found` where, what was `expected`, what to `do`."""

    found: str
    expected: str
    do: str

    def __str__(self) -> str:
        """Render the fault on one line."""
        return f"found {self.found}; expected {self.expected}; {self.do}"


class MikomiError(Exception):
    """Anything this project refuses to do, with its `faults`.

    >>> print(BadParams([Fault("horizon_days: -1", "a positive number", "correct params.yaml")]))
    found horizon_days: -1; expected a positive number; correct params.yaml
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    @classmethod
    def of(cls, found: str, expected: str, do: str) -> "MikomiError":
        """Make the error of a single fault."""
        return cls([Fault(found, expected, do)])


class BadInput(MikomiError):
    """What was brought cannot be used."""


class BadMapping(BadInput):
    """The mapping file cannot be used."""


class BadParams(BadInput):
    """params.yaml cannot be used."""


class BadTables(BadInput):
    """A table lacks columns, types or keys."""


class BadRequest(BadInput):
    """A single question cannot be answered as asked."""


class NotEnoughEvidence(MikomiError):
    """Too few matured snapshots or conversions for what was asked."""


class ArtifactError(MikomiError):
    """A saved model cannot be used."""


class ArtifactMissing(ArtifactError):
    """There is no saved model at that place."""


class ArtifactTampered(ArtifactError):
    """A file of the saved model differs from its manifest."""


class CatalogMismatch(ArtifactError):
    """The features were built with another catalog than the model's."""


class LeakFound(MikomiError):
    """Something looks into the future."""


class InUse(MikomiError):
    """Another run is making the same output."""
