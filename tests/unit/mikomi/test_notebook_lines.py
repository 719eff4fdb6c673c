"""The lines of a notebook: from an export to ranked, explained leads, with their refusals."""

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import mikomi
from features.errors import BadInput, BadRequest, BadTables
from features.tables import Tables
from models.artifact import artifact
from models.evaluation.settings import EvaluationSettings
from pipelines.storage import partitions
from tests.bench import Bench

PACKAGE = Path(mikomi.__file__).parent


def test_the_ranking_has_reasons_that_add_up(bench: Bench) -> None:
    rows = bench.ranking
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    shown = rows["base_probability"] + rows["reason_contributions"].map(sum) + rows["remainder"]
    assert float((shown - rows["probability"]).abs().max()) < 1e-9
    assert rows["reasons_ja"].map(len).max() > 0


def test_records_score_as_the_export_does(bench: Bench) -> None:
    scored = from_tables(bench, bench.company.tables)
    ranked = pd.DataFrame(bench.ranking)[list(scored.columns)]
    pd.testing.assert_frame_equal(pd.DataFrame(scored), ranked)


def from_tables(
    bench: Bench, tables: Tables, form: Any = lambda table: table
) -> mikomi.RankedTable:
    names = ("outcomes", "accounts", "attribute_changes")
    others = {name: form(getattr(tables, name)) for name in names}
    leads, activities = form(tables.leads), form(tables.activities)
    return bench.model.model.score(leads, activities, at=bench.company.observed_until, **others)


def test_arrow_tables_score_the_same(bench: Bench) -> None:
    scored = from_tables(bench, bench.company.tables, pa.Table.from_pandas)
    assert scored["probability"].tolist() == bench.ranking["probability"].tolist()


def test_columns_are_refused_by_their_names(bench: Bench) -> None:
    tables = bench.company.tables
    leads = tables.leads.rename(columns={"industry": "branch"})
    leads["created_at"] = leads["created_at"].dt.tz_localize(None)
    activities = tables.activities.drop(columns="activity_type")
    with pytest.raises(BadTables) as error:
        from_tables(bench, replace(tables, leads=leads, activities=activities))
    texts = "\n".join(one.observed for one in error.value.faults)
    for part in ("without industry", "leads.branch", "leads.created_at of", "activity_type"):
        assert part in texts
    with pytest.raises(BadTables, match="strange"):
        bench.model.explain(bench.test.features().assign(strange=1.0))


def test_explanations_are_those_of_shap_and_in_words(bench: Bench) -> None:
    features = bench.test.features().head(4)
    explained = bench.model.explain(features)
    values = explained.shap
    margin = bench.model.artifact_.model.margin(features.to_numpy(np.float32))
    parts = values.values  # noqa: PD011 - of shap
    assert np.allclose(parts.sum(axis=1) + values.base_values, margin, atol=1e-6)
    reasons = explained.reasons
    assert set(reasons["lead_id"]) <= set(features.index.get_level_values("lead_id"))
    assert "<svg" in explained._repr_html_()


def test_decided_leads_are_ranked_too_and_an_empty_ranking_says_so(bench: Bench) -> None:
    features = bench.test.features()
    ranking = bench.model.explain(features).ranking
    assert sorted(ranking["lead_id"]) == sorted(features.index.get_level_values("lead_id"))
    assert ranking["probability"].is_monotonic_decreasing
    assert ranking["rank"].tolist() == list(range(1, len(features) + 1))
    assert "Reasons" in ranking._repr_html_()
    assert "No lead is open" in mikomi.RankedTable(ranking.head(0))._repr_html_()


