"""Charts: well-formed, described in words, and drawn where the numbers say."""

import itertools
import math
import re
from collections.abc import Callable
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from models.charts import (
    NARROW,
    WIDE,
    Axis,
    Bar,
    Bin,
    ChartText,
    Chosen,
    Distribution,
    Lane,
    LineSeries,
    Point,
    Span,
    Step,
    Steps,
    axes,
    bars,
    distribution,
    dots,
    lines,
    reliability,
    steps,
    style,
    svg,
    timeline,
    waterfall,
)
from models.charts.waterfall import Layout

WORDS = ChartText("fig", "受注の<割合>", "The share & its interval")
UNIT = Axis("x", 0, 1)
DAYS = Axis("days", 1, 100, marks=((1, "1"), (10, "10")))
LINE = LineSeries(
    "mikomi", (0.0, 0.5, 1.0), (0.0, 0.8, 1.0), low=(0.0, 0.7, 1.0), high=(0.0, 0.9, 1.0)
)
CHARTS: dict[str, Callable[[ChartText], str]] = {
    "lines": lambda words: lines(
        words, UNIT, UNIT, [LINE, LineSeries("b", (0, 1), (0, 1), rank=1)]
    ),
    "bars": lambda words: bars(words, UNIT, [Bar("a & b", 0.5, 0.4, 0.6, note="n = 3")]),
    "dots": lambda words: dots(words, UNIT, [Bar("a", 0.5, 0.4, 0.6)], reference=0.5),
    "no rows": lambda words: dots(words, UNIT, []),
    "reliability": lambda words: reliability(
        words, UNIT, UNIT, [Bin(0.1, 0.2, 0.1, 0.3, 9)], "perfect"
    ),
    "distribution": lambda words: distribution(
        words, UNIT, UNIT, (0.0, 0.5, 1.0), [Distribution("won", (0.2, 0.8))]
    ),
    "steps": lambda words: steps(
        words,
        DAYS,
        UNIT,
        [Steps("won", ((2.0, 0.5), (9.0, 1.0)), (Point(2.0, 0.5, "2 d"),)), Steps("none", ())],
        Chosen(7.0, "horizon"),
    ),
    "timeline": lambda words: timeline(
        words, Axis("", 0, 9), [Lane("train", "9 rows", (1.0, 2.0), 1, 3)], Span("e", 3, 6), "key"
    ),
    "waterfall": lambda words: waterfall(words, ("base", "all"), 0.1, [Step("visit", 0.2)]),
}


