"""The file of a connection: which system, where, which tables, how scores are written.

Decided here: one YAML file a connection under `connections/`, without any secret; unknown keys are
refused, and all faults are reported at once. The place of a table is what its system calls it: the
id of an app (kintone), an object (HubSpot, Salesforce), a set of entities (Dynamics), a table
(SQL).
"""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.errors import BadParams, BadRequest, Fault
from pipelines.connect.score_fields import Amounts, Wording
from pipelines.storage.atomic import write_text

FOLDER: Final = Path("connections")
SYSTEMS: Final = ("kintone", "hubspot", "salesforce", "dynamics", "sql")
SystemName = Literal["kintone", "hubspot", "salesforce", "dynamics", "sql"]
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TABLE: Final = re.compile(r"([A-Za-z_]\w{0,62}\.)?([A-Za-z_]\w{0,62})?")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_TABLES: Final[dict[str, dict[str, str]]] = {
    "hubspot": {name: name for name in ("deals", "calls", "emails", "meetings", "notes", "tasks")},
    "salesforce": {"opportunities": "Opportunity"},
    "dynamics": {"opportunities": "opportunities"},
}
"""What is pulled unless it is stated otherwise; the first table holds the leads."""
_CALLS: Final = {"kintone": 8_000}
"""Calls a day unless stated otherwise: kintone counts 10,000 a day and app."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected the name of a time zone such as Asia/Tokyo") from error
    return name


def _web_address(address: str) -> str:
    parts = urlsplit(address)
    local = parts.hostname in _LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise ValueError("expected an address that begins with https, as secrets are sent there")
    if parts.username or parts.password:
        raise ValueError("expected an address without a password")
    return address.rstrip("/")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ConnectedTable(_Strict):
    """A table of the system that is pulled."""

    place: str | int = Field(description="app id, object, set of entities, or table")
    columns: tuple[str, ...] = Field(default=(), description="further columns to pull")
    key: str | None = Field(default=None, description="SQL: the column of the id")
    changed: str | None = Field(default=None, description="SQL: the column that grows with changes")


class Connection(_Strict):
    """A connection; `name` is that of its file."""

    name: Annotated[str, Field(pattern=_NAME.pattern)]
    system: SystemName
    address: Annotated[str, AfterValidator(_web_address)] | None = None
    login: Annotated[str, AfterValidator(_web_address)] | None = Field(
        default=None, description="Dynamics: the address that gives tokens"
    )
    tables: dict[str, ConnectedTable] = {}
    lead_table: str = ""
    language: Literal["en", "ja"] = "en"
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    scores: Annotated[str, Field(pattern=rf"^{_TABLE.pattern}$")] = Field(
        default="", description="SQL: the table that scores are written into; none: they are not"
    )
    link: str = Field(default="", description="the address that a lead's id follows")
    minimum_probability: Annotated[float, Field(gt=0)] = 1.0
    minimum_score: Annotated[float, Field(gt=0)] = 1.0
    calls_a_day: Annotated[int, Field(ge=100)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.system != "sql" and self.address is None:
            raise ValueError("address: expected the address of the system")
        if not self.tables:
            raise ValueError("tables: expected at least one")
        if self.lead_table not in self.tables:
            raise ValueError("lead_table: expected the name of one of the tables")
        lacking = [n for n, one in self.tables.items() if self.system == "sql" and not one.key]
        lacking += [n for n, o in self.tables.items() if self.system == "sql" and not o.changed]
        if lacking:
            raise ValueError(f"tables: {', '.join(sorted(set(lacking)))} need key and changed")
        if self.scores and self.system != "sql":
            raise ValueError(
                "scores: expected only with sql; other systems have fields of their own"
            )
        if self.scores in {str(one.place) for one in self.tables.values()}:
            raise ValueError("scores: expected another table than those that are pulled")
        if self.system == "dynamics" and self.login is None:
            raise ValueError("login: expected the address that gives tokens")
        return self

    @property
    def wording(self) -> Wording:
        """How scores are written."""
        return Wording(self.language, self.zone, self.link)

    @property
    def amounts(self) -> Amounts:
        """What is enough to write a score again."""
        return Amounts(self.minimum_probability, self.minimum_score)

    @property
    def most_calls(self) -> int | None:
        """How many calls are made a day at most; none: the system limits them itself."""
        return self.calls_a_day or _CALLS.get(self.system)


class ConnectionPlaces:
    """The files of a connection.

    Parameters
    ----------
    folder
        Of all connections.
    name
        Of this one.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.file = folder / f"{name}.yaml"
        self.secrets = folder / f"{name}.secret"
        self.state = folder / name / "state.db"
        self.export = folder / name / "export"
        self.lock = folder / name / "lock"


def draft(name: str, system: SystemName, values: dict[str, Any]) -> Connection:
    """Return a connection of stated values, the usual tables where none are stated.

    Parameters
    ----------
    name
        Of the connection.
    system
        The system.
    values
        Other fields of `Connection`.

    Raises
    ------
    BadParams
        With every fault.
    """
    usual = {n: {"place": place} for n, place in _TABLES.get(system, {}).items()}
    tables = values.get("tables") or usual
    lead_table = values.get("lead_table") or next(iter(tables), "")
    return _checked(name, {**values, "system": system, "tables": tables, "lead_table": lead_table})


def load(folder: Path, name: str) -> Connection:
    """Read the file of a connection.

    Parameters
    ----------
    folder
        Of all connections.
    name
        Of this one.

    Raises
    ------
    BadRequest
        If there is none of the name.
    BadParams
        With every fault of the file.
    """
    path = ConnectionPlaces(folder, name).file
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(names(folder)) or "none yet"
        raise BadRequest.of(
            f"no connection {name}", f"one of: {known}", "see `mikomi connect add --help`"
        )
    try:
        read = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadParams.of(f"{path}: {str(error)[:200]}", "YAML", "correct it") from None
    if not isinstance(read, dict):
        raise BadParams.of(f"{path}: no fields", "fields such as system", "correct it")
    return _checked(name, read)


def store(folder: Path, connection: Connection) -> Path:
    """Write the file of a connection and return its path.

    Parameters
    ----------
    folder
        Of all connections.
    connection
        The connection.
    """
    path = ConnectionPlaces(folder, connection.name).file
    content = connection.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    write_text(path, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    return path


def names(folder: Path) -> list[str]:
    """List the connections of a folder."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def _checked(name: str, values: dict[str, Any]) -> Connection:
    try:
        return Connection(**{**values, "name": name})
    except ValidationError as error:
        faults = [
            Fault(
                f"connection {name}: {'.'.join(map(str, one['loc'])) or 'fields'}",
                one["msg"].removeprefix("Value error, "),
                "correct it",
            )
            for one in error.errors()
        ]
        raise BadParams(faults) from None
