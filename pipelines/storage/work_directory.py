"""Work that outlives a kill, and belongs to one run at a time.

Decided here: finished parts wait for the others in a directory beside the output, named after the
fingerprint of what they are made from. Two runs would write into it, and remove it, under each
other, so the first holds a lock of the operating system, which ends with its process however that
ends; the second is refused at once. The lock is the output's, as a run of another fingerprint
removes what it finds. In a store of objects, finished parts of a folder are the beginning of its
next version; the lock is then of this machine alone.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Final

from filelock import FileLock, Timeout

from features.errors import InUse, MikomiError
from models.artifact import remote
from models.artifact.remote import remove
from pipelines.storage.atomic import fingerprint
from pipelines.storage.machine import writing

_RACE_SECONDS: Final = 0.1
"""A lock file that its former holder removes while it is opened here is opened anew within it."""
_ANOTHER: Final = "another moment or model can have another output beside it"


@contextmanager
def work_directory(output: Path, made_from: str) -> Iterator[Path]:
    """Open the directory where the finished parts of `output` wait, for this run alone.

    What lies there when the block fails stays for the next run. Work of other fingerprints is
    removed: its inputs or parameters have changed.

    Parameters
    ----------
    output
        What is being made: a file or a directory.
    made_from
        Fingerprint of the inputs and parameters.

    Raises
    ------
    InUse
        If another run is making this output.
    """
    with alone(output):
        if remote.is_remote(output):
            with _unless_empty(_in_a_store(output, made_from)) as work:
                yield work
            return
        work = output.with_name(f".{output.name}.work-{made_from[:16]}")
        for stale in output.parent.glob(f".{output.name}.work-*"):
            if stale != work:
                remove(stale)
        with writing(output, work), _unless_empty(work):
            yield work


@contextmanager
def _unless_empty(work: Path) -> Iterator[Path]:
    """Make the directory; remove it if the block fails before it holds anything."""
    remote.make_folder(work)
    try:
        yield work
    except BaseException:
        if remote.has_folders(work):
            with suppress(OSError):  # it holds parts, and stays
                work.rmdir()
        raise


def _in_a_store(output: Path, made_from: str) -> Path:
    if not output.suffix:
        return remote.version(output, made_from[:16])
    return output.with_name(f".{output.name}.work-{made_from[:16]}")


@contextmanager
def alone(output: Path, instead: str = _ANOTHER) -> Iterator[None]:
    """Hold the lock of an output; its file names the holder, and is removed with the lock.

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
    if remote.is_remote(output):
        place = Path(gettempdir()) / f"mikomi-{fingerprint(str(output))[:32]}.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place, timeout=_RACE_SECONDS, poll_interval=0.01, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        raise _refusal(place, output, instead) from None
    try:
        with writing(output):
            place.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
            yield
    finally:
        place.unlink(missing_ok=True)
        lock.release()


def _refusal(place: Path, output: Path, instead: str) -> MikomiError:
    """Return the error that names the holder of a lock, and since when it holds it."""
    holder, since = "", ""
    with suppress(FileNotFoundError):  # it has ended just now
        holder = place.read_text("utf-8")
        moment = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        since = f" since {moment:%Y-%m-%d %H:%M} UTC"
    return InUse.of(
        f"{holder or 'another process'} making {output}{since}",
        "one run at a time for an output",
        "wait for its end, or stop it and run this again, which goes on with what it finished; "
        + instead,
    )
