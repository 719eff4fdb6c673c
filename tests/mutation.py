"""Mutation tests: change one operator or number of a module, and see whether its tests notice.

`python -m tests.mutation [module ...] [--most N]` (`make mutants`) writes
`benchmarks/results/mutation.json`. Each mutant runs in a process forked from one that has run the
tests unchanged, so it costs what its tests cost: the code of the changed function is replaced
where it lies. Only lines that the tests execute are changed; how a class is declared (`frozen`,
`slots`) is not. A mutant that no test notices is a survivor; those that change no behaviour, or
only what a person reads in a message, stand with their reason in `tests/mutation_survivors.json`.
An excuse names one mutant exactly: module, function, text of the line, place in it, operator.
"""

import argparse
import ast
import functools
import gc
import importlib.abc
import importlib.util
import inspect
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final

import pytest

from tests.mutants import Mutant, mutants, planted

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "mutation.json"
REASONS: Final = Path(__file__).with_name("mutation_survivors.json")
LIBRARIES: Final = (
    "numpy", "pandas", "numba", "scipy.stats", "scipy.optimize", "lightgbm", "sklearn",
    "hypothesis", "pyarrow.parquet", "sqlalchemy", "msgspec", "fastapi.testclient",
)  # fmt: skip
TARGETS: Final[dict[str, tuple[str, ...]]] = {
    "features.labels": ("tests/unit/features/test_labels.py", "tests/laws/test_label_maturity.py"),
    "features.snapshots": ("tests/unit/features/test_snapshots.py",),
    "models.stats.metrics": ("tests/unit/models/test_metrics.py",),
    "models.stats.log_odds": ("tests/unit/models/test_log_odds.py",),
    "models.stats.splits": (
        "tests/unit/models/test_splits.py",
        "tests/laws/test_split_embargo.py",
    ),
    "models.stats.split_plan": ("tests/unit/models/test_split_plan.py",),
    "models.model.calibration": (
        "tests/unit/models/test_calibration_by_hand.py",
        "tests/laws/test_calibration_order.py",
    ),
    "models.training.calibration_choice": (
        "tests/unit/models/test_calibration_by_hand.py",
        "tests/unit/models/test_calibration.py",
        "tests/laws/test_calibration_order.py",
    ),
    "models.evaluation.paired_trial": ("tests/unit/models/test_paired_trial_by_hand.py",),
    "models.explain.contributions": (
        "tests/unit/models/test_tree_shap.py",
        "tests/laws/test_reasons_add_up.py",
    ),
    "serve.store.leads.erasure": ("tests/parity/test_erasure.py",),
    "serve.http.access": ("tests/unit/serve/test_access.py",),
}
"""Module -> the tests that are to notice a change of it."""

_SECONDS_FOR_START: Final = 20.0
_SECONDS_FOR_A_MODULE: Final = 7200.0
_NOT_IN_PLACE: Final = 98


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves one module from a changed tree instead of its file."""

    def __init__(self, name: str, code: CodeType, path: Path) -> None:
        self._name, self._code, self._path = name, code, path

    def find_spec(self, name: str, *_: Any) -> Any:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def create_module(self, spec: Any) -> None:
        """Let the import system make the module."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)  # noqa: S102 - our own module, with one planted change


def _compile_anew(name: str) -> None:
    """Prevent that compiled code on disk is used for the changed module."""
    from features.kernel import compiled  # noqa: PLC0415 - in the forked process alone

    original: Any = compiled.njit

    def njit(*args: Any, **options: Any) -> Any:
        if sys._getframe(1).f_globals.get("__name__") == name:
            options["cache"] = False
        return original(*args, **options)

    compiled.njit = njit  # type: ignore[assignment]


def _run(tests: Sequence[str]) -> int:
    """Run tests without a word on the terminal and return pytest's exit code."""
    terminal = [os.dup(1), os.dup(2)]
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    imported = "ignore::pytest.PytestAssertRewriteWarning"  # the libraries are loaded already
    with tempfile.TemporaryDirectory() as folder:
        options = ["-x", "-q", "-p", "no:cacheprovider", "-W", imported, "--basetemp", folder]
        code = int(pytest.main([*options, *tests]))
    os.dup2(terminal[0], 1)
    os.dup2(terminal[1], 2)
    return code


def forked(work: Any, seconds: float) -> int | None:
    """Run `work()` in a forked process and return its exit code; nothing after `seconds`."""
    child = os.fork()
    if child == 0:
        os.setsid()
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - whatever happens, the mutant was noticed
            code = 99
        os._exit(code)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _replace(module: ModuleType, code: CodeType) -> bool:
    """Replace the code of the functions of a loaded module by that of its changed tree.

    Modules that have imported them by name then run the change as well.

    Returns
    -------
    Whether that was possible: not where numba has compiled one of them.
    """
    changed: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(code, changed)  # noqa: S102 - our own module, with one planted change
    pairs = [pair for name in changed for pair in _functions(vars(module).get(name), changed[name])]
    own = [(old, new) for old, new in pairs if old.__module__ == module.__name__]
    for old, new in own:
        old.__code__, old.__defaults__ = new.__code__, new.__defaults__
        old.__kwdefaults__ = new.__kwdefaults__
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()
    return bool(own)


