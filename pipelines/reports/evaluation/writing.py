"""Writing the report: pages, JSON, the flat metrics, plots and figures, all in one folder.

::

    report.html report.ja.html    the same page in English and Japanese
    report.json                   every number of the pages
    metrics.json                  flat figures for `dvc metrics`
    plots/*.csv                   the tables behind the figures, for `dvc plots`
    figures/*.svg                 each figure on its own (English)
"""

import json
from pathlib import Path
from typing import Any

from models.evaluation.evaluation import Evaluation
from pipelines.reports.evaluation.figures import figures
from pipelines.reports.evaluation.page import page
from pipelines.reports.evaluation.payload import flat, payload
from pipelines.reports.evaluation.plots import tables
from pipelines.reports.evaluation.words import Language

PAGES: dict[Language, str] = {"en": "report.html", "ja": "report.ja.html"}


def write(evaluation: Evaluation, folder: Path, name: str, about: str = "") -> tuple[Path, ...]:
    """Write everything about an evaluation into a folder.

    Parameters
    ----------
    evaluation
        The numbers.
    folder
        Where to; made if it is not there.
    name, about
        What was evaluated; a line on how (version, revision).

    Returns
    -------
    The files written.
    """
    texts = {PAGES[language]: page(evaluation, language, name, about) for language in PAGES}
    texts["report.json"] = _json(payload(evaluation) | {"name": name, "about": about})
    texts["metrics.json"] = _json(flat(evaluation))
    texts |= {f"plots/{key}.csv": table.to_csv(index=False) for key, table in _tables(evaluation)}
    drawn = figures(evaluation, "en")
    kept = {key: svg for key, svg in drawn.items() if not key.startswith("by_segment_")}
    texts |= {f"figures/{key}.svg": svg for key, svg in kept.items()}
    for file, text in texts.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    return tuple(folder / file for file in texts)


def _tables(evaluation: Evaluation) -> list[tuple[str, Any]]:
    return list(tables(evaluation).items())


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
