"""Names of own models: `module:object` of the project, or an entry point of a package.

Decided here: training imports what params.yaml names, from the directory that the command runs in
or from installed packages. Reading a saved model imports nothing by name, unless the name is listed
in `MIKOMI_ESTIMATORS` (separated by commas) or is an entry point of the group `mikomi.estimators`.
"""

import importlib
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from features.errors import ArtifactError, BadInput

GROUP: Final = "mikomi.estimators"
VARIABLE: Final = "MIKOMI_ESTIMATORS"


def named(name: str) -> Any:
    """Return the object of a name.

    Raises
    ------
    BadInput
        If it cannot be imported.
    """
    if ":" not in name:
        return _entry_point(name)
    module, _, attribute = name.partition(":")
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        expected = "module:object, importable from here"
        raise BadInput.of(f"train.estimator: {name}: {error}", expected, "correct it") from error
    finally:
        sys.path.remove(here)


def allowed(name: str) -> Any:
    """Return the object of a name, if it was allowed by whoever runs this process.

    Raises
    ------
    ArtifactError
        If it was not.
    """
    listed = [one.strip() for one in os.environ.get(VARIABLE, "").split(",")]
    if name not in listed and not any(one.name == name for one in entry_points(group=GROUP)):
        expected = f"a name in {VARIABLE}, or an entry point of {GROUP}"
        raise ArtifactError.of(f"a model of the class {name}", expected, f"set {VARIABLE}={name}")
    return named(name)


def _entry_point(name: str) -> Any:
    points = {one.name: one for one in entry_points(group=GROUP)}
    if name not in points:
        known = ", ".join(sorted(points)) or "none is installed"
        expected = f"module:object, or an entry point of {GROUP} ({known})"
        raise BadInput.of(f"train.estimator: {name}", expected, "correct it")
    return points[name].load()
