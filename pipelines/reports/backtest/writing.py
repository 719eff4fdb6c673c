"""Writing a back-test: pages in both languages, every number as JSON, and the table as CSV.

::

    report.html report.ja.html    the same page in English and Japanese
    backtest.json                 every number
    table.csv                     one row a period (or `all`) and stream
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from models.lifecycle.backtest import Backtest, Period, Stream, Told
from models.lifecycle.origins import BacktestSettings, day_of
from pipelines.reports.backtest.page import page
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.evaluation.writing import PAGES


def write(told: Backtest, settings: BacktestSettings, folder: Path, name: str) -> None:
    """Write everything about a back-test into a folder."""
    rows = table(told)
    for language, file in PAGES.items():
        (folder / file).write_text(page(told, settings, language, name), encoding="utf-8")
    whole = {"name": name, "settings": plain(settings), "model": told.model.key}
    text = json.dumps(whole | {"table": plain(rows)}, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "backtest.json").write_text(text + "\n", encoding="utf-8")
    pd.DataFrame(rows).to_csv(folder / "table.csv", index=False)


def table(told: Backtest) -> list[dict[str, Any]]:
    """Give one flat row a period and stream, those of the whole first."""
    return [
        _row("all" if period is told.whole else day_of(period.start), period, stream, one)
        for period in (told.whole, *told.periods)
        for stream, one in period.streams.items()
    ]


def _row(named: str, period: Period, stream: Stream, one: Told) -> dict[str, Any]:
    row: dict[str, Any] = {
        "period": named,
        "until": day_of(period.end),
        "method": stream.method,
        "cadence_days": stream.cadence or None,
        "recalibrated": stream.recalibrated,
        "rows": period.rows,
        "leads": period.leads,
        "conversions": period.conversions,
        "converted_leads": period.converted,
        "base_rate": period.base_rate,
        "mean_probability": one.mean_probability,
    }
    for metric, figure in one.figures.items():
        row |= {metric: figure.value, f"{metric}_low": figure.low, f"{metric}_high": figure.high}
    for metric, gain in one.gains.items():
        row |= {
            f"model_gain_{metric}": gain.gain.value,
            f"model_gain_{metric}_low": gain.gain.low,
            f"model_gain_{metric}_high": gain.gain.high,
        }
    less = one.found.less
    return row | {
        "worked": one.found.worked,
        "found": one.found.found,
        "found_less": less.value,
        "found_less_low": less.low,
        "found_less_high": less.high,
    }
