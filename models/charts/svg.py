"""SVG markup: elements, escaped text, and the picture with its text alternative."""

import math
from dataclasses import dataclass
from html import escape

from models.charts import style


@dataclass(frozen=True)
class ChartText:
    """The text of a chart: `title`, `summary` for screen readers, and `key` within the page."""

    key: str
    title: str
    summary: str


def number(value: float) -> str:
    """Write a coordinate with at most two decimals, without trailing zeros.

    >>> number(12.5), number(3.0), number(-0.001)
    ('12.5', '3', '0')
    """
    if not math.isfinite(value):
        raise ValueError(f"a coordinate must be a number, found {value}")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """Write one element; `stroke_width` becomes `stroke-width`, None is left out.

    Parameters
    ----------
    name
        Name of the element.
    children
        Markup inside the element.
    attributes
        Attributes; strings are escaped, numbers written as coordinates.

    Examples
    --------
    >>> tag("line", x1=0, x2=4.5, stroke_dasharray="1 2", fill=None)
    '<line x1="0" x2="4.5" stroke-dasharray="1 2"/>'
    """
    pairs = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
    inside = "".join(
        f' {key}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in pairs.items()
        if value is not None
    )
    return f"<{name}{inside}>{''.join(children)}</{name}>" if children else f"<{name}{inside}/>"


def text(x: float, y: float, words: str, **attributes: str | float | None) -> str:
    """Write escaped text at a position.

    Parameters
    ----------
    x, y
        The position of its baseline.
    words
        The text.
    attributes
        Further attributes; they override fill and font size.

    Examples
    --------
    >>> text(1, 2, "a < b")
    '<text x="1" y="2" fill="#1b2733" font-size="12">a &lt; b</text>'
    """
    defaults: dict[str, str | float | None] = {"fill": style.INK, "font_size": style.TEXT}
    return tag("text", escape(words), x=x, y=y, **(defaults | attributes))


def path(points: list[tuple[float, float]]) -> str:
    """Write the `d` of a path through the points.

    >>> path([(0, 1), (2, 3)])
    'M0 1L2 3'
    """
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def marker(shape: str, x: float, y: float, **attributes: str | float | None) -> str:
    """Draw a marker about 7 units wide.

    Parameters
    ----------
    shape
        circle, square, triangle or diamond.
    x, y
        Its centre.
    attributes
        Further attributes of the element.
    """
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=3.4, **attributes)
    if shape == "square":
        return tag("rect", x=x - 3, y=y - 3, width=6, height=6, **attributes)
    corners = [(x, y - 4), (x + 4, y + 3.2), (x - 4, y + 3.2)]
    if shape == "diamond":
        corners = [(x, y - 4.4), (x + 4.4, y), (x, y + 4.4), (x - 4.4, y)]
    return tag("path", d=path(corners) + "Z", **attributes)


def picture(words: ChartText, width: float, height: float, *children: str) -> str:
    """Write the whole picture, with its title and its description for screen readers.

    Parameters
    ----------
    words
        Title, summary and key.
    width, height
        Size in units of the drawing.
    children
        The markup of the drawing.
    """
    title, summary = f"{words.key}-title", f"{words.key}-desc"
    return tag(
        "svg",
        tag("title", escape(words.title), id=title),
        tag("desc", escape(words.summary), id=summary),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{title} {summary}",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        font_family=style.FONT,
    )
