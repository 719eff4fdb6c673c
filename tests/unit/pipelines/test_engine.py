"""Workers beside a stage end with it, however it ends."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
STAGE = """
import sys
from functools import partial
from pathlib import Path
from pipelines.run.engine import EngineSettings, each
from tests.unit.pipelines.test_engine import begun
if __name__ == "__main__":
    task = partial(begun, folder=Path(sys.argv[1]))
    list(each(task, range(8), EngineSettings("processes", workers=2)))
"""


def begun(part: int, folder: Path) -> int:
    """Work on a part for a while, and leave the number of the process that does."""
    (folder / f"{part}").write_text(f"{os.getpid()}")
    time.sleep(3)
    return part


def is_alive(pid: str) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_workers_of_a_killed_stage_begin_nothing_more(tmp_path: Path) -> None:
    (tmp_path / "stage.py").write_text(STAGE)
    (tmp_path / "parts").mkdir()
    words = [sys.executable, str(tmp_path / "stage.py"), str(tmp_path / "parts")]
    with subprocess.Popen(words, env={"PYTHONPATH": str(ROOT)}) as stage:  # noqa: S603 - ours
        while len(list((tmp_path / "parts").iterdir())) < 2:
            assert stage.poll() is None
            time.sleep(0.05)
        stage.kill()
    time.sleep(1)
    workers = {path.read_text() for path in (tmp_path / "parts").iterdir()}
    assert len(workers) == 2
    assert not [pid for pid in workers if is_alive(pid)]
