"""What the product does with the sample company, frozen: `python -m tests.golden.freeze` writes it.

Decided here: the record holds hashes in two parts. `everywhere` is what no CPU decides; `here` is
what floats decide, comparable on a machine of the same stamp only. On another machine a few
figures stand for `here`, to four digits. All is computed in a process of its own, with nothing of
the caller's environment but what the machine needs, so that no test before can have changed it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

RECORD: Final = Path(__file__).with_name("sample_1000.json")
ROOT: Final = Path(__file__).parents[2]
_FIXED: Final = {
    "OMP_WAIT_POLICY": "passive",
    "OPENBLAS_NUM_THREADS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "TZ": "UTC",
    "PYTHONPATH": str(ROOT),
}
_ONE_IN_THE_LAST_DIGIT: Final = 1.5e-3
Record = dict[str, Any]


def compute(folder: Path) -> Record:
    """Compute the record anew, by a process that works in an empty folder.

    Raises
    ------
    RuntimeError
        If the process fails; the message is what it wrote.
    """
    passed = {n: value for n, value in os.environ.items() if not n.startswith(("MIKOMI", "MLFLOW"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.golden.freeze", "--here"],  # our own command
        cwd=folder,
        env=passed | _FIXED,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
    record: Record = json.loads((folder / "record.json").read_text("utf-8"))
    return record


def differences(frozen: Record, computed: Record) -> list[str]:
    """List every item that differs: by hash, or by figure where the machine is another.

    >>> one = {"machine": 1, "everywhere": {"a": "x"}, "here": {"b": "x"}, "figures": {"c": 0.5}}
    >>> differences(one, one | {"here": {"b": "y"}})
    ['here: b has changed']
    >>> differences(one, one | {"machine": 2, "here": {"b": "y"}, "figures": {"c": 0.51}})
    ['figures: c was 0.5, is 0.51']
    """
    changed = _changed("everywhere", frozen, computed)
    if frozen["machine"] == computed["machine"]:
        return changed + _changed("here", frozen, computed)
    before, after = frozen["figures"], computed["figures"]
    return changed + [
        f"figures: {name} was {before.get(name)}, is {after.get(name)}"
        for name in sorted(before.keys() | after.keys())
        if not _near(before.get(name), after.get(name))
    ]


def _changed(part: str, frozen: Record, computed: Record) -> list[str]:
    before, after = frozen[part], computed[part]
    return [
        f"{part}: {name} {_how(before.get(name), after.get(name))}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _how(before: str | None, after: str | None) -> str:
    if before is None:
        return "is new"
    return "is gone" if after is None else "has changed"


def _near(before: float | None, after: float | None) -> bool:
    """Return whether two figures of four digits are at most one in the last apart."""
    if before is None or after is None:
        return False
    return abs(before - after) <= _ONE_IN_THE_LAST_DIGIT * max(abs(before), abs(after))


def _work() -> None:
    """Make the company in the working folder, and write the record there."""
    from tests.golden import answers, company, machine  # noqa: PLC0415 - needed in the process alone

    company.make()
    words, numbers = answers.texts()
    record = {
        "machine": machine.stamp(),
        "figures": company.figures(),
        "everywhere": company.everywhere() | _hashed(words),
        "here": company.here() | _hashed(numbers),
    }
    Path("answers.json").write_text(_text(words | numbers), "utf-8")
    Path("record.json").write_text(_text(record), "utf-8")


def _hashed(texts: dict[str, str]) -> dict[str, str]:
    from tests.golden import digests  # noqa: PLC0415 - needed in the process alone

    return {name: digests.of_bytes(text.encode()) for name, text in texts.items()}


def _text(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write the record of this code on this machine."""
    if sys.argv[1:] == ["--here"]:
        _work()
        return
    with tempfile.TemporaryDirectory() as folder:
        record = compute(Path(folder))
    before = json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else None
    RECORD.write_text(_text(record), "utf-8")
    lines = ["all of it is new"] if before is None else differences(before, record)
    sys.stdout.write("\n".join([*lines, f"{RECORD.relative_to(ROOT)} is written"]) + "\n")


if __name__ == "__main__":
    main()
