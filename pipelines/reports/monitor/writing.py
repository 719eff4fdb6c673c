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
from features.timeline import from_moments
from models.monitoring.findings import Watched
from models.monitoring.settings import MonitorSettings
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.evaluation.words import Language
from pipelines.reports.monitor.page import page
from pipelines.reports.monitor.words import told

PAGES: Final[dict[Language, str]] = {"en": "monitor.html", "ja": "monitor.ja.html"}
JSON: Final = "monitor.json"


def write(
    found: Watched, catalog: Catalog, settings: MonitorSettings, folder: Path, name: str
) -> None:
    """Write everything about a run into a folder."""
    for language, file in PAGES.items():
        text = page(found, catalog, settings, language, name)
        (folder / file).write_text(text, encoding="utf-8")
    whole = payload(found, catalog, settings, name)
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")


def told_in_english(folder: Path) -> list[dict[str, str]]:
    """Read the alarms that were written."""
    alarms: list[dict[str, str]] = json.loads((folder / JSON).read_text("utf-8"))["alarms"]
    return alarms


def payload(
    found: Watched, catalog: Catalog, settings: MonitorSettings, name: str
) -> dict[str, Any]:
    """Give a run as plain JSON values; an alarm names its column or part by its code."""
    return {
        "verdict": found.verdict,
        "as_of": from_moments(np.array([found.compared.at]))[0].isoformat(),
        "company": name,
        "model": found.model,
        "false_alarm_rate": settings.false_alarm_rate,
        "alarms": [told(one, catalog, "en") | {"what": one.what} for one in found.alarms],
        "compared": plain(found.compared),
        "calibration": plain(found.calibration) | {"enough": found.calibration.enough},
        "drift": plain(found.drift),
        "volumes": plain(found.volumes),
        "unseen": plain(found.unseen),
        "settings": plain(settings),
    }
