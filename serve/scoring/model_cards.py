"""The model cards beside the server: copied from the registry, one a version.

Decided here: a card is written after the promotion, so the follower looks for it again until it is
there; it goes by the number of the version, as the same model may be judged twice.
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
    """Tell where the card of a version lies below the folder of models."""
    return folder / CARDS / f"{version}.json"


def read(folder: Path, version: int | None) -> dict[str, Any] | None:
    """Read the card of a version; none if it has none, or has not come yet."""
    try:
        told: dict[str, Any] = json.loads(path(folder, version or 0).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told


def fetch(registry: "Registry", version: "Version", folder: Path) -> bool:
    """Copy the card of a version from the registry, unless it is there; say whether it came."""
    place = path(folder, version.number)
    if place.is_file():
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".copy-") as copy:
        found = registry.fetch_card(version, Path(copy)) and [*Path(copy).rglob(NAME)]
        if not found:
            return False
        found[0].replace(place)
    return True
