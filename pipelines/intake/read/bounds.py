"""What a file may cost to open: limits for packed files, and a plain refusal of what is no file.

Decided here: a packed file may unpack to 64 MiB whatever it weighs, and beyond that to at most 200
times its size; a text export compresses 5 to 40 times. A line of text may have 8 MiB. A file that
cannot be read as what its name says is refused with what the reader saw.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from features.errors import BadTables, Fault

FREE_BYTES: Final = 1 << 26
MOST_TIMES: Final = 200
LONGEST_LINE: Final = 1 << 23
_BLOCK: Final = 1 << 20


def refuse_unreadable(path: Path) -> None:
    """Raise unless a path is a file that unpacks to a bounded size.

    Raises
    ------
    BadTables
        It is a folder, is not there, is not packed as its name says, or unpacks beyond the limits.
    """
    if not path.is_file():
        observed = "a folder" if path.is_dir() else "no file"
        raise BadTables.of(
            f"{path.name}: {observed}", "a file of an export", "name the files in it"
        )
    if path.suffix == ".gz":
        with plain_refusal(path, "a file packed by gzip"):
            _refuse_if_larger(path, _unpacked_size(path))
    elif path.suffix in {".xlsx", ".xlsm", ".xlsb", ".ods"}:
        with plain_refusal(path, "a workbook"), zipfile.ZipFile(path) as archive:
            _refuse_if_larger(path, sum(entry.file_size for entry in archive.infolist()))


@contextmanager
def plain_refusal(path: Path, expected: str) -> Iterator[None]:
    """Turn what a reader raises about a damaged file into one plain fault.

    Parameters
    ----------
    path
        The file, named in the fault.
    expected
        What it should be, e.g. "a CSV file".

    Raises
    ------
    BadTables
        Instead of what the reader raises.
    """
    try:
        yield
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        fault = Fault(f"{path.name}: {words}", expected, "export again, whole")
        raise BadTables([fault]) from error


def _limit(path: Path) -> int:
    return max(FREE_BYTES, MOST_TIMES * path.stat().st_size)


def _unpacked_size(path: Path) -> int:
    """Count the bytes that a gzip file holds, and stop soon after the limit."""
    size, limit = 0, _limit(path)
    with gzip.open(path, "rb") as file:
        while size <= limit and (block := file.read(_BLOCK)):
            size += len(block)
    return size


def _refuse_if_larger(path: Path, size: int) -> None:
    limit = _limit(path)
    if size > limit:
        observed = f"{path.name}: {path.stat().st_size:,} bytes that unpack to over {limit:,}"
        expected = f"at most {MOST_TIMES} times the packed size"
        raise BadTables.of(observed, expected, "unpack it yourself if it is right")
