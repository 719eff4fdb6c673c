"""The figures of a back-test: lines over time, and bars of what sales would have found.

Decided here: the model at the shortest cadence is the strong first series everywhere; a period with
too few conversions has no AUC and leaves a gap that the line bridges.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Final

from features.wording.sentences import Language
from models.charts import Axis, Bar, ChartText, LineSeries, bars, lines
from models.evaluation.evaluation import MIN_CONVERSIONS, MODEL
from models.lifecycle.backtest import Backtest, Period, Stream
from models.lifecycle.origins import NEVER_AGAIN, day_of
from models.stats.metrics import Interval
from pipelines.reports.backtest.wording import method_name, training_text
from pipelines.reports.evaluation.ranking_figures import RANKS
from pipelines.reports.evaluation.terms import METRICS
from pipelines.reports.translation import gettext, translate

MOST_DATES: Final = 3
_OBSERVED: Final = 4
Draw = Callable[[Backtest, Language], str]


def figures(backtest: Backtest, language: Language) -> dict[str, str]:
    """Draw everything: key -> SVG.

    Parameters
    ----------
    backtest
        What the back-test computed.
    language
        The language of all texts.
    """
    drawers: dict[str, Draw] = {
        "methods_auc": lambda b, la: _over_time(b, la, "auc", methods(b)),
        "methods_log_loss": lambda b, la: _over_time(b, la, "log_loss", methods(b)),
        "cadence_auc": lambda b, la: _over_time(b, la, "auc", cadences(b, recalibrated=False)),
        "cadence_log_loss": lambda b, la: _over_time(b, la, "log_loss", cadences(b)),
        "truth": truth,
        "found": captured_conversions,
        "found_so_far": conversions_so_far,
    }
    return {key: drawer(backtest, language) for key, drawer in drawers.items()}


def methods(backtest: Backtest) -> list[Stream]:
    """Return the model and every baseline at the model's cadence."""
    same = [
        s for s in backtest.streams if s.cadence == backtest.model.cadence and not s.recalibrated
    ]
    return sorted(same, key=lambda stream: RANKS[stream.method])


def cadences(backtest: Backtest, *, recalibrated: bool = True) -> list[Stream]:
    """Return the streams of the model, the shortest cadence first.

    Parameters
    ----------
    backtest
        What the back-test computed.
    recalibrated
        Whether each is followed by its recalibrated one.
    """
    mine = [
        s for s in backtest.streams if s.method == MODEL and (recalibrated or not s.recalibrated)
    ]
    order = sorted({s.cadence for s in mine}, key=lambda days: days or math.inf)
    return sorted(mine, key=lambda s: (order.index(s.cadence), s.recalibrated))


def at_work(stream: Stream) -> Stream:
    """Return the stream by whose order a method would have sent sales to work.

    One base rate for ever works leads at random; one that is learned again would prefer whom a
    model with a higher rate answered.
    """
    return Stream("base_rate", NEVER_AGAIN) if stream.method == "base_rate" else stream


def truth(backtest: Backtest, language: Language) -> str:
    """Draw the mean probability, and the share that converted.

    Parameters
    ----------
    backtest
        What the back-test computed.
    language
        The language of all texts.
    """
    shown = cadences(backtest)
    series = [
        _line(
            backtest,
            (training_text(stream, language), rank),
            partial(_mean_probability, stream=stream),
        )
        for rank, stream in enumerate(shown)
    ]
    rate = _line(
        backtest,
        (gettext("Share that converted", language), _OBSERVED),
        lambda p: _bare(p.base_rate),
        marked=True,
    )
    drawn = [*series, rate]
    y = _upwards(gettext("Mean probability", language), drawn, "percent", zero=True)
    words = _words("truth", gettext("Were the probabilities true?", language), drawn, language)
    return lines(words, _across(backtest, language), y, drawn)


def captured_conversions(backtest: Backtest, language: Language) -> str:
    """Draw how many conversions were among the leads that sales could work.

    Parameters
    ----------
    backtest
        What the back-test computed.
    language
        The language of all texts.
    """
    shown = methods(backtest)
    rows = [
        Bar(
            method_name(s, language),
            backtest.whole.streams[at_work(s)].captured.captured,
            rank=RANKS[s.method],
        )
        for s in shown
    ]
    most = max([*(row.value for row in rows), 1]) * 1.05
    words = ChartText(
        f"found-{language}",
        gettext("Conversions found", language),
        "; ".join(f"{row.name} {row.value:.0f}" for row in rows),
    )
    return bars(words, Axis(gettext("Conversions found", language), 0, most, "count"), rows)