def _functions(old: Any, new: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the functions of one name before and after: itself, or those of a class."""
    if isinstance(old, property):
        old, new = old.fget, new.fget
    elif isinstance(old, staticmethod | classmethod):
        old, new = old.__func__, new.__func__
    if isinstance(old, type) and isinstance(new, type):
        for name, value in list(vars(old).items()):
            if not isinstance(value, type) and name in vars(new):
                yield from _functions(value, vars(new)[name])
    elif callable(old) and callable(new):
        old, new = inspect.unwrap(old), inspect.unwrap(new)
        if inspect.isfunction(old) and inspect.isfunction(new):
            yield old, new


def covered(path: Path, tests: Sequence[str]) -> tuple[set[int], float]:
    """Return the lines of a file that its tests execute, and how long they take.

    Raises
    ------
    RuntimeError
        If the tests fail without any change.
    """
    lines: set[int] = set()

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add(frame.f_lineno)
        return local

    def tracer(frame: FrameType, _event: str, _: Any) -> Any:
        return local if frame.f_code.co_filename == str(path) else None

    sys.settrace(tracer)
    code = _run(tests)
    sys.settrace(None)
    began = time.monotonic()
    code = code or _run(tests)
    if code != 0:
        raise RuntimeError(f"the tests of {path} fail unchanged: exit code {code}")
    return lines, time.monotonic() - began


def judge(name: str, tests: Sequence[str], most: int, seed: int) -> dict[str, Any]:
    """Run the mutants of one module, at most so many, drawn with a seed."""
    path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    lines, seconds = covered(path, tests)
    text = path.read_text("utf-8")
    every = [one for one in mutants(ast.parse(text)) if one.line in lines]
    drawn = random.Random(seed).sample(every, min(most, len(every)))  # noqa: S311 - a draw, no secret
    survivors = []
    began = time.monotonic()
    for number, one in enumerate(sorted(drawn, key=lambda m: m.line), start=1):
        if _survives(name, path, one, tests, 5 * seconds + _SECONDS_FOR_START):
            survivors.append(named(one, text))
        done = f"{number} of {len(drawn)}, {len(survivors)} survive"
        sys.stderr.write(f"\r{name}: {done}, {time.monotonic() - began:.0f} s")
    sys.stderr.write("\n")
    return {"covered_mutants": len(every), "tried": len(drawn), "survivors": survivors}


def _survives(name: str, path: Path, one: Mutant, tests: Sequence[str], seconds: float) -> bool:
    code = compile(planted(ast.parse(path.read_text("utf-8")), one), str(path), "exec")

    def in_place() -> int:
        return _run(tests) if one.inside and _replace(sys.modules[name], code) else _NOT_IN_PLACE

    def anew() -> int:
        _forget()
        sys.meta_path.insert(0, _Planted(name, code, path))
        _compile_anew(name)
        return _run(tests)

    result = forked(in_place, seconds)
    return (forked(anew, seconds) if result == _NOT_IN_PLACE else result) == 0


def _forget() -> None:
    """Remove what is ours from the loaded modules, so that it is imported anew."""
    for loaded in list(sys.modules):
        if loaded.split(".")[0] in {"features", "mikomi", "models", "pipelines", "serve", "tests"}:
            del sys.modules[loaded]


def named(one: Mutant, text: str) -> dict[str, Any]:
    """Return what names a mutant, whatever lines are put in above it.

    Parameters
    ----------
    one
        The mutant.
    text
        Of its module.
    """
    line = text.splitlines()[one.line - 1]
    return {
        "function": one.function,
        "line": line.strip(),
        "column": one.column - (len(line) - len(line.lstrip())),
        "change": f"{one.before} -> {one.after}",
    }


def excuses(name: str) -> list[dict[str, Any]]:
    """Return the mutants of a module that may survive, each with its reason."""
    every = json.loads(REASONS.read_text("utf-8"))
    excused: list[dict[str, Any]] = every.get(name, [])
    return excused


def score(result: dict[str, Any], excused: list[dict[str, Any]]) -> float:
    """Return the share of tried mutants that a test noticed or that a reason excuses.

    Parameters
    ----------
    result
        Of one module.
    excused
        Its mutants that may survive.

    Examples
    --------
    >>> one = {"function": "f", "line": "x = 1", "column": 4, "change": "1 -> 2"}
    >>> score({"tried": 4, "survivors": [one]}, [one | {"reason": "equal"}])
    1.0
    >>> score({"tried": 4, "survivors": [one]}, [one | {"column": 0, "reason": "equal"}])
    0.75
    """
    bare = [{name: one[name] for name in one if name != "reason"} for one in excused]
    return 1 - len([one for one in result["survivors"] if one not in bare]) / max(
        1, result["tried"]
    )


def main() -> None:
    """Run the mutants of the modules that are named, or of all, each in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("modules", nargs="*", default=list(TARGETS))
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    os.chdir(ROOT)
    for library in LIBRARIES:
        importlib.import_module(library)
    for name in options.modules:
        forked(functools.partial(_record, name, options.most, options.seed), _SECONDS_FOR_A_MODULE)


def _record(name: str, most: int, seed: int) -> int:
    """Judge one module and write its lines of the results."""
    result = judge(name, TARGETS[name], most, seed)
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    noticed = round(score(result, excuses(name)), 3)
    results[name] = result | {"noticed": noticed}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(f"{name}: {noticed:.3f} of {result['tried']}\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    main()
