"""Writing a run of the monitor: pages in both languages, and everything as JSON.

::

    monitor.html monitor.ja.html  the same page in English and Japanese
    monitor.json                  verdict, alarms, and every finding
"""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from features.catalog.catalog import Catalog
from features.feature import Text
from features.timeline import from_moments
from features.wording.sentences import Language
from models.monitoring.findings import MonitorReport
from models.monitoring.settings import MonitorSettings
from pipelines.reports import shell
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.monitor.page import STEM, below_alarm_texts, page
from pipelines.reports.monitor.wording import alarm_text

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)
JSON: Final = "monitor.json"


def write(
    watched: MonitorReport,
    catalog: Catalog,
    settings: MonitorSettings,
    folder: Path,
    name: str,
    target: Text | None = None,
) -> None:
    """Write everything about a run into a folder.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    settings
        The settings of the monitor.
    folder
        Where to; it is there.
    name
        The name of the company.
    target
        What people call the target; None where there is only one.
    """
    for language, file in PAGES.items():
        text = page(watched, catalog, settings, language, shell.heading(name, target, language))
        (folder / file).write_text(text, encoding="utf-8")
    whole = payload(watched, catalog, settings, name)
    whole |= {} if target is None else {"target": vars(target)}
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")


def written_alarms(folder: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Read the alarms that were written, and what deviates below the alarm, in English."""
    facts = json.loads((folder / JSON).read_text("utf-8"))
    return facts["alarms"], facts["below_alarm"]


def payload(
    watched: MonitorReport, catalog: Catalog, settings: MonitorSettings, name: str
) -> dict[str, Any]:
    """Return a run as plain JSON values; an alarm names its column or part by its code.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    settings
        The settings of the monitor.
    name
        The name of the company.
    """
    return {
        "verdict": watched.verdict,
        "as_of": from_moments(np.array([watched.compared.at]))[0].isoformat(),
        "company": name,
        "model": watched.model,
        "false_alarm_rate": settings.false_alarm_rate,
        "alarms": [alarm_text(one, catalog, "en") | {"what": one.what} for one in watched.alarms],
        "below_alarm": below_alarm_texts(watched, catalog, settings, "en"),
        "compared": plain(watched.compared),
        "calibration": plain(watched.calibration) | {"enough": watched.calibration.enough},
        "drift": plain(watched.drift),
        "volumes": plain(watched.volumes),
        "unseen": plain(watched.unknown_values),
        "settings": plain(settings),
    }
