"""Cells of a CSV file that no spreadsheet takes for a formula.

Decided here: a text that begins like a formula gets an apostrophe before it, which spreadsheets
hide: ids, names and sources come from strangers.
"""

import re
from typing import Final

FORMULA: Final = r"^([ \n]*[=+\-@\t\r＝＋－＠])"
"""The beginning of a text that a spreadsheet would take for a formula (RE2 and Python)."""
GUARDED: Final = r"'\1"
_FORMULA: Final = re.compile(FORMULA)


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> safe("=HYPERLINK(1)"), safe("Sato")
    ("'=HYPERLINK(1)", 'Sato')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Return the text of a cell that `safe` wrote.

    >>> plain("'=1"), plain("'t")
    ('=1', "'t")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
