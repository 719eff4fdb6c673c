"""The folder of own features: its Python files are imported, and their declared functions read.

Decided here: code is taken from the folder that the project's parameters name, below the directory
that the command runs in, and from nowhere else; a model names the functions and the content of
their files, and never brings code. A server imports none of it (see `features.views.own`).
"""

import hashlib
import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Final

from features.errors import BadInput, CatalogMismatch, Fault
from features.feature import Feature
from features.own.definition import OwnFeature
from features.own.traced import line_of

_DIGITS: Final = 16
Declared = tuple[tuple[OwnFeature, str, Path], ...]
"""Each feature with the digest of its file, and the folder."""


def declared(folder: str) -> Declared:
    """Return the features that the files of a folder declare, by file and by their order there.

    Raises
    ------
    BadInput
        If the folder is not there or lies elsewhere, a file cannot be imported, two features have
        one name, or there is none.
    """
    place = Path(folder)
    if place.is_absolute() or ".." in place.parts or not place.is_dir():
        expected = "a folder below the directory that the command runs in"
        raise BadInput.of(f"features_dir: {folder}", expected, "correct params.yaml")
    files = sorted(one for one in place.glob("*.py") if not one.name.startswith("_"))
    features = tuple(
        (one, digest, place)
        for file in files
        for one, digest in _declared_by(file.absolute(), _digest(file))
    )
    _check(features, folder)
    return features


def function_of(feature: Feature, folder: str) -> tuple[OwnFeature, Path]:
    """Return the function of a record, and its folder.

    Parameters
    ----------
    feature
        A record of the view `own`.
    folder
        Where its file lies.

    Raises
    ------
    CatalogMismatch
        If the folder has no such function, or its file has changed since the model was trained.
    """
    name, _, digest = feature.key.partition("@")
    try:
        known = {one.name: (one, own, place) for one, own, place in declared(folder)}
    except BadInput as error:
        raise CatalogMismatch(list(error.faults)) from error
    if name not in known or known[name][1] != digest:
        observed = f"{name} in {folder} " + ("changed" if name in known else "missing")
        do = "restore the file, or train a model with the new one"
        raise CatalogMismatch.of(observed, f"the file that the model knows ({digest})", do)
    return known[name][0], known[name][2]


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGITS]


@lru_cache(maxsize=64)
def _declared_by(file: Path, digest: str) -> tuple[tuple[OwnFeature, str], ...]:
    """Import a file once for each content."""
    module = _imported(file, f"mikomi_own_{file.stem}_{digest}")
    mine = [one for one in vars(module).values() if isinstance(one, OwnFeature)]
    return tuple((one, digest) for one in dict.fromkeys(mine))


def _imported(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101 - a .py file has one
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BadInput as error:
        del sys.modules[name]
        faults = [
            Fault(f"{file.name}: {one.observed}", one.expected, one.do) for one in error.faults
        ]
        raise BadInput(faults) from error
    except Exception as error:
        del sys.modules[name]
        observed = f"{file.name}{line_of(error, str(file))}: {type(error).__name__}: {error}"
        raise BadInput.of(observed, "a file that can be imported", "correct it") from error
    return module


def _check(features: Declared, folder: str) -> None:
    names = [one.name for one, _, _ in features]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        expected = "each name once"
        raise BadInput.of(f"{', '.join(twice)} twice in {folder}", expected, "rename one")
    if not names:
        expected = "a function declared with @mikomi.feature"
        raise BadInput.of(f"no feature in {folder}", expected, "add one, or leave features_dir out")
