"""MLflow, imported here and by no other module: when needed, quietly, with its telemetry off."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

ADDRESSES: Final = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
"""Variables that MLflow writes into the environment of its child processes."""


def mlflow_module() -> ModuleType:
    """Import MLflow, which takes seconds, when it is needed and with its telemetry off."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["DO_NOT_TRACK"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    with quiet():
        import mlflow  # noqa: PLC0415 - as the docstring says
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # reported in our words
    return mlflow  # type: ignore[no-any-return]


def unpooled(url: str) -> None:
    """Let MLflow open a SQLite file for each call: an open one may have been replaced since."""
    if url.startswith("sqlite"):
        os.environ.setdefault("MLFLOW_SQLALCHEMYSTORE_POOLCLASS", "NullPool")


@contextmanager
def quiet() -> Iterator[None]:
    """Ignore warnings of MLflow's own code, and no others."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"mlflow(\..*)?$")
        warnings.filterwarnings("ignore", message="IProgress not found", module="tqdm")
        yield


@contextmanager
def addressed(mlflow: ModuleType, url: str) -> Iterator[None]:
    """Point MLflow's own functions to a registry, and back to the former one afterwards.

    Parameters
    ----------
    mlflow
        The module.
    url
        The registry.
    """
    tracking, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    before = {name: os.environ.get(name) for name in ADDRESSES}
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(tracking)
        mlflow.set_registry_uri(registry)
        for name, address in before.items():
            os.environ.pop(name, None)
            os.environ |= {} if address is None else {name: address}
