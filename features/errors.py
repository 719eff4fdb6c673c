"""The product's one exception tree.

::

    MikomiError
    ├── BadInput            the input cannot be used
    │   ├── BadMapping      the mapping file
    │   ├── BadParams       params.yaml
    │   ├── BadTables       leads, activities, outcomes, accounts, attribute_changes
    │   └── BadRequest      a single request: an unknown lead, a cutoff out of range
    ├── NotEnoughEvidence   too few matured snapshots or conversions for the request
    ├── ArtifactError       a saved model cannot be used
    │   ├── ArtifactMissing     there is none
    │   ├── ArtifactTampered    a hash differs from the manifest
    │   └── CatalogMismatch     features were built with another catalog
    ├── InUse               another run is making the same output
    └── MachineFault        the machine or another service failed, not the input
        ├── NoRoom              the disk is full, or a file may not grow
        ├── FileDamaged         a file that this product wrote is cut or changed
        ├── RegistryDown        the registry of models is locked, damaged, gone or does not answer
        └── ClusterLost         the scheduler or the workers of the cluster are not there

Every message states what was found, what was expected and what to do.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    observed
        What was found, and where.
    expected
        What was expected instead.
    do
        What to do about it.
    """

    observed: str
    expected: str
    do: str

    def __str__(self) -> str:
        """Render the fault on one line."""
        return f"found {self.observed}; expected {self.expected}; {self.do}"

    def to_json(self) -> dict[str, str]:
        """Return the fault as plain data, under the keys of HTTP problems and report files.

        >>> Fault("-1", "a positive number", "correct it").to_json()
        {'found': '-1', 'expected': 'a positive number', 'do': 'correct it'}
        """
        return {"found": self.observed, "expected": self.expected, "do": self.do}


class MikomiError(Exception):
    """Anything that this product refuses to do, with its `faults`.

    >>> print(BadParams([Fault("horizon_days: -1", "a positive number", "correct params.yaml")]))
    found horizon_days: -1; expected a positive number; correct params.yaml

    Parameters
    ----------
    faults
        Everything that is wrong, at least one.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    @classmethod
    def of(cls, observed: str, expected: str, do: str) -> "MikomiError":
        """Create the error of a single fault.

        Parameters
        ----------
        observed, expected, do
            As in `Fault`.
        """
        return cls([Fault(observed, expected, do)])


def place_of(error: BaseException) -> str:
    """Return the function and the line that raised an error, and nothing of its message.

    >>> place_of(ValueError("of a person")), place_of(ValueError())
    ('', '')

    Parameters
    ----------
    error
        Any error; one that was never raised has no place.
    """
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_qualname}:{at.tb_lineno}" if at else ""


class BadInput(MikomiError):
    """The input cannot be used."""


class BadMapping(BadInput):
    """The mapping file cannot be used."""


class BadParams(BadInput, ValueError):
    """params.yaml cannot be used; a ValueError too, so that pydantic collects its faults."""


class BadTables(BadInput):
    """A table lacks columns, types or keys."""


class BadRequest(BadInput):
    """A single request cannot be answered as it was made."""


class NotEnoughEvidence(MikomiError):
    """Too few matured snapshots or conversions for the request."""


class ArtifactError(MikomiError):
    """A saved model cannot be used."""


class ArtifactMissing(ArtifactError):
    """There is no saved model at that place."""


class ArtifactTampered(ArtifactError):
    """A file of the saved model differs from its manifest."""


class CatalogMismatch(ArtifactError):
    """The features were built with another catalog than the model's."""


class InUse(MikomiError):
    """Another run is making the same output."""


class MachineFault(MikomiError):
    """The machine or another service failed; the same command can be run again."""


class NoRoom(MachineFault):
    """The disk is full, or a file may not grow."""


class FileDamaged(MachineFault):
    """A file that this product wrote is cut or changed."""


class RegistryDown(MachineFault):
    """The registry of models is locked, damaged, gone or does not answer."""


class ClusterLost(MachineFault):
    """The scheduler or the workers of the cluster are not there."""
