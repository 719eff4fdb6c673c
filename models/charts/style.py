"""How every chart and report looks: colours, dashes, sizes, type.

Decided here: the model is the one strong colour (index 0), everything it is compared with is
quieter. The colours differ in lightness as well as in hue, and every line also has a dash and a
marker of its own, so that the figures read on a grey print and by colour-blind eyes. Japanese is
drawn with the reader's own fonts: no font is carried.
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

SERIES: Final = ("#0b4f8a", "#d9730d", "#2f9c7c", "#8d6cab", "#57646f", "#c9a227", "#9aa5b1")
"""Colours of the series in order; the first is the model's."""
DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "5 5", "1 4", "12 4")
MARKERS: Final = ("circle", "square", "triangle", "diamond", "circle", "square", "triangle")

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
    """Tell the colour of the series with this index; they come round again."""
    return SERIES[index % len(SERIES)]


def dash(index: int) -> str | None:
    """Tell the dashes of the series with this index; the model's line is whole."""
    return DASHES[index % len(DASHES)] or None


def width_of(text: str, size: float = TEXT) -> float:
    """Estimate how wide a text is drawn; a Japanese character is as wide as it is high.

    >>> width_of("見込み", 10) > width_of("mik", 10)
    True
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return size * (wide + 0.56 * (len(text) - wide))