def test_the_evaluation_refuses_rows_that_training_labels_reach_into(bench: Bench) -> None:
    settings = EvaluationSettings(redraws=5, learning_fractions=())
    done = mikomi.evaluate(bench.model, bench.test, settings=settings)
    assert set(done.figures["prediction"]) > {"mikomi", "base_rate"}
    with pytest.raises(BadInput, match="labels of training reach"):
        mikomi.evaluate(bench.model, bench.learning)
    other = bench.company.snapshots("won", horizon_days=30, every_days=56)
    with pytest.raises(BadInput, match="one target"):
        mikomi.evaluate(bench.model, other)
    with pytest.raises(BadRequest, match="without its training rows"):
        mikomi.evaluate(bench.model.model, bench.test)


def test_leaks_are_a_table(bench: Bench) -> None:
    checks = mikomi.leaks(bench.learning)
    assert checks["code"].tolist()[:2] == ["L001", "L002"]
    assert set(checks["verdict"]) <= {"pass", "warn", "fail", "not applicable"}


@pytest.mark.parametrize(
    ("name", "text", "known"), [("en", "Rank", "Learned from"), ("ja", "順位", "学習データ")]
)
def test_notebooks_show_both_languages(bench: Bench, name: Any, text: str, known: str) -> None:
    mikomi.language(name)
    try:
        assert text in bench.ranking._repr_html_()
        assert "<svg" in bench.learning._repr_html_()
        assert known in bench.model.model._repr_html_()
    finally:
        mikomi.language("en")
    with pytest.raises(BadInput, match="language 'fr'"):
        mikomi.language("fr")  # type: ignore[arg-type]


def test_one_line_descriptions(bench: Bench) -> None:
    assert "500 leads" in repr(bench.company)
    assert "won within 90 days" in repr(bench.learning)
    assert "won within 90" in repr(bench.model.model)


def test_a_saved_model_is_loaded_and_ranks_the_same(bench: Bench, tmp_path: Path) -> None:
    artifact.save(tmp_path / "model", bench.model.artifact_)
    model = mikomi.load(tmp_path / "model")
    again = bench.company.rank(model)
    assert again["probability"].tolist() == bench.ranking["probability"].tolist()


def test_a_wrong_address_or_model_is_refused(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(BadRequest, match="no registry in"):
        mikomi.load("models:/mikomi@champion")
    with pytest.raises(BadRequest, match="models:/name@alias"):
        mikomi.load("models:/mikomi")
    with pytest.raises(BadRequest, match="a fitted LeadClassifier"):
        bench.company.rank("champion")
    with pytest.raises(BadRequest, match="every_day"):
        bench.company.snapshots("won", every_day=3)


def test_a_repeated_line_computes_nothing_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "read", None)
    monkeypatch.setattr(partitions, "read_for_features", None)
    again = bench.company.snapshots("won", horizon_days=90, every_days=56, early_age_hours=(24.0,))
    pd.testing.assert_frame_equal(again.split()[0].features(), bench.learning.features())


def test_the_names_are_those_that_are_listed() -> None:
    for name in mikomi.__all__:
        assert getattr(mikomi, name) is not None
    assert set(dir(mikomi)) == set(mikomi.__all__)
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = mikomi.nothing_such


def code_lines(path: Path) -> int:
    """Count lines with code: neither empty, nor comment, nor docstring."""
    text = path.read_text("utf-8")
    docs = [
        (node.body[0].lineno, node.body[0].end_lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    ]
    inside = {line for first, last in docs for line in range(first, (last or first) + 1)}
    rows = enumerate(text.split("\n"), 1)
    return sum(1 for n, row in rows if n not in inside and row.strip() and row.strip()[0] != "#")


def test_the_package_is_small() -> None:
    assert sum(code_lines(path) for path in PACKAGE.glob("*.py")) < 500


def test_the_page_and_the_package_show_the_same_lines() -> None:
    page = PACKAGE.parent / "docs" / "reference" / "python.md"
    block = page.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    lines = [line.strip() for line in (mikomi.__doc__ or "").split("\n")]
    wanted = [line for line in block.split("\n") if line]
    assert len(wanted) == 6
    assert [line for line in wanted if line not in lines] == []
    compile(block, "page", "exec")
