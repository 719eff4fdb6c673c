"""Work that outlives a kill, and belongs to one run at a time.

Decided here: finished parts wait for the others in a directory beside the output, named after the
fingerprint of what they are made from. Two runs would write into it, and remove it, under each
other, so the first holds a lock of the operating system, which ends with its process however that
ends; the second is refused at once. The lock is the output's, as a run of another fingerprint
removes what it finds.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from features.errors import InUse, MikomiError
from pipelines.storage.atomic import remove

_ANOTHER = "another moment or model can have another output beside it"


@contextmanager
def work_directory(output: Path, made_from: str) -> Iterator[Path]:
    """Give the directory where the finished parts of `output` wait, to this run alone.

    What lies there when the block fails stays for the next run. Work of other fingerprints is
    removed: its inputs or parameters have changed.

    Raises
    ------
    InUse
        If another run is making this output.
    """
    with alone(output):
        work = output.with_name(f".{output.name}.work-{made_from[:16]}")
        for stale in output.parent.glob(f".{output.name}.work-*"):
            if stale != work:
                remove(stale)
        work.mkdir(parents=True, exist_ok=True)
        yield work


@contextmanager
def alone(output: Path, instead: str = _ANOTHER) -> Iterator[None]:
    """Hold the lock of an output; its file says who does, and goes with it.

    Parameters
    ----------
    output
        What is being made.
    instead
        What a refused run may do, other than wait.

    Raises
    ------
    InUse
        If another run holds it.
    """
    place = output.with_name(f".{output.name}.lock")
    place.parent.mkdir(parents=True, exist_ok=True)
    with _held(place, output, instead) as lock:
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}")
        lock.flush()
        try:
            yield
        finally:
            place.unlink(missing_ok=True)


def _held(place: Path, output: Path, instead: str) -> TextIO:
    """Lock a file that lies at `place`; one that its former holder took away does not count."""
    while True:
        lock = place.open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with lock:
                raise _refusal(lock, output, instead) from None
        if place.exists() and os.path.samestat(os.fstat(lock.fileno()), place.stat()):
            return lock
        lock.close()


def _refusal(lock: TextIO, output: Path, instead: str) -> MikomiError:
    """Say who holds a lock, and since when."""
    lock.seek(0)
    since = datetime.fromtimestamp(os.fstat(lock.fileno()).st_mtime, UTC)
    return InUse.of(
        f"{lock.read() or 'another process'} making {output} since {since:%Y-%m-%d %H:%M} UTC",
        "one run at a time for an output",
        "wait for its end, or stop it and run this again, which goes on with what it finished; "
        + instead,
    )
