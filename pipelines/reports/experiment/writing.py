"""Writing a test: pages in both languages, and every number and the verdict as JSON.

::

    experiment.html experiment.ja.html    the same page in English and Japanese
    verdict.json                          every number, and the verdict in both languages
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from features.wording.sentences import Language
from models.worth.two_arms import ArmComparison
from pipelines.reports import shell
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.experiment import verdicts
from pipelines.reports.experiment.page import STEM, ExperimentPlan, page
from pipelines.storage.atomic import write_json, write_text

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)


def write(
    done: ArmComparison, declared: dict[str, Any], plan: ExperimentPlan, folder: Path
) -> dict[str, Any]:
    """Write a test into its folder; return the facts.

    Parameters
    ----------
    done
        What was observed.
    declared
        The declaration as plain data.
    plan
        How many leads the test needs.
    folder
        Where to; it is there.
    """
    for language, file in PAGES.items():
        write_text(folder / file, page(done, declared, plan, language))
    facts = {
        "name": declared["name"],
        "question": declared["question"],
        "shown": done.verdict.shown,
        "complete": done.verdict.complete,
        "verdict": {one: verdicts.verdict(done, declared, one) for one in PAGES},
        "sentences": verdicts.sentences(done, declared, plan, "en"),
        "result": plain(done),
        "plan": asdict(plan),
    }
    write_json(folder / "verdict.json", facts)
    return facts
