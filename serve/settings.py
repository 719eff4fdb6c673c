"""The settings of the server, read once from the environment.

Decided here: the name of every variable begins with `MIKOMI_`; variables that no setting reads are
ignored, as other commands have theirs. Settings that may hold a password are never shown. A setting
made from Python never reads the environment.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from features.errors import BadParams, Fault

PREFIX: Final = "MIKOMI_"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_HIDDEN: Final = "(not shown)"
_TYPES: Final = {"int": "a whole number", "float": "a number", "path": "a path", "string": "a text"}
_DO: Final = "correct the environment"
_TARGET: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HOOK_KINDS: Final = ("hubspot", "kintone", "standard")
_HOOK_PARTS: Final = 3
_SHORTEST_SECRET: Final = 16
_HOOKS: Final = (
    "name:kind:secret, separated by commas, with different names, a kind of "
    f"{', '.join(HOOK_KINDS)}, and a secret of {_SHORTEST_SECRET} signs or more"
)
_DATABASE: Final = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
_DATABASES: Final = ("postgresql", "postgres", "postgresql+psycopg", "sqlite", "sqlite+pysqlite")
_TARGETS: Final = "different names of small letters, digits, - and _, such as upsell,renewal"


def _database(url: str) -> str:
    """Check the address of a database.

    Raises
    ------
    PydanticCustomError
        If it is none of a file of SQLite or of PostgreSQL.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 - slow to import
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise PydanticCustomError("database", _DATABASE) from error
    in_memory = parsed.drivername.startswith("sqlite") and (parsed.database or "") in (
        "",
        ":memory:",
    )
    if parsed.drivername not in _DATABASES or in_memory:
        raise PydanticCustomError("database", _DATABASE)
    return url


