"""Charts as inline SVG: pure functions from numbers and words to markup.

Decided here: a chart needs no script, no font and no file; it has a title and a description for
screen readers (`role="img"`), and it draws its input in the order of the input.
"""

from models.charts.axes import Axis
from models.charts.bars import Bar, bars, dots
from models.charts.distribution import Distribution, distribution
from models.charts.lines import LineSeries, lines
from models.charts.reliability import Bin, reliability
from models.charts.steps import Chosen, Point, Steps, steps
from models.charts.story import ProbabilityCourse, Row, story
from models.charts.svg import ChartText
from models.charts.timeline import Lane, Span, timeline
from models.charts.waterfall import NARROW, WIDE, Step, waterfall

__all__ = [
    "NARROW",
    "WIDE",
    "Axis",
    "Bar",
    "Bin",
    "ChartText",
    "Chosen",
    "Distribution",
    "Lane",
    "LineSeries",
    "Point",
    "ProbabilityCourse",
    "Row",
    "Span",
    "Step",
    "Steps",
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
