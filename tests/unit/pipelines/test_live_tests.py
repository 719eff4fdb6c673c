"""Ranking against lot, and a challenger in shadow, as declared tests."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import BadInput
from models.evaluation.paired_trial import Trial
from models.stats.metrics import Interval
from pipelines.lifecycle import shadow as shadowing
from pipelines.lifecycle.experiment import live
from pipelines.lifecycle.experiment import stage as experiment
from pipelines.run.stage_context import Job
from pipelines.storage import partitions
from tests.proving import END, job

DECLARED = """
name: {name}
question: Is the new one better?
first: {first}
second: {second}
drawn_by: {by}
starts_at: {starts}
enrols_days: {days}
base_rate: 0.1
"""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return job(tmp_path_factory.mktemp("live"))


def declare(proof: Job, name: str, by: str, starts: str, days: int = 400) -> None:
    both = {"lists": ("by lot", "by rank"), "shadow": ("champion", "challenger")}
    first, second = both.get(by, ("a", "b"))
    values = {"name": name, "first": first, "second": second, "by": by}
    experiment.declare(proof, DECLARED.format(**values, starts=starts, days=days))


def test_the_lots_of_weekly_lists_draw_a_test(proof: Job) -> None:
    declare(proof, "rank", "lists", "2024-01-01T00:00:00Z")
    facts = experiment.report(proof, "rank", proof.places.root / "lists.csv")
    assert (facts["shown"], facts["complete"]) == ("more", True)
    assert facts["result"]["second"]["rate"]["value"] > facts["result"]["first"]["rate"]["value"]
    folder = Path(facts["report"]).parent
    assert "by rank" in (folder / "experiment.ja.html").read_text("utf-8")
    assert json.loads((folder / "verdict.json").read_text("utf-8"))["name"] == "rank"


def test_lists_outside_of_the_declared_time_do_not_count(proof: Job) -> None:
    declare(proof, "later", "lists", "2030-01-01T00:00:00Z")
    with pytest.raises(BadInput, match="nobody assigned"):
        experiment.report(proof, "later", proof.places.root / "lists.csv")
    with pytest.raises(BadInput, match="--database"):
        experiment.report(proof, "later")


def test_nobody_is_assigned_by_hand_where_lists_draw(proof: Job) -> None:
    declare(proof, "hands", "lists", "2024-01-01T00:00:00Z")
    with pytest.raises(BadInput, match="lists draws"):
        experiment.assign(proof, "hands", None, END)


def test_a_declaration_from_before_drawn_by_is_the_same(proof: Job) -> None:
    declare(proof, "old", "assign", "2024-01-01T00:00:00Z")
    path = proof.places.experiments / "old" / "declaration.json"
    content = json.loads(path.read_text("utf-8"))
    content.pop("drawn_by")
    path.write_text(json.dumps(content), "utf-8")
    declare(proof, "old", "assign", "2024-01-01T00:00:00Z")


def scores(proof: Job) -> pd.DataFrame:
    """Return live scores: the challenger knows the outcomes, the champion does not."""
    tables, rng = partitions.read_all(proof.places.tables), np.random.default_rng(1)
    leads = tables.leads.iloc[:600]
    won = tables.outcomes.loc[tables.outcomes["outcome"] == "won", "lead_id"]
    good = np.where(leads["lead_id"].isin(won), 0.5, 0.05)
    return pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy(),
            "cutoff": leads["created_at"].to_numpy() + pd.Timedelta(days=1),
            "probability": good,
            "champion_probability": rng.uniform(0.05, 0.3, len(leads)),
        }
    )


@pytest.mark.parametrize(("starts", "shown"), [("2023-12-01", "more"), ("2024-12-01", "not_shown")])
def test_a_challenger_in_shadow_gets_its_verdict_at_the_end_only(
    proof: Job, monkeypatch: pytest.MonkeyPatch, starts: str, shown: str
) -> None:
    both = scores(proof), partitions.read_all(proof.places.tables).outcomes
    monkeypatch.setattr(shadowing, "read", lambda *_: both)
    name = f"shadow-{starts}"
    declare(proof, name, "shadow", f"{starts}T00:00:00Z", 365)
    facts = experiment.report(proof, name, database="sqlite://")
    assert facts["shown"] == shown
    assert facts["complete"] is (shown == "more")
    assert "challenger" in facts["verdict"]["ja"]


@pytest.mark.parametrize(
    ("enough", "gain", "shown"),
    [
        (True, Interval(0.1, 0.05, 0.2), "more"),
        (True, Interval(-0.1, -0.2, -0.05), "fewer"),
        (True, Interval(0.1, -0.05, 0.2), "not_shown"),
        (False, Interval(0.1, 0.05, 0.2), "too_few"),
    ],
)
def test_each_verdict_in_shadow(*, enough: bool, gain: Interval, shown: str) -> None:
    trial = Trial(10, 10, 5, 0.5, 0.4, gain, 0.01, enough, ())
    assert live._shown(trial, complete=True) == shown
