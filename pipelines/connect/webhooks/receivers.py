"""The receivers of webhooks: a file without secrets, beside the connections.

Decided here: each receiver has a name, an address, the events that it gets, and whether private
addresses are allowed for it; its secret is `MIKOMI_WEBHOOKS_<NAME>` of the environment, or a line
of `connections/webhooks.secret`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.errors import BadParams, Fault
from pipelines.connect import credentials
from pipelines.connect.credentials import Credentials
from pipelines.storage.atomic import write_text

NAME: Final = "webhooks"
EventType = Literal["lead.hot", "lead.cooled", "lead.woke", "lead.handed_over", "model.promoted"]
EVENTS: Final[tuple[EventType, ...]] = (
    "lead.hot", "lead.cooled", "lead.woke", "lead.handed_over", "model.promoted",
)  # fmt: skip


class Receiver(BaseModel):
    """A receiver of webhooks."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern="^[a-z][a-z0-9_-]{0,39}$")
    url: str
    events: tuple[EventType, ...] = EVENTS
    private: bool = Field(default=False, description="private addresses and http are allowed")


def path_of(folder: Path) -> Path:
    """Return the file of the receivers of a folder of connections."""
    return folder / NAME / "receivers.yaml"


def load(folder: Path) -> list[Receiver]:
    """Read the receivers; none if there is no file.

    Parameters
    ----------
    folder
        Of all connections.

    Raises
    ------
    BadParams
        With every fault of the file.
    """
    path = path_of(folder)
    if not path.is_file():
        return []
    read = yaml.safe_load(path.read_text("utf-8")) or {}
    receivers, faults = [], []
    for name, values in read.items():
        try:
            receivers.append(Receiver(name=name, **values))
        except (ValidationError, TypeError) as error:
            words = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "no fields"
            faults.append(Fault(f"{path}: {name}: {words}", "a receiver", "correct it"))
    if faults:
        raise BadParams(faults)
    return receivers


def store(folder: Path, receivers: list[Receiver]) -> None:
    """Write the file of the receivers.

    Parameters
    ----------
    folder
        Of all connections.
    receivers
        All of them.
    """
    content = {
        one.name: one.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
        for one in receivers
    }
    path_of(folder).parent.mkdir(parents=True, exist_ok=True)
    write_text(path_of(folder), yaml.safe_dump(content, sort_keys=False))


def secrets_of(
    folder: Path, receivers: list[Receiver], environment: Mapping[str, str]
) -> Credentials:
    """Read the secrets of receivers, by their names in capitals.

    Parameters
    ----------
    folder
        Of all connections.
    receivers
        All of them.
    environment
        The variables.
    """
    names = [secret_name(one) for one in receivers]
    return credentials.read(NAME, names, folder / f"{NAME}.secret", environment)


def secret_name(receiver: Receiver) -> str:
    """Return the name of a receiver's secret."""
    return receiver.name.upper().replace("-", "_")
