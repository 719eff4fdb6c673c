"""What the routes are given: the parts of a running server, by what they can do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool

from serve.metrics import Metrics
from serve.reach import Reach
from serve.settings import Settings

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


class Loaded(Protocol):
    """A model that is ready to answer; `serve.scoring.Loaded` in the server."""

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

    def of(self, fingerprint: str, version: int | None = None) -> Any:
        """Give the model with this fingerprint."""


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
        Leads, activities and outcomes.
    receipts
        The log of answers.
    now
        The clock.
    metrics
        What is counted.
    reach
        Whether the database answers.
    """

    settings: Settings
    champion: Champion
    store: Any
    receipts: Any
    now: Callable[[], datetime]
    metrics: Metrics = field(default_factory=Metrics)
    reach: Reach = field(default_factory=Reach)

    def threads(
        self, function: Callable[_Given, _Found], *args: _Given.args, **named: _Given.kwargs
    ) -> Awaitable[_Found]:
        """Do what blocks, such as asking the database, in a thread."""
        return run_in_threadpool(function, *args, **named)