def _time_zone(name: str) -> str:
    """Check the name of a time zone.

    Raises
    ------
    PydanticCustomError
        If this machine knows no zone of the name.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("time_zone", "a name such as Asia/Tokyo") from error
    return name


def _target_names(targets: str) -> str:
    """Check the names of targets, separated by commas.

    Raises
    ------
    PydanticCustomError
        If one is not a name, or stands there twice.
    """
    names = _names(targets)
    valid = all(_TARGET.fullmatch(name) and name != "default" for name in names)
    if not valid or len(set(names)) < len(names):
        raise PydanticCustomError("targets", _TARGETS)
    return targets


def _hooks(written: str) -> str:
    """Check the webhooks that are received: `name:kind:secret`, separated by commas.

    Raises
    ------
    PydanticCustomError
        If one is not of this form; no secret is a part of the message.
    """
    parts = [one.split(":", 2) for one in _names(written)]
    valid = all(
        len(part) == _HOOK_PARTS
        and _TARGET.fullmatch(part[0])
        and part[1] in HOOK_KINDS
        and len(part[2]) >= _SHORTEST_SECRET
        for part in parts
    )
    if not valid or len({part[0] for part in parts}) < len(parts):
        raise PydanticCustomError("hooks", _HOOKS)
    return written


def _issuer(address: str) -> str:
    """Check the address of the provider of sign-ins.

    Raises
    ------
    PydanticCustomError
        If it is none that may be relied on.
    """
    if address and not is_private(address):
        raise PydanticCustomError("issuer", "an address that begins with https, or of this machine")
    return address


def is_private(address: str) -> bool:
    """Return whether nobody on the way reads what is sent to an address.

    >>> is_private("ftp:"), is_private("https:" + "//id.example.jp")
    (False, True)
    """
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or local)


def _names(targets: str) -> list[str]:
    return [name.strip() for name in targets.split(",") if name.strip()]


Interval = Annotated[float, Field(ge=0.05)]
"""Seconds between two rounds of something that repeats."""
Timeout = Annotated[float, Field(ge=0.1)]
"""Seconds after which the server stops waiting."""


class Settings(BaseSettings):
    """The settings of one server; one that cannot be used raises `BadParams`.

    >>> Settings.read({"MIKOMI_PORT": "9000"}).port
    9000

    Attributes
    ----------
    host
        The address that the server listens on. On another than loopback nobody is answered without
        a key.
    port
        The port that it listens on; 0 takes a free one.
    workers
        How many processes answer requests; each takes memory for the models.
    language
        The language of sentences and pages where a request or a user states none.
    database_url
        The database: `sqlite:///FILE`, or `postgresql://USER:PASSWORD@HOST/NAME`.
    models
        The folder in which the server holds the models that it serves; its own.
    registry
        The registry of models that is followed: the folder or the URL that training writes to.
    registered_model
        The name of the model in the registry.
    targets
        Further targets that are served beside the first, separated by commas.
    poll_seconds
        How often a worker looks whether there is another model in `models`.
    follow_seconds
        How often the registry is looked at.
    refresh_seconds
        The pause of the ranking's refresher when nothing is due.
    older_models
        How many former models stay in memory, for replays of their answers.
    body_bytes
        The largest body of a request; a larger one is refused with 413.
    head_seconds, body_seconds
        How long the head, or the body, of a request may take to arrive; 408 afterwards.
    requests_per_second
        What one caller without a key may send a second in the long run, 429 above it; a batch of n
        leads counts as n. Each key has a limit of its own.
    burst
        What such a caller may send at once.
    at_once
        How many requests a worker works on at a time; 503 with `Retry-After` above it.
    access_log
        Whether each request is a line of the log.
    require_keys
        Whether nobody is answered without a key, even while there is none.
    synchronous
        `full`: each commit of SQLite waits for the disk, so that no power failure undoes it.
    session_hours
        How long a person stays signed in to the pages.
    sales_see
        Which leads a user of the role `sales` sees.
    currency
        The currency of amounts on the pages, three letters of ISO 4217.
    next_steps
        A YAML file of your own with what to do next for a lead; missing takes ours.
    qualified
        What qualifies a lead in the funnel.
    features_dir
        The folder of your own features, if models have any.
    time_zone
        The zone of the dates on the pages and of a working day.
    shadow_share
        The share of scores that the challenger computes as well, unseen by the caller.
    shadow_seconds
        The pause between two rounds of the challenger.
    hooks
        Webhooks that are received, separated by commas: `NAME:KIND:SECRET` each, the kind one of
        `hubspot`, `kintone`, `standard`.
    public_url
        The address under which browsers and webhooks reach this server, if a proxy stands before.
    oidc_issuer
        The https address of the provider of sign-ins; empty: passwords alone.
    oidc_client_id, oidc_client_secret
        What the provider gave to this server.
    oidc_name
        The provider's name on the button.
    oidc_emails
        `all`: a user is recognised by an address that the provider has not verified, too.
    explore_share
        The share of the weekly list that is drawn at random, so that the effect of the list can be
        measured.
    explore_seed
        The seed of the draw.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0)] = 8000
    workers: Annotated[int, Field(ge=1)] = 1
    language: Literal["en", "ja"] = "en"
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///artifacts/serve/mikomi.db", repr=False
    )
    models: Path = Path("artifacts/serve")
    registry: str = Field(default="artifacts/mlflow", repr=False)
    registered_model: str = "mikomi"
    targets: Annotated[str, AfterValidator(_target_names)] = ""
    poll_seconds: Interval = 0.5
    follow_seconds: Interval = 2.0
    refresh_seconds: Interval = 1.0
    older_models: Annotated[int, Field(ge=1)] = 4
    body_bytes: Annotated[int, Field(ge=1_000)] = 8_000_000
    head_seconds: Timeout = 10.0
    body_seconds: Timeout = 10.0
    requests_per_second: Annotated[float, Field(ge=0.01)] = 1_000.0
    burst: Annotated[int, Field(ge=1)] = 2_000
    at_once: Annotated[int, Field(ge=1)] = 200
    access_log: Literal["yes", "no"] = "yes"
    require_keys: Literal["yes", "no"] = "no"
    synchronous: Literal["normal", "full"] = "normal"
    session_hours: Annotated[float, Field(ge=0.01)] = 12.0
    sales_see: Literal["own", "own_and_unowned", "all"] = "own_and_unowned"
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "JPY"
    next_steps: Path | None = None
    qualified: Literal["automatic", "handed_over", "hot"] = "automatic"
    features_dir: str = ""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    shadow_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    shadow_seconds: Interval = 5.0
    hooks: Annotated[str, AfterValidator(_hooks)] = Field(default="", repr=False)
    public_url: str = ""
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: Annotated[str, Field(max_length=60)] = ""
    oidc_emails: Literal["verified", "all"] = "verified"
    explore_share: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    explore_seed: Annotated[int, Field(ge=0)] = 0

    def __init__(self, **values: Any) -> None:
        """Check every value, and report all that cannot be used at once."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise BadParams([_fault(one) for one in error.errors()]) from None
        if self.oidc_issuer and (missing := self._missing_for_sign_in()):
            raise BadParams(missing)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from `environment`.

        Raises
        ------
        BadParams
            With every value that cannot be used.
        """
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): value for name, value in environment.items()}
        return cls(**source())

    def _missing_for_sign_in(self) -> list[Fault]:
        """Return what sign-in at a provider needs besides its address."""
        needed = {"oidc_client_id": "the id that the provider gave to this server"}
        if not self.loopback:
            needed["public_url"] = "the https address under which browsers reach this server"
        return [
            Fault(f"MIKOMI_OIDC_ISSUER without {_variable(name)}", expected, _DO)
            for name, expected in needed.items()
            if not getattr(self, name)
        ]

    @property
    def further_targets(self) -> tuple[str, ...]:
        """The names of the targets that are served besides the default."""
        return tuple(_names(self.targets))

    @property
    def received_hooks(self) -> dict[str, tuple[str, str]]:
        """The kind and the secret of each webhook that is received, by its name."""
        parts = (one.split(":", 2) for one in _names(self.hooks))
        return {name: (kind, secret) for name, kind, secret in parts}

    def models_of(self, target: str) -> Path:
        """Return the folder of the models of a target; the empty name is the default."""
        return self.models / "targets" / target if target else self.models

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK

    @property
    def needs_keys(self) -> bool:
        """Whether nobody comes in without a key or a user, even if none was ever made."""
        return self.require_keys == "yes" or not self.loopback

    def shown(self) -> dict[str, str]:
        """Return the variables with their values; those that may hold a password are replaced."""
        return {
            _variable(name): str(getattr(self, name)) if setting.repr else _HIDDEN
            for name, setting in type(self).model_fields.items()
        }

    @classmethod
    def settings_customise_sources(
        cls, *_settings_class: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use only what the constructor receives, see `BaseSettings`; `read` is for variables."""
        return (sources["init_settings"],)


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _fault(error: ErrorDetails) -> Fault:
    """Write the product's fault from pydantic's.

    >>> Settings(burst=0)
    Traceback (most recent call last):
    features.errors.BadParams: found MIKOMI_BURST=0; expected at least 1; correct the environment
    """
    variable, kind = _variable(str(error["loc"][0])), error["type"]
    if "_parsing" in kind or kind.endswith("_type"):
        return Fault(f"{variable} unreadable", _TYPES.get(kind.partition("_")[0], kind), _DO)
    limits = error.get("ctx", {})
    expected = {
        "greater_than_equal": "at least {ge:g}",
        "less_than_equal": "a share, at most {le:g}",
        "literal_error": "{expected}",
        "extra_forbidden": "the name of a setting",
    }.get(kind, error["msg"])
    setting = Settings.model_fields.get(str(error["loc"][0]))
    if setting is not None and not setting.repr:
        return Fault(f"{variable} {_HIDDEN}", expected, _DO)
    return Fault(f"{variable}={error['input']}", expected.format(**limits).replace("'", ""), _DO)
