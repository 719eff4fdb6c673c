"""The page of a back-test: one HTML file that holds everything, in one language."""

import math
from typing import Any, Final

from features.wording.sentences import Language
from models.evaluation.evaluation import MODEL
from models.lifecycle.backtest import Backtest, Stream, StreamResult
from models.lifecycle.origins import NEVER_AGAIN, BacktestSettings, day_of
from models.stats.metrics import Interval
from pipelines.reports import shell
from pipelines.reports.backtest.figures import at_work, cadences, figures, methods
from pipelines.reports.backtest.wording import cadence_text, method_name, training_text
from pipelines.reports.translation import gettext, number

STEM: Final = "report"


def page(backtest: Backtest, settings: BacktestSettings, language: Language, name: str) -> str:
    """Write the report as one HTML page.

    Parameters
    ----------
    backtest
        What the back-test computed.
    settings
        Its settings.
    language
        The language of all texts.
    name
        The name of the company.
    """
    drawn = figures(backtest, language)
    values = {
        "name": name,
        "facts": _facts(backtest, settings, language),
        "verdicts": verdicts(backtest, settings, language),
        "rows": [_row(backtest, stream, language) for stream in ordered(backtest)],
        "figure": lambda key, caption: shell.figure(caption, drawn[key]),
    }
    return shell.page("backtest.html.j2", language, STEM, values)


def _facts(backtest: Backtest, settings: BacktestSettings, language: Language) -> dict[str, Any]:
    whole = backtest.whole
    return {
        "periods": len(backtest.periods),
        "first": day_of(whole.start),
        "last": day_of(backtest.periods[-1].end),
        "leads": number(whole.leads, language),
        "converted": number(whole.converted, language),
        "cadence": cadence_text(backtest.model.cadence, language),
        "capacity": settings.capacity,
    }


def ordered(backtest: Backtest) -> list[Stream]:
    """Return the streams in reading order: the model's, then baselines at its cadence."""
    mine = cadences(backtest)
    others = [stream for stream in methods(backtest) if stream.method != MODEL]
    return [*mine, *others]


def verdicts(backtest: Backtest, settings: BacktestSettings, language: Language) -> list[str]:
    """Return the conclusion in sentences.

    Parameters
    ----------
    backtest
        What the back-test computed.
    settings
        Its settings.
    language
        The language of all texts.
    """
    whole = backtest.whole
    mine = whole.streams[backtest.model]
    never = whole.streams[Stream(MODEL, NEVER_AGAIN)]
    repaired = whole.streams[Stream(MODEL, NEVER_AGAIN, recalibrated=True)]
    rivals = [s for s in methods(backtest) if s.method != MODEL]
    best = min(rivals, key=lambda stream: whole.streams[stream].figures["log_loss"].value)
    gain = whole.streams[best].gains["log_loss"].gain
    random = whole.streams[Stream("base_rate", NEVER_AGAIN)]
    return [
        gettext(
            "AUC %(auc)s over all periods when trained again %(cadence)s; %(never)s when trained "
            "once.",
            language,
            auc=_fixed(mine.figures["auc"].value),
            never=_fixed(never.figures["auc"].value),
            cadence=cadence_text(backtest.model.cadence, language),
        ),
        gettext(
            "Log loss %(loss)s; %(never)s when trained once, %(recalibrated)s when that model is "
            "only recalibrated.",
            language,
            loss=_fixed(mine.figures["log_loss"].value),
            never=_fixed(never.figures["log_loss"].value),
            recalibrated=_fixed(repaired.figures["log_loss"].value),
        ),
        gettext(
            "The strongest baseline in log loss is %(name)s: the model gains %(gain)s on it "
            "(%(low)s to %(high)s).",
            language,
            name=method_name(best, language),
            gain=_fixed(gain.value, 4),
            low=_fixed(gain.low, 4),
            high=_fixed(gain.high, 4),
        ),
        gettext(
            "With %(capacity)s leads a week, the model finds %(captured)s of %(converted)s leads "
            "that convert; random work finds %(random)s.",
            language,
            capacity=settings.capacity,
            captured=mine.captured.captured,
            converted=number(whole.converted, language),
            random=random.captured.captured,
        ),
    ]


def _row(backtest: Backtest, stream: Stream, language: Language) -> dict[str, Any]:
    one = backtest.whole.streams[stream]
    work = backtest.whole.streams[at_work(stream)].captured
    return {
        "name": method_name(stream, language),
        "training": training_text(stream, language),
        "model": stream == backtest.model,
        "cells": [
            *(_cell(one.figures[metric]) for metric in ("auc", "log_loss", "ece")),
            (
                f"{one.mean_probability:.1%} / {backtest.whole.base_rate:.1%}".replace(
                    "%", "\u00a0%"
                ),
                "",
            ),
            _gain(backtest, stream, one),
            (number(work.captured, language), f"/ {number(work.worked, language)}"),
        ],
    }


def _gain(backtest: Backtest, stream: Stream, one: StreamResult) -> tuple[str, str]:
    return ("", "") if stream == backtest.model else _cell(one.gains["log_loss"].gain, 4)


def _cell(figure: Interval, decimals: int = 3) -> tuple[str, str]:
    if math.isnan(figure.value):
        return "–", ""
    ends = f"{_fixed(figure.low, decimals)} – {_fixed(figure.high, decimals)}"
    return _fixed(figure.value, decimals), ends


def _fixed(value: float, decimals: int = 3) -> str:
    return "–" if math.isnan(value) else f"{value:.{decimals}f}"
