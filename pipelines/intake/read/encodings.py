"""In which encoding the text of a file stands.

Decided here: a byte order mark wins; then UTF-8 where all bytes fit it, where the few that do not
stand among more that do, and where a single line does not fit, since one odd byte says nothing of
the others: its row is put aside. Then comes the encoding in which the words look like words;
then UTF-8 where hardly a line has a byte that does not fit. Japanese text comes in runs of Japanese
characters and is rarely written in half-width katakana or without any kana; without kana it may be
Chinese or Korean, known by their common characters. Cyrillic comes in runs of Cyrillic letters, and
a letter with an accent mostly stands alone. A file with lines in UTF-8 and lines in a code page is
refused, as is what fits none, with the place.
"""

import codecs
import gzip
import re
from pathlib import Path
from typing import Final

from features.errors import BadTables
from pipelines.intake.read.bounds import plain_refusal
from pipelines.intake.read.common_characters import by_common_characters
from pipelines.intake.read.undecodable import ERRORS, MARK

MOST_BYTES: Final = 1 << 24
"""So much of a file is looked at, unless all of it is ASCII so far."""
_BLOCK: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JAPANESE: Final = r"\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e"
_JAPANESE_RUN: Final = re.compile(
    rf"[{_JAPANESE}]{{2,}}|(?<![^\s\d,;\"])[{_JAPANESE}\u00d7\u2190-\u2606](?![^\s\d,;\"])"
)
"""Several characters, or one alone or beside digits: a circle for yes, a cross, `1年`."""
_KANA: Final = re.compile(r"[\u3041-\u30fa]")
_CYRILLIC_RUN: Final = re.compile(r"[\u0400-\u045f]{3,}")
_LATIN: Final = r"\u00a0-\u00ff\u20ac\u2013\u2019\u201c\u201d\u0152\u0153"
_ACCENT: Final = re.compile(rf"(?<![{_LATIN}])[{_LATIN}]{{1,2}}(?![{_LATIN}])")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_CANDIDATES: Final = (
    ("cp932", _JAPANESE_RUN), ("euc_jp", _JAPANESE_RUN), ("cp1251", _CYRILLIC_RUN),
    ("cp1252", _ACCENT),
)  # fmt: skip
_PAGES: Final = ("cp1251", "cp1252")
"""One byte a character, so that text in UTF-8 fits them as well."""
_ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
"""How ISO-2022-JP, which holds no byte beyond ASCII, changes to Japanese characters."""
_MORE: Final = 2
_SOME: Final = 3
_MIXED_SHARE: Final = 0.05
_ENOUGH: Final = 0.6
_FAR_MORE: Final = 10
_FIRST: Final = 1 << 16
_MANY: Final = 200
_LINES_A_FAULT: Final = 100


def guess_encoding(path: Path) -> str:
    """Return the name of the encoding in which a text file can be read.

    Raises
    ------
    BadTables
        The bytes look like no text in any encoding that is known here.
    """
    start = _beginning(path)
    by_signs = _by_signs(start, path)
    if by_signs is not None:
        return by_signs
    if _fits(start, "utf-8") or _is_beyond_ascii(start, "utf-8") or _has_one_fault(start):
        return "utf-8"
    best = max(_CANDIDATES, key=lambda one: _likeness(start, *one))
    other = None if _has_kana(start, best[0]) else by_common_characters(start)
    if other is not None:
        return other
    if _likeness(start, *best) >= _ENOUGH:
        if best[0] in _PAGES and _is_mixed(start):
            raise _no_text(path, start, f"text in UTF-8 and in {best[0].upper()}")
        return best[0]
    if _has_few_faults(start, "utf-8"):
        return "utf-8"
    raise _no_text(path, start)


