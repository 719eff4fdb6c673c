"""audit, worth and experiment on leads and outcomes alone, from files as people bring them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import BadInput, BadParams, BadRequest
from pipelines.incumbent import score_history
from pipelines.incumbent.read_scores import read_scores
from pipelines.lifecycle.audit import stage as audit
from pipelines.lifecycle.experiment import assignment, declaration
from pipelines.lifecycle.experiment import stage as experiment
from pipelines.lifecycle.worth import stage as worth
from pipelines.lifecycle.worth.stage import WorthRequest
from pipelines.reports import shell
from pipelines.run.incumbent_params import IncumbentParams
from pipelines.run.stage_context import Job
from tests.proving import END, START, job

TEMPLATES = Path(shell.__file__).with_name("templates")
DECLARED = """
name: reminder
question: Does a reminder win more?
first: none
second: a reminder
unit: {unit}
seed: 1
starts_at: 2025-01-01T00:00:00Z
enrols_days: 60
base_rate: 0.1
"""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return job(tmp_path_factory.mktemp("proof"))


def test_an_audit_needs_no_activity_and_writes_both_pages(proof: Job) -> None:
    facts = audit.run(replace(proof, params=with_incumbent(proof, cost_per_month=100.0)))
    assert facts["faults"] == []
    written = json.loads((proof.places.audit / "audit.json").read_text("utf-8"))
    assert written["figures"]["auc"]["value"] > 0.6
    assert {one["name"] for one in written["lists"]["lists"]} == {"incumbent", "newest", "random"}
    english, japanese = (
        (proof.places.audit / name).read_text("utf-8") for name in ("audit.html", "audit.ja.html")
    )
    assert "Old orders leads" in english
    assert "Old はリードを正しく並べています" in japanese
    assert "規模: large" in japanese


def with_incumbent(proof: Job, **changed: object):  # type: ignore[no-untyped-def]
    return replace(proof.params, incumbent=replace(proof.params.incumbent, **changed))  # type: ignore[arg-type]


def settings(path: Path, **named: object) -> IncumbentParams:
    return IncumbentParams(scores=str(path), **named)  # type: ignore[arg-type]


def test_a_score_is_read_as_it_stands_in_files(tmp_path: Path) -> None:
    path = tmp_path / "score.csv"
    path.write_text("lead_id,at,score\nA,2026-01-01 09:00,80%\nB,2026/01/02,-\nC,2026-01-03,7\n")
    read = read_scores(settings(path), "Asia/Tokyo")
    assert read.frame["score"].tolist() == [80.0, 7.0]
    assert str(read.frame["at"].iloc[0]) == "2026-01-01 00:00:00+00:00"
    assert read.left_out == {"no score": 1}
    share = read_scores(settings(path, meaning="probability"), None)
    assert share.frame["score"].tolist() == [0.8, 0.07]
    path.write_text("lead_id,at,score\nA,2026-01-01,Ａ\nB,2026-01-01,c\nC,2026-01-01,B\n", "utf-8")
    grades = read_scores(settings(path), None)
    assert grades.meaning == "grade"
    assert grades.frame["score"].rank(ascending=False).tolist() == [1.0, 3.0, 2.0]
    own = read_scores(settings(path, best_first=("C", "B", "A")), None)
    assert own.frame["score"].rank(ascending=False).tolist() == [3.0, 1.0, 2.0]


def test_a_file_that_cannot_be_a_score_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "score.csv"
    path.write_text("lead,when,points\nA,2026-01-01,many\nB,2026-01-02,few\n")
    with pytest.raises(BadInput, match="no column lead_id") as refused:
        read_scores(settings(path), None)
    assert len(refused.value.faults) == 3
    with pytest.raises(BadInput, match="0 of 2 rows can be used"):
        read_scores(settings(path, lead="lead", at="when", score="points"), None)
    with pytest.raises(BadInput, match="no file"):
        read_scores(settings(tmp_path / "none.csv"), None)


def test_scores_of_other_leads_are_refused_and_some_are_counted(proof: Job, tmp_path: Path) -> None:
    path = tmp_path / "score.csv"
    path.write_text("lead_id,at,score\nX1,2024-06-01,5\nL3,2024-06-01,6\n")
    leads = score_history.lead_times(proof.places.tables)
    assert score_history.of_leads(read_scores(settings(path), None), leads).strangers == 1
    path.write_text("lead_id,at,score\nX1,2024-06-01,5\n")
    with pytest.raises(BadInput, match="no value of a lead of the tables"):
        score_history.of_leads(read_scores(settings(path), None), leads)


def test_a_receipt_says_what_a_good_list_won(proof: Job) -> None:
    request = WorthRequest("", proof.places.root / "lists.csv", by=("size",), cost_per_call=10.0)
    facts = worth.run(proof, request, END)
    receipt = facts["receipt"]
    assert (facts["shown"], facts["complete"]) == ("more", True)
    assert receipt["extra_wins"]["low"] > 0
    assert [one["name"] for one in receipt["others"]] == ["incumbent"]
    assert receipt["extra_revenue"]["value"] == pytest.approx(1000 * receipt["extra_wins"]["value"])
    sizes = [one for one in facts["parts"] if one["by"] == "size"]
    whole = sum(one["extra_wins"] for one in sizes)
    assert whole == pytest.approx(receipt["extra_wins"]["value"])
    assert "くじ" in (proof.places.worth / "worth.ja.html").read_text("utf-8")


def test_a_lot_in_the_place_of_the_rank_is_not_praised(proof: Job, tmp_path: Path) -> None:
    path = tmp_path / "lists.csv"
    lists = pd.read_csv(proof.places.root / "lists.csv")
    shuffled = np.random.default_rng(2).permutation(lists["chosen_by"])
    lists.assign(chosen_by=shuffled).to_csv(path, index=False)
    assert worth.run(proof, WorthRequest("", path), END)["shown"] == "not_shown"


def test_a_quarter_that_still_matures_is_a_look(proof: Job) -> None:
    request = WorthRequest("", proof.places.root / "lists.csv", "2025Q1")
    facts = worth.run(proof, request, START + pd.Timedelta(days=366 + 120))
    assert not facts["complete"]
    assert facts["account"]["waiting"] > 0
    assert (
        facts["receipt"]["verdict"]["at_any_time"]["low"]
        < facts["receipt"]["verdict"]["difference"]["low"]
    )
    with pytest.raises(BadRequest, match="--quarter soon"):
        worth.run(proof, replace(request, quarter="soon"), END)
    with pytest.raises(BadInput, match="--by colour"):
        worth.run(proof, replace(request, by=("colour",)), END)


@pytest.mark.parametrize("unit", ["lead", "account"])
def test_a_declared_test_is_drawn_for_good_and_analysed(
    proof: Job, unit: str, tmp_path: Path
) -> None:
    mine = replace(proof, places=replace(proof.places, root=tmp_path))
    (tmp_path / "data").symlink_to(proof.places.root / "data")
    text = DECLARED.format(unit=unit)
    _, plan = experiment.declare(mine, text)
    assert plan.needed > 1000
    with pytest.raises(BadInput, match="declared with another seed"):
        experiment.declare(mine, text.replace("seed: 1", "seed: 2"))
    with pytest.raises(BadInput, match="nobody assigned"):
        experiment.report(mine, "reminder")
    at = pd.Timestamp("2025-01-02", tz="UTC")
    counts = experiment.assign(mine, "reminder", None, at)
    assert counts["new"] == counts["first"] + counts["second"] > 100
    again = experiment.assign(mine, "reminder", None, at + pd.Timedelta(days=20))
    drawn = assignment.read(mine.places, "reminder")
    assert again["new"] < counts["new"]
    assert not drawn["lead_id"].duplicated().any()
    assert drawn.groupby("unit")["arm"].nunique().max() == 1
    facts = experiment.report(mine, "reminder")
    assert (facts["shown"], facts["complete"]) == ("not_shown", True)
    assert facts["result"]["design_effect"] >= 1.0
    with pytest.raises(BadInput, match="as declared"):
        experiment.assign(mine, "reminder", None, END)


def test_an_effect_shows_once_outcomes_are_in_and_waiting_leads_do_not_count() -> None:
    declared = declaration.of_text(DECLARED.format(unit="lead"))
    ids = [f"L{n}" for n in range(1200)]
    at = pd.Series(pd.Timestamp("2025-01-02", tz="UTC"), range(1200)).dt.as_unit("us")
    arms = [assignment.arm_of(declared, one) for one in ids]
    assigned = pd.DataFrame({"lead_id": ids, "unit": ids, "arm": arms, "assigned_at": at})
    rng = np.random.default_rng(0)
    chance = np.where(assigned["arm"] == "second", 0.3, 0.1)
    won = rng.random(1200) < chance
    days = pd.to_timedelta(rng.random(1200) * 80, unit="D")
    outcomes = pd.DataFrame(
        {"lead_id": ids, "occurred_at": (at + days).dt.as_unit("us"), "outcome": "won"}
    )[won]
    from models.worth.two_arms import analyse  # noqa: PLC0415

    early = analyse(experiment.leads_of(assigned, declared, outcomes, at[0] + pd.Timedelta("45D")))
    assert early.first.matured == early.second.matured == 0
    assert early.verdict.shown == "too_few"
    assert early.second.share_so_far > early.first.share_so_far > 0
    late = analyse(experiment.leads_of(assigned, declared, outcomes, at[0] + pd.Timedelta("200D")))
    assert late.verdict.shown == "more"
    assert late.second.share_so_far == pytest.approx(late.second.rate.value)
    assert 0.4 < late.second.assigned / 1200 < 0.6


def test_all_faults_of_a_declaration_are_named_at_once() -> None:
    with pytest.raises(BadParams) as refused:
        declaration.of_text("{name: A b, question: q, first: a, times: 1, starts_at: 2026-01-01}")
    assert {one.observed.split(":")[0] for one in refused.value.faults} >= {
        "name",
        "second",
        "times",
        "starts_at",
    }


def test_tables_that_scroll_are_reached_by_the_keyboard() -> None:
    """Of every report: who cannot drag a table of a phone aside moves it by the arrow keys."""
    texts = [one.read_text("utf-8") for one in sorted(TEMPLATES.glob("*.j2"))]
    wide = [tag for text in texts for tag in re.findall(r'<div class="wide"[^>]*>', text)]
    assert len(wide) > 20
    assert [tag for tag in wide if 'tabindex="0"' not in tag] == []
