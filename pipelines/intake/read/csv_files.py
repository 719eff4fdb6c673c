"""CSV files, read piece by piece as text, every value exactly as it stands.

Decided here: a few bytes that are no text are marked, so that their rows can be put aside; a file
that is full of them, or has them in its header, is in another encoding and refused. Lines above the
header that hold one value (a title, the day of the export), or name groups of columns, are passed
over.
"""

import csv
import gzip
import io
import warnings
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd

from features.errors import BadTables, Fault
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.bounds import LONGEST_LINE, plain_refusal
from pipelines.intake.read.encodings import is_nearly, unreadable
from pipelines.intake.read.undecodable import ERRORS, MARK, marked

_SAMPLE = 1 << 20
_GZIP_TIMES = 8
_MOST_TITLES = 10


def csv_pieces(path: Path, source: Source, rows: int) -> Iterator[pd.DataFrame]:
    """Read a file, at most `rows` rows at a time.

    Parameters
    ----------
    path
        The file; `.gz` is unpacked.
    source
        Its encoding, separator and quotes.
    rows
        The most rows of a piece.

    Raises
    ------
    BadTables
        The file is not in the encoding of the source, has rows unlike its header, or is empty.
    """
    with plain_refusal(path, "a CSV file"):
        try:
            yield from _pieces(path, source, rows)
        except UnicodeError as error:
            raise unreadable(path, source.encoding) from error
        except LookupError as error:
            observed = f"{path.name}: encoding {source.encoding!r}"
            fault = Fault(observed, "utf-8, cp932, euc_jp, utf-16 ...", "correct the mapping")
            raise BadTables([fault]) from error
        except pd.errors.EmptyDataError as error:
            raise _nothing(path) from error


def _pieces(path: Path, source: Source, rows: int) -> Iterator[pd.DataFrame]:
    separator = source.separator or guess_separator(path, source.encoding)
    try:
        with (
            warnings.catch_warnings(action="error", category=pd.errors.ParserWarning),
            pd.read_csv(
                path,
                sep=r"\s+" if separator == "whitespace" else separator,
                skiprows=_title_lines(path, source.encoding, separator),
                dtype=str,
                na_filter=False,
                index_col=False,
                encoding=source.encoding,
                encoding_errors=ERRORS,
                chunksize=rows,
            ) as pieces,
        ):
            yield from _decoded(pieces, path, source.encoding)
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        expected = f"rows like the header, {separator!r} between values, {source.encoding}"
        do = "correct the file, or separator and encoding in the mapping"
        raise BadTables([Fault(f"{path.name}: {error}", expected, do)]) from error


def _decoded(pieces: Iterable[pd.DataFrame], path: Path, encoding: str) -> Iterator[pd.DataFrame]:
    """Pass pieces on; refuse a file that is in another encoding, or whose header cannot be read."""
    looked = False
    for piece in pieces:
        if not looked and any(marked(piece[name]).any() for name in piece):
            looked = True
            if not is_nearly(path, encoding):
                raise unreadable(path, encoding)
        if any(MARK in str(name) for name in piece):
            raise unreadable(path, encoding)
        yield piece


def _nothing(path: Path) -> BadTables:
    return BadTables([Fault(f"{path.name}: nothing", "a header line", "export again")])


def guess_separator(path: Path, encoding: str = "utf-8") -> str:
    """Return the sign that splits the header line into most parts.

    Parameters
    ----------
    path
        A CSV file, possibly packed (.gz).
    encoding
        In which its text stands.

    Raises
    ------
    BadTables
        The header is longer than a line may be, or holds zero bytes.
    """
    lines = _first_lines(path, encoding)
    if len(lines[0]) > LONGEST_LINE or "\0" in lines[0]:
        raise BadTables.of(f"{path.name}: no header line", "a CSV file", "export again")
    headers = {sign: lines[_titles(lines, sign)] for sign in ",;\t|"}
    parts = {sign: _split(header, sign) for sign, header in headers.items()}
    return max(parts, key=lambda sign: parts[sign])


def _title_lines(path: Path, encoding: str, separator: str) -> int:
    """Return how many lines stand above the header."""
    return 0 if separator == "whitespace" else _titles(_first_lines(path, encoding), separator)


def _first_lines(path: Path, encoding: str) -> list[str]:
    with plain_text(path, encoding) as file:
        lines = [file.readline(LONGEST_LINE + 1) for _ in range(_MOST_TITLES + 2)]
    return [lines[0], *(line for line in lines[1:] if line)]


def _titles(lines: list[str], sign: str) -> int:
    """Count the lines above the header: titles, and groups of columns.

    A title has one value, a line of groups at most half as many as the next line, which leaves none
    out. The header is followed by a line with as many parts, or there are no titles. A line with an
    open quote is none: what stands there goes on in the next line.
    """
    for number, (line, then) in enumerate(pairwise(lines)):
        if line.count('"') % 2:
            return 0
        parts, below = _cells(line, sign), _cells(then, sign)
        if len(parts) > 1 and not (all(below) and 2 * sum(map(bool, parts)) <= len(below)):
            return number if len(parts) == len(below) else 0
    return 0


def _cells(line: str, sign: str) -> list[str]:
    """Return the values of a line; one for a line that cannot be parted."""
    try:
        return next(csv.reader([line.strip("\r\n")], delimiter=sign), [])
    except csv.Error:
        return [line]


def _split(header: str, sign: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=sign), []))
    except csv.Error:
        return header.count(sign)


def plain_text(path: Path, encoding: str) -> io.TextIOBase:
    """Open a file of text, unpacked.

    Parameters
    ----------
    path
        The file; `.gz` is unpacked.
    encoding
        Of the text.
    """
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, errors=ERRORS)
    return path.open(encoding=encoding, errors=ERRORS)


def estimated_lines(path: Path, encoding: str) -> int:
    """Return about how many lines a file has, from its first mebibyte.

    Parameters
    ----------
    path
        The file; `.gz` is unpacked.
    encoding
        Of the text.
    """
    with plain_text(path, encoding) as file:
        sample = file.read(_SAMPLE)
    lines = max(sample.count("\n"), 1)
    if len(sample) < _SAMPLE:
        return lines
    size = path.stat().st_size * (_GZIP_TIMES if path.suffix == ".gz" else 1)
    return int(size * lines / len(sample.encode(encoding, errors="replace")))
