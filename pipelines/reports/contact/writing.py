"""Writing contact value: pages in both languages, and every number as JSON.

::

    contact-value.html contact-value.ja.html    the same page in English and Japanese
    contact-value.json                          every number, and the verdict in both languages
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from features.feature import Text
from features.wording.sentences import Language
from models.contact.contact_value import ContactValue
from pipelines.reports import shell
from pipelines.reports.contact import verdicts
from pipelines.reports.contact.page import STEM, ContactAccount, page
from pipelines.reports.evaluation.payload import plain
from pipelines.storage.atomic import write_json, write_text

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)


def write(
    done: ContactValue, account: ContactAccount, folder: Path, about: tuple[str, Mapping[str, Text]]
) -> dict[str, Any]:
    """Write everything into a folder; return the facts.

    Parameters
    ----------
    done
        The estimate.
    account
        About its source.
    folder
        Where to; it is there.
    about
        The name of the company, and the labels of its attributes.
    """
    for language, file in PAGES.items():
        write_text(folder / file, page(done, account, language, about))
    facts = {
        "company": about[0],
        "account": asdict(account),
        "answer": done.verdict.answer,
        "why": done.verdict.why,
        "randomised": done.verdict.randomised,
        "verdict": {one: verdicts.sentences(done, one) for one in PAGES},
        "result": plain(replace(done, model=None)),
    }
    write_json(folder / f"{STEM}.json", facts)
    return facts
