"""The settings of the server, read once from the environment.

Decided here: every name begins with `MIKOMI_`; secrets are never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from features.errors import BadParams, Fault

_PREFIX = "MIKOMI_"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Settings:
    """What the server is told when it starts.

    >>> Settings.read({"MIKOMI_PORT": "9000"}).port
    9000
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    language: str = "en"
    database_url: str = field(default="", repr=False)
    models: Path = Path("artifacts/serve")
    registry: str = "artifacts/mlflow"
    poll_seconds: float = 0.5
    older_models: int = 4
    body_bytes: int = 1_048_576
    body_seconds: float = 10.0
    requests_per_second: float = 200.0
    burst: int = 400

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from `environment`; list every value that cannot be read."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for one in fields(cls):
            name = _PREFIX + one.name.upper()
            if name not in environment:
                continue
            kind: Any = type(one.default)
            try:
                values[one.name] = kind(environment[name])
            except ValueError:
                faults.append(Fault(f"{name} unreadable", kind.__name__, "correct the environment"))
        if faults:
            raise BadParams(faults)
        return cls(**values)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in _LOOPBACK
