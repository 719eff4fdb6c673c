"""Writing a money receipt: pages in both languages, and every number as JSON.

::

    worth.html worth.ja.html    the same page in English and Japanese
    worth.json                  every number, and the verdict in English
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from features.wording.sentences import Language
from models.worth.receipt import Contribution, Receipt
from pipelines.reports import shell
from pipelines.reports.evaluation.payload import plain
from pipelines.reports.worth import verdicts
from pipelines.reports.worth.page import STEM, QuarterAccount, page

PAGES: Final[dict[Language, str]] = shell.file_names(STEM)
JSON: Final = f"{STEM}.json"


def write(
    receipt: Receipt,
    parts: list[Contribution],
    account: QuarterAccount,
    folder: Path,
    name: str,
) -> dict[str, Any]:
    """Write everything about a receipt into a folder; return the facts.

    Parameters
    ----------
    receipt, parts, account
        What the list won, the shares of parts in it, and about the quarter.
    folder
        Where to; it is there.
    name
        The name of the company.
    """
    for language, file in PAGES.items():
        text = page(receipt, parts, account, language, name)
        (folder / file).write_text(text, encoding="utf-8")
    facts: dict[str, Any] = {
        "company": name,
        "account": asdict(account),
        "verdict": verdicts.sentences(receipt, account.former, "en"),
        "shown": receipt.verdict.shown,
        "complete": receipt.verdict.complete,
        "receipt": plain(receipt),
        "parts": plain(parts),
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JSON).write_text(text + "\n", encoding="utf-8")
    return facts