def parse(markup: str) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314 - our own markup


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_and_described(name: str) -> None:
    root = parse(CHARTS[name](WORDS))
    assert root.get("role") == "img"
    texts = [root[0].text, root[1].text]
    assert texts == [WORDS.title, WORDS.summary]
    assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_fetches_nothing_and_runs_nothing(name: str) -> None:
    markup = CHARTS[name](WORDS).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|<script|url\(|href", markup)


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_numbers_make_the_same_bytes(name: str) -> None:
    assert CHARTS[name](WORDS) == CHARTS[name](WORDS)


def dots_at(markup: str) -> list[tuple[float, float]]:
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', markup)
    return [(float(x), float(y)) for x, y in circles]


def shows(draw: Callable[[list[Bin]], str], bins: list[Bin]) -> bool:
    """Read the values back from the picture and compare."""
    plot = axes.Plot(UNIT, UNIT, width=460, height=420, right=24)
    across = plot.width - plot.right - plot.left
    upwards = plot.height - plot.bottom - plot.top
    read = [
        ((x - plot.left) / across, (plot.height - plot.bottom - y) / upwards)
        for x, y in dots_at(draw(bins))
    ]
    wanted = [(bin_.predicted, bin_.converted) for bin_ in bins]
    return all(math.dist(a, b) < 1e-3 for a, b in zip(read, wanted, strict=True))


BINS = [Bin(0.1, 0.15, 0.1, 0.2, 50), Bin(0.6, 0.5, 0.4, 0.6, 50)]


def honest(bins: list[Bin]) -> str:
    return reliability(WORDS, UNIT, UNIT, bins, "perfect")


def swapped(bins: list[Bin]) -> str:
    return honest([Bin(b.converted, b.predicted, b.low, b.high, b.rows) for b in bins])


def test_points_are_drawn_where_the_numbers_say() -> None:
    assert shows(honest, BINS)
    assert not shows(swapped, BINS)


def test_days_stand_by_their_logarithm_and_a_step_is_level_before_it_rises() -> None:
    markup = steps(WORDS, DAYS, UNIT, [Steps("won", ((10.0, 0.5), (100.0, 1.0)))])
    first, tenth = (float(x) for x in re.findall(r'<text x="([\d.]+)"[^>]*>10?<', markup)[:2])
    course = re.findall(r'd="(M[^"]*)"', markup)[-1]
    corners = [tuple(map(float, pair.split())) for pair in course[1:].split("L")]
    foot, top = corners[1:3]
    assert foot[0] == top[0] == pytest.approx(tenth, abs=0.01)
    assert foot[1] > top[1]
    assert corners[3][0] - tenth == pytest.approx(tenth - first, abs=0.02)


def test_a_value_that_is_no_number_is_refused_not_drawn() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        lines(WORDS, UNIT, UNIT, [LineSeries("m", (0.0, math.nan), (0.0, 1.0))])


def test_names_at_the_ends_do_not_touch() -> None:
    many = [LineSeries(f"name {k}", (0.0, 1.0), (0.0, 1.0), rank=k) for k in range(6)]
    markup = lines(WORDS, UNIT, UNIT, many)
    places = sorted(float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>name \d<', markup))
    assert len(places) == 6
    assert min(b - a for a, b in itertools.pairwise(places)) >= 14.9


def test_a_waterfall_ends_at_the_sum() -> None:
    markup = waterfall(WORDS, ("base", "all"), 0.05, [Step("a", 0.1), Step("b", -0.03)])
    assert [">5.0 %<" in markup, ">12.0 %<" in markup, ">-3.0<" in markup] == [True] * 3


@pytest.mark.parametrize("layout", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_name_in_a_waterfall_never_leaves_the_picture(layout: Layout) -> None:
    names = ["a short one", "a sentence that goes on " * 9, "とても長い理由" * 20]
    steps = [Step(name, 0.0) for name in names]
    markup = waterfall(WORDS, ("base", "all"), 0.0, steps, layout)
    placed = re.findall(r'<text x="([\d.]+)"[^>]*?(?:text-anchor="(\w+)")[^>]*>([^<]*)<', markup)
    assert len(placed) == len(names) + 2
    for x, anchor, name in placed:
        width = style.width_of(name)
        begin = float(x) - width if anchor == "end" else float(x)
        assert begin >= 0.0
        assert begin + width <= layout.width
    assert sum(name.endswith("…") for *_, name in placed) == 2
    assert style.width_of(names[1]) > layout.width, "the planted fault: uncut it would leave"
    assert markup.count(f'fill="{style.color(0)}"') == 2, "steps from nothing are steps"


def luminance(color: str) -> float:
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_the_first_series_stands_out_in_grey() -> None:
    first, *others = (luminance(color) for color in style.SERIES)
    assert all(other / first > 1.5 for other in others)


def test_neighbouring_series_differ_in_dash_and_marker_too() -> None:
    pairs = list(zip(style.DASHES, style.MARKERS, strict=True))
    assert len(set(pairs)) == len(style.SERIES)


def test_words_are_escaped() -> None:
    markup = svg.text(0, 0, "<b>&")
    assert "<b>" not in markup
    assert "<b>&" in unescape(markup)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.0371), (-3.2, 4.7), (0, 123456), (5, 5)])
def test_ticks_are_inside_and_few(low: float, high: float) -> None:
    values = axes.ticks(low, high)
    assert 1 <= len(values) <= 9
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in values)


def test_ticks_leave_each_other_room_beside_long_names() -> None:
    rows = [Bar("engagement__page_view_active_day_count__ever", 0.15)]
    drawn = bars(WORDS, Axis("PSI", 0.0, 0.16), rows)
    ticks = rf'<text x="([\d.]+)"[^>]*font-size="{style.SMALL:g}" text-anchor="middle">([^<]+)<'
    labels = re.findall(ticks, drawn)
    places = [(float(x), style.width_of(words, style.SMALL)) for x, words in labels]
    assert len(places) >= 2
    for (left, one), (right, other) in itertools.pairwise(places):
        assert right - left > (one + other) / 2


def test_a_long_key_of_the_splits_is_parted_and_stays_inside() -> None:
    key = "; ".join(f"a shade that means something, number {n}" for n in range(6))
    root = parse(timeline(WORDS, Axis("", 0, 9), [Lane("a", "b", (1.0,), 1, 3)], None, key))
    lines = [one for one in root.iter() if "number" in (one.text or "") and one.get("x")]
    assert len(lines) > 1
    width = float(root.get("viewBox", "").split()[2])
    for line in lines:
        half = style.width_of(line.text or "", style.SMALL) / 2
        assert half <= float(line.get("x", "0")) <= width - half
