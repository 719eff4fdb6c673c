"""Writing a back-test: pages in both languages, every number as JSON, and the table as CSV.

::

    report.html report.ja.html    the same page in English and Japanese
    backtest.json                 every number
    table.csv                     one row a period (or `all`) and stream
"""

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd

from features.feature import Text
from features.wording.sentences import Language
from models.lifecycle.backtest import Backtest, Period, Stream, StreamResult
from models.lifecycle.origins import BacktestSettings, day_of
from pipelines.reports import shell
from pipelines.reports.backtest.page import STEM, page
from pipelines.reports.evaluation.payload import plain

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)


def write(
    backtest: Backtest,
    settings: BacktestSettings,
    folder: Path,
    name: str,
    target: Text | None = None,
) -> None:
    """Write everything about a back-test into a folder.

    Parameters
    ----------
    backtest
        What the back-test computed.
    settings
        Its settings.
    folder
        Where to; it is there.
    name
        The name of the company.
    target
        What people call the target; None where there is only one.
    """
    rows = table(backtest)
    for language, file in PAGES.items():
        text = page(backtest, settings, language, shell.heading(name, target, language))
        (folder / file).write_text(text, encoding="utf-8")
    whole = {"name": name, "settings": plain(settings), "model": backtest.model.key}
    whole |= {} if target is None else {"target": vars(target)}
    text = json.dumps(whole | {"table": plain(rows)}, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "backtest.json").write_text(text + "\n", encoding="utf-8")
    pd.DataFrame(rows).to_csv(folder / "table.csv", index=False)


def table(backtest: Backtest) -> list[dict[str, Any]]:
    """Return one flat row a period and stream, those of the whole first."""
    return [
        _row("all" if period is backtest.whole else day_of(period.start), period, stream, one)
        for period in (backtest.whole, *backtest.periods)
        for stream, one in period.streams.items()
    ]


def _row(named: str, period: Period, stream: Stream, one: StreamResult) -> dict[str, Any]:
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
    less = one.captured.less
    return row | {
        "worked": one.captured.worked,
        "found": one.captured.captured,
        "found_less": less.value,
        "found_less_low": less.low,
        "found_less_high": less.high,
    }
