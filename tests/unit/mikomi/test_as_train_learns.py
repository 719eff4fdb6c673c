"""The classifier of a notebook learns what `mikomi train` learns from the same rows."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

import mikomi
from features.errors import BadParams, BadRequest
from models.explain.proof import nameable_model
from pipelines.run import params_file
from pipelines.stages import train as train_stage
from pipelines.workbench import judging, requests
from tests.bench import POINTS, Bench

SECTION: dict[str, Any] = {
    "folds": 2,
    "seed": 3,
    "points": POINTS,
    "bands": {"hot": 80.0},
    "proof": {"max_rows": 300},
    "scorecard": {"max_bins": 8, "penalties": [30.0]},
    "booster": {"max_trees": 10, "threads": 1},
}
NOT_CHECKED = {"check_array_api_input": "no array API: features are a pandas table or numpy"}
"""Checks of scikit-learn that do not apply, and why."""
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "python.md"


def test_it_learns_what_the_stage_learns(bench: Bench) -> None:
    job = bench.learning.job
    train = params_file.parse(json.dumps({"train": SECTION})).train
    rows, catalog = train_stage.learning_rows(job)
    points = train_stage.read_sales_points(train.points, catalog)
    alone = nameable_model.fit(rows, catalog, (train, points, train.seed), train.proof)
    whole = mikomi.LeadClassifier(settings=SECTION).fit(*bench.learning)
    assert np.array_equal(whole.rows_.group, rows.group)
    assert len(np.unique(rows.group)) < len(np.unique(rows.lead)), "leads of one account"
    margin = whole.artifact_.model.margin(rows.values)
    assert margin.tobytes() == alone.model.margin(rows.values).tobytes()
    assert whole.artifact_.evidence.proven == alone.evidence.proven
    assert whole.artifact_.reference.bands.hot == 80.0


def test_accounts_travel_with_the_table_and_are_numbers(bench: Bench) -> None:
    table = bench.learning.features()
    part = table.iloc[10:60]
    assert part.attrs["mikomi"]["accounts"] == table.attrs["mikomi"]["accounts"]
    accounts = bench.company.tables.leads["account_id"].dropna()
    assert not [one for one in accounts if f'"{one}"' in table.attrs["mikomi"]["accounts"]]
    learning = judging.rows_by(
        bench.learning.job, bench.learning.frame, bench.model.artifact_.catalog
    )
    assert np.array_equal(learning.group, bench.model.rows_.group)


def test_planted_fault_a_table_without_its_accounts_parts_them(bench: Bench) -> None:
    table = bench.learning.features()
    table.attrs["mikomi"] = table.attrs["mikomi"] | {"accounts": ""}
    quick = {name: SECTION[name] for name in ("folds", "proof", "scorecard")}
    model = mikomi.LeadClassifier(settings=quick, max_trees=1).fit(table, bench.learning.label)
    assert not np.array_equal(model.rows_.group, bench.model.rows_.group)


def test_settings_are_the_section_of_a_params_file(bench: Bench) -> None:
    made = clone(mikomi.LeadClassifier(settings=SECTION)).chosen()
    assert (made.seed, made.points, made.proof.max_rows) == (3, POINTS, 300)
    own = mikomi.LeadClassifier(settings=SECTION, seed=9, points="mine.yaml").chosen()
    assert (own.seed, own.points) == (9, "mine.yaml")
    company = mikomi.LeadClassifier(settings=bench.company.job.params.train).chosen()
    assert company.train == bench.company.job.params.train
    with pytest.raises(BadParams, match=r"train\.fold; .* did you mean folds"):
        mikomi.LeadClassifier(settings={"fold": 2}).chosen()
    params = bench.company.job.params
    assert requests.evaluation_of({"redraws": 5}, params).redraws == 5
    assert requests.evaluation_of(None, params) == params.evaluate
    with pytest.raises(BadParams, match=r"evaluate\.redraw; "):
        mikomi.evaluate(bench.model, bench.test, settings={"redraw": 5})


def test_a_first_mapping_is_written_once(bench: Bench, tmp_path: Path) -> None:
    files = [bench.export / name for name in ("leads.csv", "deals.csv")]
    mapping = mikomi.init(files, tmp_path / "mapping.yaml")
    assert "leads:" in mapping.read_text("utf-8")
    mapping.write_text("answered: yes", "utf-8")
    with pytest.raises(BadRequest, match="is there already"):
        mikomi.init(files, mapping)
    assert mapping.read_text("utf-8") == "answered: yes"
    assert "leads:" in mikomi.init(files, mapping, force=True).read_text("utf-8")


def test_scikit_learns_checks_pass_as_the_page_says() -> None:
    quick = {"folds": 2, "scorecard": {"max_bins": 4, "penalties": [30.0]}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(
            mikomi.LeadClassifier(settings=quick, max_trees=1), on_fail=None, on_skip=None
        )
    others = {one["check_name"]: one["status"] for one in results if one["status"] != "passed"}
    assert others == dict.fromkeys(NOT_CHECKED, "skipped")
    assert f"({len(results) - len(others)})" in PAGE.read_text("utf-8")
