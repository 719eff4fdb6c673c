"""The six lines on raw exports that nobody of this project made; skipped where they are absent."""

import os
from functools import cache, partial
from pathlib import Path

import pytest

import mikomi
from models.evaluation.settings import EvaluationSettings
from tests.bench import QUICK
from tests.docs.test_blocks import ROOT, blocks
from tests.unit.mikomi.test_page_blocks import run

DATA = Path(os.environ.get("MIKOMI_DATA", "nowhere"))
LINES = [code for page, code in blocks("python") if page == "docs/reference/python.md"][1]


OPEN = {"online_retail": True, "oulad": False}
"""Whether anybody is open when observation ends; in oulad every enrolment is decided by then."""


@pytest.mark.parametrize("name", list(OPEN))
def test_six_lines_make_a_ranked_table_of_a_raw_export(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"{name} is not in MIKOMI_DATA")
    monkeypatch.chdir(ROOT)
    settings = EvaluationSettings(redraws=5, learning_fractions=(), explained_rows=50)
    for one, smaller in {
        "LeadClassifier": partial(mikomi.LeadClassifier, settings=QUICK),
        "evaluate": cache(partial(mikomi.evaluate, settings=settings)),
    }.items():
        monkeypatch.setattr(mikomi, one, smaller, raising=False)
    code = LINES.replace("online_retail", name).replace(
        "\ncompany.rank", "\nranking = company.rank"
    )
    names = run(code + "report = mikomi.evaluate(model, test)\n")
    assert names["report"].verdict == "signal"
    ranking = names["ranking"]
    assert (len(ranking) > 0) is OPEN[name]
    assert ranking["probability"].is_monotonic_decreasing
    assert (ranking["reasons_en"].head(20).map(len) > 0).all()
