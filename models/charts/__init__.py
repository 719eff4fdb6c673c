"""Charts as inline SVG: pure functions from numbers and words to markup.

Decided here: a chart needs no script, no font and no file; it has a title and a description that a
screen reader reads (`role="img"`), and it draws what it is given, in the order it is given.
"""

from models.charts.axes import Axis
from models.charts.bars import Bar, bars, dots
from models.charts.distribution import Distribution, distribution
from models.charts.lines import Line, lines
from models.charts.reliability import Bin, reliability
from models.charts.steps import Chosen, Point, Steps, steps
from models.charts.story import Course, Row, story
from models.charts.svg import Words
from models.charts.timeline import Lane, Span, timeline
from models.charts.waterfall import NARROW, WIDE, Step, waterfall

__all__ = [
    "NARROW",
    "WIDE",
    "Axis",
    "Bar",
    "Bin",
    "Chosen",
    "Course",
    "Distribution",
    "Lane",
    "Line",
    "Point",
    "Row",
    "Span",
    "Step",
    "Steps",
    "Words",
    "bars",
    "distribution",
    "dots",
    "lines",
    "reliability",
    "steps",
    "story",
    "timeline",
    "waterfall",
]
