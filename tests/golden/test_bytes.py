"""The sample company gives the bytes that were frozen: tables, models, reports, answers, pages."""

import json
from pathlib import Path

from tests.golden.freeze import RECORD, compute, differences


def test_the_sample_company_gives_the_frozen_bytes(tmp_path: Path) -> None:
    frozen = json.loads(RECORD.read_text("utf-8"))
    changed = differences(frozen, compute(tmp_path))
    assert not changed, "\n".join(
        [
            f"{len(changed)} frozen items differ; what was computed is in {tmp_path}",
            "(its answers.json holds answers and pages). If the change is deliberate, run",
            "`make golden`, the one command that freezes anew.",
            *changed,
        ]
    )
