"""Writing an audit: pages in both languages, and every number as JSON.

::

    audit.html audit.ja.html    the same page in English and Japanese
    audit.json                  every number, and the answers of the checks in English
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from features.wording.sentences import Language
from models.audit.audit import ScoreAudit
from pipelines.reports import shell
from pipelines.reports.audit import check_words, verdicts
from pipelines.reports.audit.page import STEM, AuditedScore, page
from pipelines.reports.evaluation.payload import plain

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)
JSON: Final = f"{STEM}.json"


def write(audit: ScoreAudit, score: AuditedScore, folder: Path, name: str) -> dict[str, Any]:
    """Write everything about an audit into a folder; return the facts.

    Parameters
    ----------
    audit
        What was observed.
    score
        About the score.
    folder
        Where to; it is there.
    name
        The name of the company.
    """
    for language, file in PAGES.items():
        (folder / file).write_text(page(audit, score, language, name), encoding="utf-8")
    whole = facts(audit, score, name)
    text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")
    return whole


def facts(audit: ScoreAudit, score: AuditedScore, name: str) -> dict[str, Any]:
    """Return an audit as plain JSON values.

    Parameters
    ----------
    audit, score, name
        As in `write`.
    """
    best = verdicts.best_rival(audit)
    return {
        "company": name,
        "score": {key: one for key, one in asdict(score).items() if key != "labels"},
        "verdict": verdicts.sentences(audit, score.title, "en"),
        "faults": [one.code for one in audit.faults],
        "warnings": [one.code for one in audit.warnings],
        "checks": [
            check_words.row(one, "en") | {"values": plain(dict(one.values))}
            for one in audit.findings
        ],
        "better_list": None if best is None else best.name,
        **plain(audit),
    }
