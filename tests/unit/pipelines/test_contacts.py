"""contact-value and worked on files as people bring them; what nobody worked has no label."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import insert

from features.errors import BadInput, BadParams, BadRequest, BadTables
from features.labels import Target
from features.tables import Tables, empty
from pipelines.commands.proving import contact_value
from pipelines.contacts.contact_log import contact_log, with_outcomes, worked
from pipelines.lifecycle.contact import stage, worked_stage
from pipelines.lifecycle.contact.columns import columns
from pipelines.lifecycle.contact.stage import ContactRequest
from pipelines.lifecycle.experiment import stage as experiment
from pipelines.run.contact_params import ContactParams
from pipelines.run.stage_context import Job
from pipelines.stages import snapshot
from pipelines.storage import frames, partitions
from serve.store.engine import moment
from serve.store.schema_versions import made
from serve.store.tables import FEEDBACK, LEAD_STEPS, RECEIPTS
from tests.proving import job

DECLARED = """
name: calls
question: Does a call help?
first: no call
second: a call
starts_at: 2025-01-01T00:00:00Z
enrols_days: 200
base_rate: 0.1
"""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return job(tmp_path_factory.mktemp("contacts"))


def leads_of(proof: Job) -> pd.DataFrame:
    return partitions.read_all(proof.places.tables).leads


def of_file(proof: Job, path: Path, effect: float) -> Path:
    """Write a test by lot that helps small companies by a share of leads, and large ones not."""
    leads, rng = leads_of(proof), np.random.default_rng(3)
    contacted = rng.random(len(leads)) < 0.5
    helped = contacted * (leads["size"] == "small").to_numpy() * effect
    frame = pd.DataFrame(
        {
            "lead_id": leads["lead_id"],
            "at": leads["created_at"] + pd.Timedelta(days=1),
            "contacted": contacted.astype(int),
            "chance": 0.5,
            "converted": (rng.random(len(leads)) < 0.2 + helped).astype(int),
        }
    )
    frame.to_csv(path, index=False)
    return path


def test_differing_effects_make_a_table_of_calls_and_a_file_of_leads(
    proof: Job, tmp_path: Path
) -> None:
    request = ContactRequest(contacts=of_file(proof, tmp_path / "test.csv", 0.5))
    facts = stage.run(proof, request)
    assert (facts["answer"], facts["randomised"]) == ("differs", True)
    places = proof.places.contact
    pages = [(places / f"contact-value{end}").read_text("utf-8") for end in (".html", ".ja.html")]
    assert "Whom to call" in pages[0]
    assert "誰に電話するか" in pages[1]
    assert "規模" in pages[1]
    opened = pd.read_csv(places / stage.LEADS)
    assert opened["effect"].is_monotonic_decreasing
    parts = opened.drop(columns=["lead_id", "effect", "low", "high"]).sum(axis=1)
    np.testing.assert_allclose(parts, opened["effect"], atol=1e-12)
    size = leads_of(proof).set_index("lead_id")["size"]
    assert set(size.reindex(opened["lead_id"].head(5))) == {"small"}
    written = json.loads((places / "contact-value.json").read_text("utf-8"))
    assert written["result"]["policy"][2]["by_effect"]["low"] > 0


def test_without_an_effect_there_is_no_list_and_an_older_one_goes(
    proof: Job, tmp_path: Path
) -> None:
    stage.run(proof, ContactRequest(contacts=of_file(proof, tmp_path / "test.csv", 0.5)))
    facts = stage.run(proof, ContactRequest(contacts=of_file(proof, tmp_path / "no.csv", 0.0)))
    assert facts["answer"] in ("unknown", "none")
    assert not (proof.places.contact / stage.LEADS).exists()
    assert "Whom to call" not in (proof.places.contact / "contact-value.html").read_text("utf-8")


def test_a_declared_test_and_the_lots_of_lists_are_sources(proof: Job) -> None:
    experiment.declare(proof, DECLARED)
    experiment.assign(proof, "calls", None, pd.Timestamp("2025-01-02", tz="UTC"))
    facts = stage.run(proof, ContactRequest(experiment="calls"))
    assert facts["account"]["source"] == "experiment"
    assert facts["randomised"]
    lists = proof.places.root / "lists.csv"
    drawn = stage.run(proof, ContactRequest(lists=lists))
    assert drawn["account"]["source"] == "lottery"
    assert 0 < drawn["result"]["contacted"] < drawn["result"]["rows"] / 2


def test_bad_rows_are_named_all_at_once(proof: Job, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        'lead_id,at,contacted,chance\nL1,2025-01-01,2,0.5\n"",2025-01-01,1,0.5\nL2,x,0,1.0\n'
    )
    with pytest.raises(BadTables) as error:
        stage.run(proof, ContactRequest(contacts=path))
    text = str(error.value)
    for part in ("lead_id is missing", "at is no moment", "contacted is neither", "chance is not"):
        assert part in text
    with pytest.raises(BadInput, match=r"contacts\.activity_types"):
        stage.run(proof, ContactRequest())
    with pytest.raises(BadRequest, match="2 sources"):
        contact_value(experiment="calls", contacts=path)


def test_a_contact_works_a_snapshot_from_its_cutoff_on() -> None:
    day = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")
    keys = pd.DataFrame({"lead_id": list("abcde"), "cutoff": day})
    shift = {"a": 0.0, "b": 14.0, "c": -0.1, "d": 5.0}
    log = pd.DataFrame(
        {"lead_id": list(shift), "at": [day + pd.Timedelta(days=one) for one in shift.values()]}
    )
    won = pd.DataFrame(
        {"lead_id": ["d"], "outcome": "won", "occurred_at": [day + pd.Timedelta(days=2)]}
    )
    mine = worked(keys, log, won, (Target(), 14.0))
    assert mine.tolist() == [True, False, False, False, False]


def test_only_named_outbound_activities_are_contacts() -> None:
    day = pd.Timestamp("2026-01-01", tz="UTC")
    activities = pd.DataFrame(
        {
            "lead_id": list("abc"),
            "occurred_at": day,
            "activity_type": ["call", "call", "mail"],
            "direction": ["outbound", "inbound", "outbound"],
        }
    )
    log = contact_log(ContactParams(activity_types=("call",)), activities, None)
    assert log["lead_id"].tolist() == ["a"]


def test_the_last_outcome_is_that_known_before_the_moment() -> None:
    days = pd.to_datetime(["2026-01-01", "2026-01-05", "2026-01-09"], utc=True).as_unit("us")
    leads = pd.DataFrame({"lead_id": ["a", "b"], "created_at": days[0], "size": ["S", "L"]})
    outcomes = pd.DataFrame(
        {
            "lead_id": ["a", "a", "b"],
            "outcome": ["opened", "quoted", "opened"],
            "occurred_at": days[[0, 1, 1]],
            "known_at": days[[0, 2, 1]],
        }
    )
    keys = pd.DataFrame({"lead_id": ["a", "a", "b", "b"], "cutoff": days[[1, 2, 1, 2]]})
    keys["cutoff"] += pd.to_timedelta([1, 1, 0, 1], "s")
    made = columns(Tables(leads, empty("activities"), outcomes), keys, None)
    assert made["last_outcome"].fillna("none").tolist() == ["opened", "quoted", "none", "opened"]
    assert made["size"].tolist() == ["S", "S", "L", "L"]
    assert "size" not in columns(Tables(leads, empty("activities"), outcomes), keys, None, ["size"])


def test_leads_that_nobody_worked_have_no_label(proof: Job, tmp_path: Path) -> None:
    snapshot.run(proof)
    before = frames.read_snapshots(proof.places.snapshots)
    called = before[before["label"].notna()].drop_duplicates("lead_id").iloc[::2]
    calls = called[["lead_id"]].assign(at=called["cutoff"] + pd.Timedelta(hours=1))
    calls.to_csv(tmp_path / "calls.csv", index=False)
    contacts = ContactParams(file=str(tmp_path / "calls.csv"), labels="worked")
    fair = replace(proof, params=replace(proof.params, contacts=contacts))
    counts = snapshot.run(fair)
    after = frames.read_snapshots(fair.places.snapshots)
    keys = pd.MultiIndex.from_frame(called[["lead_id", "cutoff"]])
    mine = pd.MultiIndex.from_frame(after[["lead_id", "cutoff"]]).isin(keys)
    assert counts["matured"] == after["label"].notna().sum() <= len(called)
    assert after.loc[~mine, "label"].isna().all()
    assert after.loc[~mine, "converted_after_days"].isna().all()
    assert (after["label"] == 1.0).sum() < (before["label"] == 1.0).sum()
    assert len(with_outcomes(fair, after, proof_outcomes(proof))) == counts["matured"]
    assert len(with_outcomes(proof, after, proof_outcomes(proof))) == len(after)
    snapshot.run(proof)


def proof_outcomes(proof: Job) -> pd.DataFrame:
    return partitions.read_all(proof.places.tables).outcomes


def test_labels_of_worked_leads_need_a_record_of_contacts() -> None:
    with pytest.raises(BadParams, match="activity_types nor file"):
        ContactParams(labels="worked")


def test_contacts_of_a_server_count_beside_those_of_the_file(tmp_path: Path, proof: Job) -> None:
    url = f"sqlite:///{tmp_path / 'server.db'}"
    engine, day = made(url), pd.Timestamp("2026-01-02", tz="UTC")
    receipt = dict.fromkeys((one.name for one in RECEIPTS.columns if not one.nullable), 0)
    receipt |= {"receipt_id": "r1", "lead_id": "L7"}
    feedback = dict.fromkeys((one.name for one in FEEDBACK.columns if not one.nullable), 0)
    feedback |= {"receipt_id": "r1", "verdict": "contacted", "at": moment(day)}
    with engine.begin() as connection:
        connection.execute(insert(RECEIPTS), receipt)
        connection.execute(insert(FEEDBACK), feedback)
        for lead, kind, undone in (
            ("L8", "contacted", None),
            ("L9", "contacted", moment(day)),
            ("L10", "snoozed", None),
        ):
            step = {"lead_id": lead, "kind": kind, "at": moment(day), "undone_at": undone}
            connection.execute(insert(LEAD_STEPS), step)
    log = worked_stage._log(proof, url)
    assert sorted(log["lead_id"]) == ["L7", "L8"]
    assert log["at"].tolist() == [day, day]