def _by_signs(start: bytes, path: Path) -> str | None:
    """Return the encoding that marks, zero bytes or escapes say; None if there is none of them."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if b"\0" in start[:1000] or (b"\0" in start and _fits(start, "utf-8")):
        return _sixteen(start, path)
    escaped = any(escape in start for escape in _ESCAPES)
    return "iso2022_jp" if escaped and _fits(start, "iso2022_jp") else None


def is_nearly(path: Path, encoding: str) -> bool:
    """Return whether a file is in an encoding but for a few bytes.

    Parameters
    ----------
    path
        The file.
    encoding
        The encoding that it should be in.
    """
    start = _beginning(path)
    return _is_beyond_ascii(start, encoding) or _has_few_faults(start, encoding)


def _marked_text(start: bytes, encoding: str) -> str:
    """Decode with marks; where the first bytes are full of them, these alone."""
    first = start[:_FIRST].decode(encoding, errors=ERRORS)
    return first if first.count(MARK) > _MANY else start.decode(encoding, errors=ERRORS)


def _is_beyond_ascii(start: bytes, encoding: str) -> bool:
    """Return whether far more characters beyond ASCII fit an encoding than bytes do not."""
    fitting, faults = _beyond(start, encoding)
    return fitting >= (_MORE if encoding == "utf-8" else _FAR_MORE) * faults


def _beyond(start: bytes, encoding: str) -> tuple[int, int]:
    """Count the characters beyond ASCII, and the bytes that fit no character."""
    text = _marked_text(start, encoding)
    faults = text.count(MARK)
    return len(_BEYOND_ASCII.findall(text)) - faults, faults


def _is_mixed(start: bytes) -> bool:
    """Return whether there is more UTF-8 among other text than chance puts there."""
    fitting, faults = _beyond(start, "utf-8")
    return fitting >= max(_SOME, _MIXED_SHARE * faults)


def _has_one_fault(start: bytes) -> bool:
    """Return whether a single line, not the header, has bytes that are no UTF-8."""
    header, *lines = _marked_text(start, "utf-8").split("\n")
    return MARK not in header and sum(MARK in line for line in lines) == 1


def _has_few_faults(start: bytes, encoding: str) -> bool:
    lines = _marked_text(start, encoding).split("\n")
    faults = sum(MARK in line for line in lines)
    return faults <= max(1, len(lines) // _LINES_A_FAULT)


def unreadable(path: Path, encoding: str) -> BadTables:
    """Return the refusal of a file that is not in an encoding, with the one that would fit.

    Parameters
    ----------
    path
        The file.
    encoding
        The one it is not in.
    """
    try:
        advice = f"write `encoding: {guess_encoding(path)}` beside its path in the mapping"
    except BadTables:
        advice = "export again as UTF-8"
    place = _first_fault(_beginning(path), encoding)
    observed = f"{path.name}: text that is not {encoding}{place}"
    return BadTables.of(observed, f"text in {encoding}", advice)  # type: ignore[return-value]


def _beginning(path: Path) -> bytes:
    """Read up to `MOST_BYTES`, and on as long as only ASCII has come."""
    read = bytearray()
    with (
        plain_refusal(path, "a file of text"),
        gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file,
    ):
        while block := file.read(_BLOCK):
            read = bytearray(block[-4:]) if len(read) > MOST_BYTES and read.isascii() else read
            read += block
            if len(read) > MOST_BYTES and not read.isascii():
                break
    return bytes(read)


def _fits(start: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _has_kana(start: bytes, encoding: str) -> bool:
    japanese = encoding in {"cp932", "euc_jp"} and _fits(start, encoding)
    return japanese and bool(_KANA.search(start.decode(encoding, errors="ignore")))


def _likeness(start: bytes, encoding: str, run: re.Pattern[str]) -> float:
    """Return the share of the characters beyond ASCII that stand in words of the encoding."""
    if not _fits(start, encoding):
        return 0.0
    text = start.decode(encoding, errors="ignore")
    beyond = len(_BEYOND_ASCII.findall(text))
    return sum(len(match) for match in run.findall(text)) / max(beyond, 1)


def _sixteen(start: bytes, path: Path) -> str:
    even, odd = start[:2000:2].count(0), start[1:2000:2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    if max(even, odd) < len(start[:2000]) // 8 or not _fits(start, name):
        raise _no_text(path, start)
    return name


def _first_fault(start: bytes, encoding: str) -> str:
    try:
        start.decode(encoding)
    except UnicodeDecodeError as error:
        line = start.count(b"\n", 0, error.start) + 1
        return f" (line {line}: byte 0x{start[error.start]:02x})"
    return ""


def _no_text(path: Path, start: bytes, observed: str = "") -> BadTables:
    place = _first_fault(start, "utf-8")
    none = "bytes that are no text in UTF-8, CP932, EUC-JP, UTF-16, CP1252 or the like"
    return BadTables.of(  # type: ignore[return-value]
        f"{path.name}: {observed or none}{place}",
        "text in one encoding" if observed else "a CSV file, Parquet or a workbook",
        "correct the line, or export again as UTF-8",
    )