def conversions_so_far(backtest: Backtest, language: Language) -> str:
    """Draw the conversions found, added up over time.

    Parameters
    ----------
    backtest
        What the back-test computed.
    language
        The language of all texts.
    """
    drawn = []
    for stream in methods(backtest):
        counts = accumulate(
            period.streams[at_work(stream)].captured.captured for period in backtest.periods
        )
        x = tuple(float(period.start) for period in backtest.periods)
        y = tuple(float(count) for count in counts)
        drawn.append(LineSeries(method_name(stream, language), x, y, RANKS[stream.method]))
    words = _words("found-so-far", gettext("Conversions found so far", language), drawn, language)
    y_axis = _upwards(gettext("Conversions found so far", language), drawn, "count", zero=True)
    return lines(words, _across(backtest, language), y_axis, drawn)


def _over_time(backtest: Backtest, language: Language, metric: str, shown: Sequence[Stream]) -> str:
    of_methods = len({stream.method for stream in shown}) > 1
    drawn = []
    for rank, stream in enumerate(shown):
        name = method_name(stream, language) if of_methods else training_text(stream, language)
        place = RANKS[stream.method] if of_methods else rank
        drawn.append(
            _line(
                backtest,
                (name, place),
                partial(_figure, stream=stream, metric=metric),
                marked=place == 0,
            )
        )
    drawn = [line for line in drawn if line.x]
    if not drawn:
        return ""
    y = _upwards(translate(METRICS[metric], language), drawn, "number")
    key = f"{metric}-{'methods' if of_methods else 'cadence'}"
    return lines(
        _words(key, translate(METRICS[metric], language), drawn, language),
        _across(backtest, language),
        y,
        drawn,
    )


def _figure(period: Period, stream: Stream, metric: str) -> Interval | None:
    few = min(period.conversions, period.rows - period.conversions) < MIN_CONVERSIONS
    one = period.streams[stream].figures[metric]
    return None if (few and metric == "auc") or math.isnan(one.value) else one


def _line(
    backtest: Backtest,
    named_as: tuple[str, int],
    value: Callable[[Period], Interval | None],
    *,
    marked: bool = False,
) -> LineSeries:
    """Draw one value a period; the interval around the first series alone."""
    name, rank = named_as
    values = [(float(period.start), value(period)) for period in backtest.periods]
    there = [(x, one) for x, one in values if one is not None]
    around = rank == 0 and all(not math.isnan(one.low) for _, one in there)
    return LineSeries(
        name,
        tuple(x for x, _ in there),
        tuple(one.value for _, one in there),
        rank,
        tuple(one.low for _, one in there) if around else (),
        tuple(one.high for _, one in there) if around else (),
        marked,
    )


def _mean_probability(period: Period, stream: Stream) -> Interval:
    return _bare(period.streams[stream].mean_probability)


def _bare(value: float) -> Interval:
    return Interval(value, math.nan, math.nan)


def _across(backtest: Backtest, language: Language) -> Axis:
    starts = [period.start for period in backtest.periods]
    step = -(-len(starts) // MOST_DATES)
    marks = tuple((float(start), day_of(start)) for start in starts[::step])
    if len(marks) == MOST_DATES:
        marks = (*marks[:-1], (float(starts[-1]), day_of(starts[-1])))
    return Axis(
        gettext("Period, by its first day", language),
        float(starts[0]),
        float(starts[-1]),
        marks=marks,
    )


def _upwards(label: str, drawn: list[LineSeries], form: str, *, zero: bool = False) -> Axis:
    low = min(min((*line.y, *line.low)) for line in drawn)
    high = max(max((*line.y, *line.high)) for line in drawn)
    room = 0.06 * (high - low) or 0.01
    written = "percent" if form == "percent" else "count" if form == "count" else "number"
    return Axis(label, 0.0 if zero else low - room, high + room, written)  # type: ignore[arg-type]


def _words(key: str, title: str, drawn: list[LineSeries], language: Language) -> ChartText:
    summary = "; ".join(f"{line.name}: {line.y[0]:.3g} → {line.y[-1]:.3g}" for line in drawn)
    return ChartText(f"{key}-{language}", title, summary)
