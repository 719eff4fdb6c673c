"""Models by their address in the registry: `models:/name@alias` or `models:/name/version`."""

import os
import re
from pathlib import Path
from typing import Final

from features.errors import BadRequest
from models.registry.registry_types import RegistrySettings
from pipelines.run.workspace import Workspace

SCHEME: Final = "models:/"
_ADDRESS: Final = re.compile(r"^models:/(?P<name>[^/@]+)[/@](?P<which>[^/@]+)$")
_VARIABLE: Final = "MLFLOW_TRACKING_URI"


def fetch(address: str, url: str | None, into: Path) -> Path:
    """Copy a registered artifact into a new directory; return the directory.

    Parameters
    ----------
    address
        `models:/name@alias` or `models:/name/version`.
    url
        The registry; None is MLFLOW_TRACKING_URI, else `artifacts/mlflow` here.
    into
        The directory; it must not exist.

    Raises
    ------
    BadRequest
        If the address cannot be read, or there is no registry or no such version.
    """
    parts = _ADDRESS.match(address)
    if parts is None:
        expected = "models:/name@alias or models:/name/version"
        raise BadRequest.of(address, expected, "correct the address")
    place = url or os.environ.get(_VARIABLE)
    local = Workspace("", Path()).registry
    if place is None and not (local / "mlflow.db").is_file():
        do = "pass registry=, or run `mikomi run` here first"
        raise BadRequest.of(f"no registry in {local}", "an MLflow registry", do)
    from models.registry.registry import Registry  # noqa: PLC0415 - imports MLflow

    Registry(RegistrySettings(url=place, model=parts["name"]), local).fetch(parts["which"], into)
    return into
