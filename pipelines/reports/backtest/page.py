"""The page of a back-test: one HTML file that holds everything, in one language."""

import math
from typing import Any

from markupsafe import Markup

from models.evaluation.evaluation import MODEL
from models.lifecycle.backtest import Backtest, Stream, Told
from models.lifecycle.origins import NEVER_AGAIN, BacktestSettings, day_of
from models.stats.metrics import Interval
from pipelines.reports.backtest.figures import at_work, cadences, figures, methods
from pipelines.reports.backtest.words import named, often, phrase, training
from pipelines.reports.evaluation.words import Language
from pipelines.reports.templating import looks, template


def page(told: Backtest, settings: BacktestSettings, language: Language, name: str) -> str:
    """Write the report as one HTML page."""
    drawn = figures(told, language)
    whole = told.whole
    text: str = template("pipelines.reports.backtest", "backtest.html.j2").render(
        language=language,
        name=name,
        css=Markup(looks()),  # noqa: S704 (our own file)
        t=lambda key: phrase(
            key,
            language,
            periods=len(told.periods),
            first=day_of(whole.start),
            last=day_of(told.periods[-1].end),
            leads=f"{whole.leads:,}",
            conversions=f"{whole.conversions:,}",
            converted=f"{whole.converted:,}",
            cadence=often(told.model.cadence, language),
            capacity=settings.capacity,
        ),
        verdicts=verdicts(told, settings, language),
        rows=[_row(told, stream, language) for stream in ordered(told)],
        figure=lambda key, caption: Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(
            phrase(caption, language),
            Markup(drawn[key]),  # noqa: S704 (the charts escape their words)
        ),
    )
    return text


def ordered(told: Backtest) -> list[Stream]:
    """Order the streams for reading: the model's, then the baselines' at the model's cadence."""
    mine = cadences(told)
    others = [stream for stream in methods(told) if stream.method != MODEL]
    return [*mine, *others]


def verdicts(told: Backtest, settings: BacktestSettings, language: Language) -> list[str]:
    """Say in sentences what it comes to."""
    whole = told.whole
    mine = whole.streams[told.model]
    never = whole.streams[Stream(MODEL, NEVER_AGAIN)]
    repaired = whole.streams[Stream(MODEL, NEVER_AGAIN, recalibrated=True)]
    rivals = [s for s in methods(told) if s.method != MODEL]
    best = min(rivals, key=lambda stream: whole.streams[stream].figures["log_loss"].value)
    gain = whole.streams[best].gains["log_loss"].gain
    random = whole.streams[Stream("base_rate", NEVER_AGAIN)]
    return [
        phrase(
            "v_auc",
            language,
            auc=_number(mine.figures["auc"].value),
            never=_number(never.figures["auc"].value),
            cadence=often(told.model.cadence, language),
        ),
        phrase(
            "v_loss",
            language,
            loss=_number(mine.figures["log_loss"].value),
            never=_number(never.figures["log_loss"].value),
            recalibrated=_number(repaired.figures["log_loss"].value),
        ),
        phrase(
            "v_best",
            language,
            name=named(best, language),
            gain=_number(gain.value, 4),
            low=_number(gain.low, 4),
            high=_number(gain.high, 4),
        ),
        phrase(
            "v_found",
            language,
            capacity=settings.capacity,
            found=mine.found.found,
            converted=f"{whole.converted:,}",
            random=random.found.found,
        ),
    ]


def _row(told: Backtest, stream: Stream, language: Language) -> dict[str, Any]:
    one = told.whole.streams[stream]
    work = told.whole.streams[at_work(stream)].found
    return {
        "name": named(stream, language),
        "training": training(stream, language),
        "model": stream == told.model,
        "cells": [
            *(_cell(one.figures[metric]) for metric in ("auc", "log_loss", "ece")),
            (
                f"{one.mean_probability:.1%} / {told.whole.base_rate:.1%}".replace("%", "\u00a0%"),
                "",
            ),
            _gain(told, stream, one),
            (f"{work.found:,}", f"/ {work.worked:,}"),
        ],
    }


def _gain(told: Backtest, stream: Stream, one: Told) -> tuple[str, str]:
    return ("", "") if stream == told.model else _cell(one.gains["log_loss"].gain, 4)


def _cell(figure: Interval, decimals: int = 3) -> tuple[str, str]:
    if math.isnan(figure.value):
        return "–", ""
    ends = f"{_number(figure.low, decimals)} – {_number(figure.high, decimals)}"
    return _number(figure.value, decimals), ends


def _percent(share: float) -> str:
    return f"{100 * share:.1f}\u00a0%"


def _number(value: float, decimals: int = 3) -> str:
    return "–" if math.isnan(value) else f"{value:.{decimals}f}"
