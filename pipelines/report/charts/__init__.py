"""Charts as inline SVG: pure functions from numbers and words to markup.

Decided here: a chart needs no script, no font and no file; it has a title and a description that a
screen reader reads (`role="img"`), and it draws what it is given, in the order it is given.
"""

from pipelines.report.charts.axes import Axis
from pipelines.report.charts.bars import Bar, bars, dots
from pipelines.report.charts.distribution import Distribution, distribution
from pipelines.report.charts.lines import Line, lines
from pipelines.report.charts.reliability import Bin, reliability
from pipelines.report.charts.svg import Words
from pipelines.report.charts.timeline import Lane, Span, timeline
from pipelines.report.charts.waterfall import Step, waterfall

__all__ = [
    "Axis",
    "Bar",
    "Bin",
    "Distribution",
    "Lane",
    "Line",
    "Span",
    "Step",
    "Words",
    "bars",
    "distribution",
    "dots",
    "lines",
    "reliability",
    "timeline",
    "waterfall",
]
