"""Writing the report: pages, JSON, the flat metrics, plots and figures, all in one folder.

::

    report.html report.ja.html    the same page in English and Japanese
    report.json                   every number of the pages
    metrics.json                  flat figures for `dvc metrics`
    plots/*.csv                   the tables behind the figures, for `dvc plots`
    figures/*.svg                 each figure on its own (English)
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from features.feature import Text
from features.wording.sentences import Language
from models.evaluation.evaluation import Evaluation
from pipelines.reports import shell
from pipelines.reports.evaluation.figures import figures
from pipelines.reports.evaluation.page import STEM, page
from pipelines.reports.evaluation.payload import flat, payload
from pipelines.reports.evaluation.plots import tables
from pipelines.reports.shell import heading

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)
NO_BEESWARMS: Final[Mapping[Language, str]] = MappingProxyType({})


def write(
    evaluation: Evaluation,
    folder: Path,
    name: str,
    about: str = "",
    beeswarms: Mapping[Language, str] = NO_BEESWARMS,
    target: Text | None = None,
) -> tuple[Path, ...]:
    """Write everything about an evaluation into a folder.

    Parameters
    ----------
    evaluation
        The numbers.
    folder
        Where to; made if it is not there.
    name, about
        What was evaluated; a line on how (version, revision).
    beeswarms
        Language -> the contributions of every concept to the rows of the test, as SVG; a language
        without one has no such picture.
    target
        What people call the target; None where there is only one.

    Returns
    -------
    The files written.
    """
    texts = {
        file: page(
            evaluation,
            language,
            heading(name, target, language),
            about,
            beeswarms.get(language, ""),
        )
        for language, file in PAGES.items()
    }
    about_it = {"name": name, "about": about} | ({} if target is None else {"target": vars(target)})
    texts["report.json"] = _json(payload(evaluation) | about_it)
    texts["metrics.json"] = _json(flat(evaluation))
    texts |= {f"plots/{key}.csv": table.to_csv(index=False) for key, table in _tables(evaluation)}
    drawn = figures(evaluation, "en")
    if beeswarms.get("en"):
        drawn["beeswarm"] = beeswarms["en"]
    alone = {key: svg for key, svg in drawn.items() if not key.startswith("by_segment_")}
    texts |= {f"figures/{key}.svg": svg for key, svg in alone.items()}
    for file, text in texts.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    return tuple(folder / file for file in texts)


def _tables(evaluation: Evaluation) -> list[tuple[str, Any]]:
    return list(tables(evaluation).items())


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
