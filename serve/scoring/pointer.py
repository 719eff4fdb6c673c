"""The pointer: a file that says which of the models beside the server answers.

Decided here: `champion.json` holds `fingerprint` and `version`; the models lie beside it in
`models/<fingerprint>/`. It is read and written by processes that must start quickly, so nothing
slow is imported here.
"""

import json
import os
from pathlib import Path
from typing import Final

POINTER: Final = "champion.json"
MODELS: Final = "models"


def pointed(folder: Path, pointer: str = POINTER) -> int | None:
    """Tell the version that is pointed at."""
    try:
        said = json.loads((folder / pointer).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return said.get("version") if isinstance(said, dict) else None


def point(folder: Path, fingerprint: str, version: int | None, pointer: str = POINTER) -> None:
    """Move a pointer, whole or not at all."""
    fresh = folder / f".{pointer}.{os.getpid()}"
    fresh.write_text(json.dumps({"fingerprint": fingerprint, "version": version}), "utf-8")
    fresh.replace(folder / pointer)
