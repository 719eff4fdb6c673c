"""Compiled code on disk is not used when what it calls has changed in another file."""

import importlib
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from numba.core import caching

from features.kernel import compiled

CALLER = """
from features.kernel.compiled import njit
from planted_kernels.called import SCALE, called

@njit(cache=True)
def caller(x):
    return SCALE * called(x)
"""
CALLED = """
from features.kernel.compiled import njit
from planted_kernels.scales import SCALE

@njit(cache=True)
def called(x):
    return x + {added}
"""


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "planted_kernels"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "caller.py").write_text(CALLER)
    (folder / "called.py").write_text(CALLED.format(added=1))
    (folder / "scales.py").write_text("SCALE = 10")
    yield folder
    forget()


def forget() -> None:
    compiled.sources.cache_clear()
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.startswith("planted_kernels")]:
        del sys.modules[name]


def answer() -> int:
    """Return the result that a new process would compute."""
    forget()
    result: int = importlib.import_module("planted_kernels.caller").caller(1)
    return result


def change(path: Path, text: str) -> None:
    path.write_text(text + "\n# longer, for Python's own cache goes by size and second\n")


def test_code_on_disk_is_used_while_nothing_changes(kernels: Path) -> None:
    assert answer() == 20
    code = {path: path.stat().st_mtime_ns for path in kernels.rglob("*.nbc")}
    assert len(code) == 2
    assert answer() == 20
    assert {path: path.stat().st_mtime_ns for path in kernels.rglob("*.nbc")} == code


def test_a_change_of_what_is_called_compiles_the_caller_anew(kernels: Path) -> None:
    assert answer() == 20
    change(kernels / "called.py", CALLED.format(added=2))
    assert answer() == 30
    change(kernels / "scales.py", "SCALE = 100")
    assert answer() == 300


def test_planted_fault_numba_alone_goes_on_with_the_old_one(
    kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching.config, "CACHE_LOCATOR_CLASSES", "InTreeCacheLocator")
    assert answer() == 20
    change(kernels / "called.py", CALLED.format(added=2))
    assert answer() == 20


def test_a_full_disk_loses_the_code_on_disk_only(kernels: Path) -> None:
    compiled._warn_once.cache_clear()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.warns(RuntimeWarning, match="could not be stored"):
            assert answer() == 20
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in kernels.rglob("*.nbc") if path.stat().st_size] == []
    assert answer() == 20
    assert list(kernels.rglob("*.nbc"))


PAIRS = """
from typing import NamedTuple

class Pair(NamedTuple):
    first: int
    second: int
"""
SUMMED = """
from features.kernel.compiled import njit
from planted_kernels.{module} import Pair

@njit(cache=True)
def summed(pair):
    return pair.first + pair.second

def caller(x):
    return summed(Pair(x, 1))
"""


def move_the_pairs(kernels: Path) -> None:
    (kernels / "pairs.py").write_text(PAIRS)
    (kernels / "caller.py").write_text(SUMMED.format(module="pairs"))
    assert answer() == 2
    (kernels / "pairs.py").rename(kernels / "places.py")
    change(kernels / "caller.py", SUMMED.format(module="places"))


def test_code_on_disk_that_names_a_module_which_has_moved_is_compiled_anew(kernels: Path) -> None:
    move_the_pairs(kernels)
    assert answer() == 2


def test_planted_fault_without_the_stamp_such_code_cannot_be_read(
    kernels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_stored_where_possible", lambda dispatcher: dispatcher)
    move_the_pairs(kernels)
    with pytest.raises(ModuleNotFoundError, match="pairs"):
        answer()
