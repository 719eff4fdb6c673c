"""The sample company's export: what is in it, and that the mapping gives the tables back."""

from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadRequest
from features.tables import SPECS, Tables
from pipelines.intake.ingest import IngestSettings, check, ingest
from pipelines.intake.mapping.file import load
from pipelines.sample import PLANTED_LEAKS, SampleSettings, make, truth_snapshots, write
from pipelines.sample.facets import attribute_values
from pipelines.sample.facets.touches import LABELS, LATE_TOUCHES, TOPIC_LABELS, TOUCHES
from pipelines.sample.write import raw_tables
from pipelines.storage import partitions
from tests.sample_companies import company

EXAMPLE = Path(__file__).parents[3] / "examples" / "sample"
KEYS = {
    "leads": ["lead_id"],
    "activities": ["activity_id"],
    "outcomes": ["deal_id", "occurred_at", "outcome"],
    "accounts": ["account_id"],
    "attribute_changes": ["lead_id", "occurred_at", "value"],
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write(company(), folder)
    return folder


def sorted_like(tables: Tables, name: str, columns: list[str]) -> pd.DataFrame:
    """Sort by key; a missing `known_at` means the moment itself."""
    frame: pd.DataFrame = getattr(tables, name)
    moment = "created_at" if name == "leads" else "occurred_at"
    if moment in frame:
        frame = frame.assign(known_at=frame["known_at"].fillna(frame[moment]))
    return frame.sort_values(KEYS[name]).reset_index(drop=True)[columns]


def test_the_good_mapping_gives_the_canonical_tables(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIKOMI_SAMPLE", str(exported))
    report = ingest(EXAMPLE / "mapping.yaml", tmp_path / "store", IngestSettings(partitions=1))
    assert not report.faults
    made, direct = partitions.read_all(tmp_path / "store"), company().tables()
    assert set(made.attributes()) == set(direct.attributes())
    for name in SPECS:
        there = getattr(direct, name).notna().any()
        columns = list(there.index[there])
        pd.testing.assert_frame_equal(
            sorted_like(made, name, columns), sorted_like(direct, name, columns)
        )


def test_the_second_mapping_forgets_exactly_one_leak(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIKOMI_SAMPLE", str(exported))
    good = check(EXAMPLE / "mapping.yaml").attributes
    forgetful = check(EXAMPLE / "mapping-with-leak.yaml").attributes
    assert set(forgetful) - set(good) == {"leads.contract_code"} or set(forgetful) - set(good) == {
        "contract_code"
    }


def test_the_mapping_has_every_word_in_both_languages() -> None:
    labels = load(EXAMPLE / "mapping.yaml").labels
    for attribute in attribute_values.CATEGORIES:
        if attribute is not attribute_values.AGE_BRACKET:
            labelled = labels.model_dump()["values"][attribute.name]
            assert {key: (t["ja"], t["en"]) for key, t in labelled.items()} == {
                value.ja: (value.ja, value.en)
                for value in attribute.values  # noqa: PD011 - not a frame
            }
    assert set(labels.activity_types) == set(LABELS)
    assert set(labels.topics) == set(TOPIC_LABELS)


def test_the_planted_leaks_are_in_the_export_and_only_there() -> None:
    raw = raw_tables(company())["leads"]
    assert {leak.column for leak in PLANTED_LEAKS} < set(raw.column_names)
    leaks = {leak.name for leak in PLANTED_LEAKS}
    assert not leaks & set(company().tables().attributes())
    assert leaks < set(company().tables(with_leaks=True).attributes())


def test_a_planted_leak_gives_away_who_was_won() -> None:
    leads = company().tables(with_leaks=True).leads.set_index("lead_id")
    outcomes = company().tables().outcomes
    won = leads.index.isin(outcomes.loc[outcomes["outcome"] == "won", "lead_id"])
    assert leads.loc[~won, "contract_code"].isna().all()
    assert leads.loc[won, "contract_code"].notna().mean() > 0.9


def test_nothing_is_known_before_it_happens_or_after_the_end() -> None:
    tables = company().tables()
    end = pd.Timestamp("2026-04-01", tz="UTC")
    created = tables.leads.set_index("lead_id")["created_at"]
    for name in ("activities", "outcomes", "attribute_changes"):
        frame = getattr(tables, name)
        assert (frame["known_at"] >= frame["occurred_at"]).all()
        assert (frame["known_at"] < end).all()
        assert (frame["occurred_at"] >= frame["lead_id"].map(created)).all()


def test_only_noise_is_entered_late() -> None:
    activities = company().tables().activities
    late = activities[activities["known_at"] > activities["occurred_at"]]
    pairs = set(zip(late["activity_type"], late["topic"].fillna(""), strict=True))
    assert pairs == set(LATE_TOUCHES)
    assert all(t.is_noise for t in TOUCHES if (t.activity_type, t.topic) in pairs)


def test_there_is_plenty_to_look_at() -> None:
    tables = company().tables()
    per_lead = len(tables.activities) / len(tables.leads)
    assert 30 <= per_lead <= 60
    assert tables.activities["activity_type"].nunique() >= 10
    assert {"opened", "quoted", "won", "lost"} == set(tables.outcomes["outcome"])
    wins = tables.outcomes[tables.outcomes["outcome"] == "won"]
    assert wins["lead_id"].duplicated().any()  # repeat deals


def test_the_same_seed_makes_the_same_company() -> None:
    settings = SampleSettings(leads=60, seed=9)
    once, again = make(settings).tables(), make(settings).tables()
    other = make(SampleSettings(leads=60, seed=10)).tables()
    for name in SPECS:
        pd.testing.assert_frame_equal(getattr(once, name), getattr(again, name))
    assert not once.activities.equals(other.activities)


def test_the_truth_is_exported_for_open_leads(exported: Path) -> None:
    truth = pd.read_parquet(exported / "truth.parquet")
    assert len(truth) == len(truth_snapshots(company()))
    assert truth["probability_given_seen"].between(0, 1).all()
    assert truth["probability_given_everything"].between(0, 1).all()
    assert set(truth["horizon_days"]) == {90}


def test_an_empty_company_is_refused() -> None:
    with pytest.raises(BadRequest, match="0 leads"):
        SampleSettings(leads=0, seed=1)
