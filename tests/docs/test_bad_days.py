"""The pages of bad days say what is tested and what is so, in both languages."""

import re
from pathlib import Path

import pytest

from features.reading.id_rule import MOST_BYTES
from serve.cli.command import GRACE_SECONDS
from serve.http import protocol
from serve.http.problems import TABLE
from serve.settings import Settings
from serve.wire.value_limits import END, FIRST, MOST_FAULTS, MOST_NAMES, MOST_NUMBER

ROOT = Path(__file__).parents[2]
PAGES = ("docs/explanation/bad-days.md", "docs/explanation/bad-days.ja.md")
NUMBERS = {
    "most faults": str(MOST_FAULTS),
    "first year": str(FIRST.year),
    "last year": str(END.year - 1),
    "bytes of an id": str(MOST_BYTES),
    "names": f"{MOST_NAMES:,}",
    "number": "10¹²" if MOST_NUMBER == 1e12 else "another",
    "head": f"{protocol.MOST_BYTES >> 10} KiB",
    "grace": str(GRACE_SECONDS),
}


def rows(text: str) -> list[tuple[str, ...]]:
    """Return what both languages must share: statuses and tests, line by line."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and "`tests/" in line]
    return [
        (*sorted(set(re.findall(r"\b(200|40\d|41\d|42\d|431|503)\b", line))), *named(line))
        for line in lines
    ]


def named(text: str) -> list[str]:
    return re.findall(r"`(tests/[\w/]+\.py)`", text)


def lacks(text: str) -> list[str]:
    """List what a page says that is not so, or leaves out."""
    missing = [f"{name}: {value}" for name, value in NUMBERS.items() if value not in text]
    missing += [name for name in named(text) if not (ROOT / name).is_file()]
    known = {f"MIKOMI_{name}".upper() for name in Settings.model_fields}
    return missing + [name for name in re.findall(r"MIKOMI_\w+", text) if name not in known]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_written_is_so(page: str) -> None:
    assert lacks((ROOT / page).read_text()) == []


def test_both_languages_say_the_same() -> None:
    english, japanese = (rows((ROOT / page).read_text()) for page in PAGES)
    assert len(english) >= 20
    assert english == japanese


def test_every_problem_that_is_not_a_defect_is_answered_for() -> None:
    pages = ("docs/explanation/bad-days.md", "docs/how-to/integrating.md")
    pages_text = "".join((ROOT / name).read_text() for name in pages)
    statuses = {problem.status for problem in TABLE.values()} - {500}
    assert {status for status in statuses if str(status) not in pages_text} == set()


@pytest.mark.parametrize("fault", ["512 bytes", "test_erasure.py", "MIKOMI_HEAD_SECONDS"])
def test_planted_fault_a_page_that_lags(fault: str) -> None:
    text = (ROOT / PAGES[0]).read_text()
    assert lacks(text.replace(fault, fault.translate(str.maketrans("5Eu", "6Fo"))))
