"""Every block of Python in the pages runs, on companies that other tests have as well.

Blocks of another product (Spark) are compiled alone; what runs elsewhere is named with its place.
"""

import importlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import mikomi
import mikomi.client
from models.artifact import artifact
from models.evaluation.settings import EvaluationSettings
from serve.scoring.registered_model import RegisteredModel
from tests import raw_leads, served
from tests.bench import POINTS, QUICK, Bench
from tests.docs.test_blocks import ROOT, blocks
from tests.unit.mikomi.conftest import Office

ELSEWHERE = {"docs/how-to/own-features.md": "tests/unit/features/test_own_features.py"}
BLOCKS = blocks("python")
Run = Callable[[str], dict[str, Any]]


def run(code: str, **names: Any) -> dict[str, Any]:
    exec(compile(code, "page", "exec"), names)  # noqa: S102 - a block of our own pages
    return names


def of(page: str) -> list[str]:
    return [code for name, code in BLOCKS if name == page]


def test_every_block_runs_or_is_of_another_product() -> None:
    ran = {"docs/reference/python.md", *ELSEWHERE}
    ran |= {f"docs/how-to/{name}" for name in ("agents.md", "agents.ja.md")}
    ran |= {f"docs/how-to/{name}" for name in ("elsewhere.md", "elsewhere.ja.md")}
    assert {page for page, _ in BLOCKS} == ran
    for page, place in ELSEWHERE.items():
        assert Path(page).name in (ROOT / place).read_text("utf-8")


def test_the_six_lines_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    read = mikomi.read

    def as_before(*files: str) -> mikomi.Company:
        assert all(Path(one).is_file() for one in files)
        assert read is mikomi.company.read
        return bench.company

    quick = partial(mikomi.LeadClassifier, points=POINTS, settings=QUICK)
    assert quick().get_params()["points"] == POINTS
    settings = EvaluationSettings(redraws=5, learning_fractions=(), explained_rows=100)
    less = cache(partial(mikomi.evaluate, settings=settings))
    for name, one in {"read": as_before, "LeadClassifier": quick, "evaluate": less}.items():
        monkeypatch.setattr(mikomi, name, one, raising=False)
    drawn = partial(bench.company.snapshots, every_days=56, early_age_hours=(24.0,))
    monkeypatch.setattr(bench.company, "snapshots", drawn)
    for code in of("docs/reference/python.md"):
        ranked = run(code + "\nranking = company.rank(model)")
        assert ranked["ranking"]["probability"].tolist() == bench.ranking["probability"].tolist()
        assert len(ranked["test"]) == len(bench.test)


@pytest.mark.parametrize("page", ["docs/how-to/agents.md", "docs/how-to/agents.ja.md"])
def test_a_program_asks_the_server(
    page: str,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (code,) = of(page)
    keys: list[str] = []

    def reached(address: str, key: str) -> Any:
        keys.append(key)
        assert address.startswith("http")
        return office.client

    monkeypatch.setattr(mikomi.client, "Client", reached)
    run(code)
    run(code.replace('band="hot"', ""))
    assert keys == ["mk_..."] * 2
    lines = capsys.readouterr().out.split("\n")
    assert sum(0.0 < float(line.split()[0]) < 1.0 for line in lines if line) > 1


@pytest.mark.filterwarnings("ignore:.*type hint:UserWarning")  # MLflow's, of models with any type
@pytest.mark.parametrize("page", ["docs/how-to/elsewhere.md", "docs/how-to/elsewhere.ja.md"])
def test_the_registered_model_takes_tables(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, spark = of(page)
    artifact.save(tmp_path / "model", served.artifact())
    own = RegisteredModel()
    own.load(tmp_path / "model")
    loaded = SimpleNamespace(
        input_example=raw_leads.leads(), unwrap_python_model=lambda: own, predict=own.predict
    )
    pyfunc = importlib.import_module("mlflow.pyfunc")
    monkeypatch.setattr(pyfunc, "load_model", {"models:/mikomi@champion": loaded}.get)
    leads = raw_leads.leads()[["lead_id", "created_at"]].drop_duplicates("lead_id")
    leads = leads.assign(owner_id="sato", industry="it", employees=3.0)
    leads = leads.assign(newsletter=None, job_role=None)
    done = leads[["lead_id"]].assign(activity_type="call", occurred_at="2026-05-01T00:00:00Z")
    won = leads[["lead_id"]].assign(outcome="opened", occurred_at="2026-05-02T00:00:00Z")
    code = here.replace("\nmodel.predict(rows)", "\nscored = model.predict(rows)")
    scored = run(code, leads=leads, activities=done, outcomes=won)["scored"]
    assert isinstance(scored, pd.DataFrame)
    assert scored["probability"].between(0.0, 1.0).all()
    compile(spark, page, "exec")


def test_a_block_that_fails_would_be_noticed() -> None:
    with pytest.raises(NameError):
        run("leads = nothing_such")
