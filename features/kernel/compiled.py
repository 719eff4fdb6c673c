"""Compiling: numba's `njit`, whose code on disk is used only while all that it calls is unchanged.

Decided here: numba compares the file of a function alone. A function that calls one of another
file, or has a constant of it, would go on with the old one after an upgrade, silently. So code on
disk belongs to all compiled sources of its package and of this one, and to what they import from:
a change of any of them compiles anew. Where no folder may be written, as in a container of a user
without a home, or the disk is full, everything is compiled in memory, with a warning: each start
then takes minutes.
"""

import hashlib
import re
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numba
from numba.core import caching

__all__ = ["ALLOCATING", "BORROWING", "njit"]

BORROWING: Final = {"_nrt": False}
"""Options of a function that is called for every lead, allocates nothing and returns no array.

Without them numba counts the references to every array that is passed on, by atomic operations:
some hundred a lead, which took longer than the sweep itself (415 ns a row of 117 features, 240
without). What it calls is compiled so too, unless it is marked as `ALLOCATING`.
"""
ALLOCATING: Final = {"_nrt": True}
"""Options of a function that allocates, and is called by a borrowing one."""

ROOT: Final = Path(__file__).resolve().parents[2]
_FEATURES: Final = Path(__file__).parents[1].name
_MARK: Final = b"njit"
_IMPORT: Final = re.compile(rb"^from ([\w.]+) import", re.MULTILINE)


@cache
def sources(root: Path, package: str) -> bytes:
    """Return one hash of the compiled sources of a package and of what they import.

    Parameters
    ----------
    root
        The folder of the packages.
    package
        The folder of the package below `root`.
    """
    contents: dict[Path, bytes] = {}
    for path in (root / package).rglob("*.py"):
        content = path.read_bytes()
        if _MARK in content:
            contents[path] = content
            for name in _IMPORT.findall(content):
                imported = root.joinpath(*name.decode().split(".")).with_suffix(".py")
                if imported.is_file():
                    contents[imported] = imported.read_bytes()
    digest = hashlib.sha256()
    for path in sorted(contents):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + contents[path] + b"\0")
    return digest.digest()


class _WithCallees:
    """Makes the stamp of one of our functions cover all that it may call."""

    _py_file: str

    def get_source_stamp(self) -> Any:
        own = super().get_source_stamp()  # type: ignore[misc]
        path = Path(self._py_file).resolve()
        if not path.is_relative_to(ROOT):
            return own
        package = path.relative_to(ROOT).parts[0]
        return own, sources(ROOT, package), sources(ROOT, _FEATURES)


class UserProvided(_WithCallees, caching.UserProvidedCacheLocator):  # type: ignore[misc]
    """Code in the folder that the user named."""


class InTree(_WithCallees, caching.InTreeCacheLocator):  # type: ignore[misc]
    """Code beside its source."""


class UserWide(_WithCallees, caching.UserWideCacheLocator):  # type: ignore[misc]
    """Code in the user's own folder, if that of the source may not be written."""


numba.config.CACHE_LOCATOR_CLASSES = ",".join(
    [
        *(f"{__name__}.{one.__name__}" for one in (UserProvided, InTree, UserWide)),
        "IPythonCacheLocator",
        "ZipCacheLocator",
    ]
)


def njit(**options: Any) -> Callable[[Any], Any]:
    """Return the decorator that compiles a function, kept on disk where that is possible.

    Parameters
    ----------
    **options
        Of numba's `njit`.
    """

    def compiled(function: Any) -> Any:
        try:
            return _stored_where_possible(numba.njit(**options)(function))
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
            _warn_once("no folder for compiled code may be written")
            return numba.njit(**options | {"cache": False})(function)

    return compiled


def _stored_where_possible(dispatcher: Any) -> Any:
    """Let a full disk lose the code on disk only: what was compiled is in memory and runs.

    Code of other sources is recognised before it is unpickled, which may fail: it names types of
    modules that an upgrade has moved.
    """
    store = dispatcher._cache.save_overload  # noqa: SLF001 - numba has no hook for it
    index = getattr(dispatcher._cache, "_cache_file", None)  # noqa: SLF001
    if index is not None:
        stamp = hashlib.sha256(repr(index._source_stamp).encode()).hexdigest()  # noqa: SLF001
        index._version = f"{index._version} {stamp}"  # noqa: SLF001

    def save_overload(signature: Any, compiled: Any) -> None:
        try:
            store(signature, compiled)
        except OSError as error:
            _warn_once(f"compiled code could not be stored ({error.strerror})")

    dispatcher._cache.save_overload = save_overload  # noqa: SLF001
    return dispatcher


@cache
def _warn_once(why: str) -> None:
    warnings.warn(
        f"{why}; it is compiled in memory, which takes minutes at each start: set NUMBA_CACHE_DIR"
        " to a folder that may be written and has room",
        RuntimeWarning,
        stacklevel=3,
    )
