"""The code and the requirements that a registered model carries, so that it runs anywhere.

Decided here: the modules that score a lead's records, as the server does, and no others; the
libraries they import, pinned to the versions that are installed where the model is registered.
"""

import shutil
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("features", "models", "serve")
CARRIED: Final = (
    "features",
    "models",
    "serve/__init__.py",
    "serve/errors.py",
    "serve/scoring",
    "serve/wire",
)
"""Files and folders of the installed product, relative to where its packages lie."""
REQUIRED: Final = (
    "lightgbm",
    "llvmlite",
    "mlflow",
    "msgspec",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "scipy",
)
"""Distributions that the carried code imports to load a model and score by it."""
MODEL_CODE: Final = """\
from models.registry.registry import declare
from serve.scoring.registered_model import RegisteredModel

declare(RegisteredModel())
"""
"""The code that MLflow runs; it imports the model from the code beside it."""


def carry(into: Path) -> list[str]:
    """Copy the carried code below a directory; return the packages there.

    Parameters
    ----------
    into
        An existing directory.
    """
    for name in CARRIED:
        source, target = ROOT / name, into / name
        for path in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            place = target / path.relative_to(source) if source.is_dir() else target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    return [str(into / package) for package in PACKAGES]


def requirements() -> list[str]:
    """Return the required libraries, each pinned to its installed version."""
    return [f"{name}=={metadata.version(name)}" for name in REQUIRED]
