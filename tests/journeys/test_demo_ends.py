"""`make demo` ends by serving: at a terminal until it is stopped, elsewhere it stops by itself."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = ["dvc repro", "dvc repro", "mikomi score"]
SERVED = ["mikomi send", "mikomi serve", "mikomi team"]
FAKE = """#!/bin/sh
echo "$(basename "$0") $1" >> "{log}"
if [ "$1" = serve ]; then sleep 2; echo "served to the end" >> "{log}"; fi
"""


def demo(
    tmp_path: Path, *, terminal: bool, makefile: str = "Makefile", **variables: str
) -> list[str]:
    """Run the demo with commands that only note that they were run; give what they noted.

    Sending goes on beside serving, so what follows the steps is sorted.
    """
    log, commands = tmp_path / "log", tmp_path / "bin"
    commands.mkdir()
    for name in ("mikomi", "dvc"):
        (commands / name).write_text(FAKE.format(log=log))
        (commands / name).chmod(0o755)
    assignments = [f"{name}={value}" for name, value in ({"DEMO_SECONDS": "1"} | variables).items()]
    made = [f"VENV={tmp_path}", f"BIN={commands}", "-o", str(tmp_path / ".ready")]
    screen, end = pty.openpty() if terminal else (None, subprocess.DEVNULL)
    done = subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "-s", "-f", makefile, "demo", *made, *assignments],  # noqa: S607
        cwd=ROOT,
        stdout=end,
        env=os.environ | {"MAKEFLAGS": ""},
        check=False,
        timeout=60,
    )
    if screen is not None:
        os.close(screen)
        os.close(end)
    assert done.returncode == 0
    noted = log.read_text().splitlines()
    return [*noted[: len(STEPS)], *sorted(noted[len(STEPS) :])]


def test_without_a_terminal_it_stops_by_itself(tmp_path: Path) -> None:
    assert demo(tmp_path, terminal=False) == [*STEPS, *SERVED]


def test_at_a_terminal_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    assert demo(tmp_path, terminal=True) == [
        *STEPS,
        *SERVED,
        "served to the end",
    ]


@pytest.mark.parametrize("terminal", [False, True])
def test_serving_can_be_left_out(tmp_path: Path, *, terminal: bool) -> None:
    assert demo(tmp_path, terminal=terminal, DEMO_SERVE="0") == STEPS


def test_planted_fault_a_demo_that_never_stops(tmp_path: Path) -> None:
    text = (ROOT / "Makefile").read_text()
    stops = "kill $$server; "
    assert stops in text
    (tmp_path / "Makefile").write_text(text.replace(stops, ""))
    assignments = demo(tmp_path, terminal=False, makefile=str(tmp_path / "Makefile"))
    assert assignments[-1] == "served to the end"
