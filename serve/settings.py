"""The settings of the server, read once from the environment.

Decided here: every name begins with `MIKOMI_`; secrets are never shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.errors import BadParams, Fault

PREFIX: Final = "MIKOMI_"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_LEAST: Final = {
    "port": 0,
    "workers": 1,
    "poll_seconds": 0.05,
    "follow_seconds": 0.05,
    "refresh_seconds": 0.05,
    "older_models": 1,
    "body_bytes": 1_000,
    "head_seconds": 0.1,
    "body_seconds": 0.1,
    "requests_per_second": 0.01,
    "burst": 1,
    "session_hours": 0.01,
    "shadow_share": 0.0,
    "shadow_seconds": 0.05,
    "explore_share": 0.0,
    "explore_seed": 0,
}
_MOST: Final = {"shadow_share": 1.0, "explore_share": 0.5}
_ONE_OF: Final = {
    "language": ("en", "ja"),
    "access_log": ("yes", "no"),
    "sales_see": ("own", "own_and_unowned", "all"),
}


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
    database_url: str = field(default="sqlite:///artifacts/serve/mikomi.db", repr=False)
    models: Path = Path("artifacts/serve")
    registry: str = field(default="artifacts/mlflow", repr=False)
    registered_model: str = "mikomi"
    poll_seconds: float = 0.5
    follow_seconds: float = 2.0
    refresh_seconds: float = 1.0
    older_models: int = 4
    body_bytes: int = 8_000_000
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    requests_per_second: float = 1_000.0
    burst: int = 2_000
    access_log: str = "yes"
    session_hours: float = 12.0
    sales_see: str = "own_and_unowned"
    time_zone: str = "UTC"
    shadow_share: float = 0.0
    shadow_seconds: float = 5.0
    explore_share: float = 0.0
    explore_seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that make no sense, all at once."""
        faults = [
            Fault(f"{PREFIX}{name.upper()}={getattr(self, name)}", f"at least {least}", _DO)
            for name, least in _LEAST.items()
            if not getattr(self, name) >= least
        ]
        faults += [
            Fault(f"{PREFIX}{name.upper()}={getattr(self, name)}", " or ".join(words), _DO)
            for name, words in _ONE_OF.items()
            if getattr(self, name) not in words
        ]
        faults += [
            Fault(
                f"{PREFIX}{name.upper()}={getattr(self, name)}", f"a share, at most {most:g}", _DO
            )
            for name, most in _MOST.items()
            if not getattr(self, name) <= most
        ]
        if not _is_zone(self.time_zone):
            expected = "a name such as Asia/Tokyo"
            faults.append(Fault(f"{PREFIX}TIME_ZONE={self.time_zone}", expected, _DO))
        if faults:
            raise BadParams(faults)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from `environment`; list every value that cannot be read."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for one in fields(cls):
            name = PREFIX + one.name.upper()
            if name not in environment:
                continue
            kind: Any = type(one.default)
            try:
                values[one.name] = kind(environment[name])
            except ValueError:
                faults.append(Fault(f"{name} unreadable", kind.__name__, _DO))
        if faults:
            raise BadParams(faults)
        return cls(**values)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    def told(self) -> dict[str, str]:
        """Give what may be shown: everything but what may hold a password."""
        hidden = {one.name for one in fields(self) if not one.repr}
        return {
            PREFIX + one.name.upper(): "(not shown)"
            if one.name in hidden
            else str(getattr(self, one.name))
            for one in fields(self)
        }


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_DO: Final = "correct the environment"
