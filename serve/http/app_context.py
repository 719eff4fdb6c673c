"""What the routes are given: the parts of a running server, by what they can do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from serve.http.metrics import Metrics
from serve.scoring.protocols import Champion
from serve.settings import Settings
from serve.store.database_health import Reach

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


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
