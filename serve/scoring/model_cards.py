"""The model cards beside the server: copied from the registry, one a version.

Decided here: a card is written after the promotion, so the follower tries again until it is there;
it is filed by the number of the version, as the same model may be evaluated twice.
"""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from models.registry.registry import Registry
    from models.registry.registry_types import Version

CARDS: Final = "cards"
NAME: Final = "card.json"


def path(folder: Path, version: int) -> Path:
    """Return where the card of a version lies.

    Parameters
    ----------
    folder
        The folder of models beside the server.
    version
        The number of the version.
    """
    return folder / CARDS / f"{version}.json"


def read(folder: Path, version: int | None) -> dict[str, Any] | None:
    """Read the card of a version; None if it has none, or none yet.

    Parameters
    ----------
    folder
        The folder of models beside the server.
    version
        The number of the version; None for a model that is not in the registry.
    """
    try:
        card: dict[str, Any] = json.loads(path(folder, version or 0).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return card


def fetch(registry: "Registry", version: "Version", folder: Path) -> bool:
    """Copy the card of a version from the registry, unless it is there already.

    Parameters
    ----------
    registry
        Where the card is.
    version
        The version of the model.
    folder
        The folder of models beside the server.

    Returns
    -------
    Whether the card was copied.
    """
    place = path(folder, version.number)
    if place.is_file():
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".copy-") as copy:
        cards = registry.fetch_card(version, Path(copy)) and [*Path(copy).rglob(NAME)]
        if not cards:
            return False
        cards[0].replace(place)
    return True
