"""Style of all charts and reports: colours, dashes, sizes, fonts.

Decided here: the model has the one strong colour (index 0), everything it is compared with is
quieter. The colours differ in lightness as well as in hue, and every line also has its own dash and
marker, so that figures are readable in grey print and with colour blindness. Japanese is drawn with
the reader's own fonts: no font is embedded.
"""

import unicodedata
from typing import Final

INK: Final = "#1b2733"
QUIET: Final = "#5b6875"
GRID: Final = "#e3e8ee"
FRAME: Final = "#b6c0cb"
PAPER: Final = "#ffffff"
WASH: Final = "#f4f6f9"
GOOD: Final = "#0f7b5f"
BAD: Final = "#b3400e"

SERIES: Final = (
    "#0b4f8a",
    "#d9730d",
    "#2f9c7c",
    "#8d6cab",
    "#57646f",
    "#c9a227",
    "#9aa5b1",
    "#b0567a",
)
"""Colours of the series in order; the first is the model's."""
DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "5 5", "1 4", "12 4", "6 2 2 2 2 2")
MARKERS: Final = (
    "circle",
    "square",
    "triangle",
    "diamond",
    "circle",
    "square",
    "triangle",
    "diamond",
)

FONT: Final = (
    "system-ui, 'Segoe UI', 'Hiragino Sans', 'Yu Gothic UI', 'Yu Gothic', Meiryo, "
    "'Noto Sans CJK JP', 'Noto Sans JP', IPAGothic, sans-serif"
)
TEXT: Final = 12.0
SMALL: Final = 11.0
STROKE: Final = 1.8
WIDTH: Final = 520.0
HEIGHT: Final = 330.0


def color(index: int) -> str:
    """Return the colour of the series with this index, cyclically."""
    return SERIES[index % len(SERIES)]


def dash(index: int) -> str | None:
    """Return the dashes of the series with this index; the model's line is solid (None)."""
    return DASHES[index % len(DASHES)] or None


def width_of(text: str, size: float = TEXT) -> float:
    """Estimate the width of a text; a Japanese character is as wide as it is high.

    Parameters
    ----------
    text
        The text.
    size
        Size of the font, in pixels.

    Examples
    --------
    >>> width_of("見込み", 10) > width_of("mik", 10)
    True
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return size * (wide + 0.56 * (len(text) - wide))
