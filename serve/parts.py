"""What the routes are given: the parts of a running server, by what they can do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from serve.settings import Settings


class Loaded(Protocol):
    """A model that is ready to answer."""

    @property
    def version(self) -> int | None:
        """Give the number in the registry, if there is one."""

    @property
    def fingerprint(self) -> str:
        """Give the identity of the artifact."""


class Champion(Protocol):
    """The model in use, and older ones by their fingerprint."""

    def current(self) -> Any:
        """Give the model in use; refuse when there is none."""

    def of(self, fingerprint: str) -> Any:
        """Give the model with this fingerprint."""


class Store(Protocol):
    """The store of leads; its own module says what it can do."""


class Receipts(Protocol):
    """The log of answers; its own module says what it can do."""


@dataclass(frozen=True)
class Parts:
    """Everything a route may use.

    Attributes
    ----------
    settings
        What the server was told.
    champion
        The model in use.
    store
        Leads, activities and outcomes; none without a database.
    receipts
        The log of answers; none without a database.
    now
        The clock.
    metrics
        What is counted; none in tests that do not count.
    """

    settings: Settings
    champion: Champion
    store: Any
    receipts: Any
    now: Callable[[], datetime]
    metrics: Any = None
