"""The pointer: a file that names the model that answers.

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
    """Return the version that is pointed at; None without a readable pointer.

    Parameters
    ----------
    folder
        The folder of models beside the server.
    pointer
        The name of the file.
    """
    try:
        content = json.loads((folder / pointer).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return content.get("version") if isinstance(content, dict) else None


def pointed_fingerprint(folder: Path, pointer: str = POINTER) -> str:
    """Return the fingerprint of the model that is pointed at; empty without a readable pointer.

    Parameters
    ----------
    folder, pointer
        As for `pointed`.
    """
    try:
        content = json.loads((folder / pointer).read_bytes())
    except (FileNotFoundError, ValueError):
        return ""
    return str(content.get("fingerprint", "")) if isinstance(content, dict) else ""


def point(folder: Path, fingerprint: str, version: int | None, pointer: str = POINTER) -> None:
    """Write a pointer, completely or not at all.

    Parameters
    ----------
    folder
        The folder of models beside the server.
    fingerprint
        The identity of the artifact.
    version
        Its number in the registry, if it has one.
    pointer
        The name of the file.
    """
    fresh = folder / f".{pointer}.{os.getpid()}"
    fresh.write_text(json.dumps({"fingerprint": fingerprint, "version": version}), "utf-8")
    fresh.replace(folder / pointer)
