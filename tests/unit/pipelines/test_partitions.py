"""The store: partitions by lead, sorted, typed, whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import build, learn_catalog
from features.catalog.catalog import CatalogSettings
from features.errors import BadInput, BadTables
from features.tables import SPECS, Tables
from pipelines.intake import ingest as ingest_module
from pipelines.intake.ingest import IngestSettings
from pipelines.intake.mapping.values import BothLanguages
from pipelines.intake.spool import Spool
from pipelines.storage import partitions
from pipelines.storage.partitions import Manifest
from tests.exports import clean

AT = pd.Timestamp("2025-12-01", tz="UTC").as_unit("us")
FEW = CatalogSettings(min_support=2)


def sorted_rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return sorted(map(tuple, frame.astype("str").fillna("").to_numpy()))


def test_partitions_hold_everything_about_their_leads(tmp_path: Path) -> None:
    clean().ingest(tmp_path / "one")
    clean().ingest(tmp_path / "five", IngestSettings(partitions=5, rows_per_piece=50))
    store = tmp_path / "five" / "store"
    assert partitions.count(store) == 5
    parts = [partitions.read(store, part) for part in range(5)]
    for part in parts:
        leads = set(part.leads["lead_id"])
        for name in ("activities", "outcomes", "attribute_changes"):
            assert set(getattr(part, name)["lead_id"]) <= leads
        assert set(part.leads["account_id"]) <= set(part.accounts["account_id"])
        assert part.activities["lead_id"].is_monotonic_increasing
    assert sum(len(part.leads) for part in parts) == 120
    whole = partitions.read_all(tmp_path / "one" / "store")
    for name in SPECS:
        together = pd.concat([getattr(part, name) for part in parts])
        assert sorted_rows(together) == sorted_rows(getattr(whole, name))
        assert together.dtypes.tolist() == getattr(whole, name).dtypes.tolist()


def same_features(folder: Path, other: Tables) -> bool:
    """Return whether tables give the features that the whole partition gives."""
    whole = partitions.read(folder, 0)
    rows = pd.DataFrame({"lead_id": whole.leads["lead_id"], "cutoff": AT})
    learned = learn_catalog.learn([whole], pd.DataFrame({"cutoff": [AT]}), FEW)
    ours, theirs = (build.build(tables, rows, learned).to_pandas() for tables in (whole, other))
    return ours.equals(theirs)


def test_what_is_read_for_features_gives_the_same_features(tmp_path: Path) -> None:
    clean().ingest(tmp_path)
    quick = partitions.read_for_features(tmp_path / "store", 0)
    assert not {"activity_id", "text"} & set(quick.activities)
    assert same_features(tmp_path / "store", quick)
    poorer = replace(quick, activities=quick.activities.assign(activity_type="call"))
    assert not same_features(tmp_path / "store", poorer)


def test_the_partition_of_an_id_is_the_same_for_ever() -> None:
    ids = pd.Series(["L001", "顧客-2", "A"])
    assert partitions.partition_of(ids, 7).tolist() == [4, 4, 2]


def test_the_report_does_not_depend_on_the_partitions(tmp_path: Path) -> None:
    export = clean()
    export.add("calls", {"id": "call-7", "lead": "L090"}, {"lead": "nobody", "id": "z"})
    one = export.ingest(tmp_path / "one")
    many = export.ingest(tmp_path / "many", IngestSettings(partitions=7, rows_per_piece=40))
    assert {a.code: a.rows for a in one.faults} == {a.code: a.rows for a in many.faults}
    assert {a.code for a in many.faults} == {"C007", "C008", "C012"}
    assert one.tables == many.tables


def test_a_store_that_is_written_is_read_the_same(tmp_path: Path) -> None:
    clean().ingest(tmp_path)
    tables = partitions.read_all(tmp_path / "store")
    about = partitions.manifest(tmp_path / "store")
    partitions.write(tables, tmp_path / "again", about.model_copy(update={"partitions": 3}))
    again = partitions.read_all(tmp_path / "again")
    for name in SPECS:
        assert sorted_rows(getattr(tables, name)) == sorted_rows(getattr(again, name))


def test_the_manifest_says_what_is_inside(tmp_path: Path) -> None:
    report = clean().ingest(tmp_path)
    about = partitions.manifest(tmp_path / "store")
    assert about.rows == {table: count.accepted for table, count in report.tables.items()}
    assert about.attributes == {"industry": "category", "employees": "number"}
    assert about.account_attributes == {"region": "category"}
    assert about.observed_until_at == pd.Timestamp("2025-12-31T15:00Z")
    assert [i.source for i in about.inputs] == sorted(clean().mapping["sources"])
    assert all(len(one.sha256) == 64 for one in about.inputs)
    assert json.loads((tmp_path / "store" / "ingest.json").read_text("utf-8"))["name"] == "clean"


def test_the_same_export_makes_the_same_bytes(tmp_path: Path) -> None:
    clean().ingest(tmp_path / "a")
    clean().ingest(tmp_path / "b")
    first, second = (partitions.manifest(tmp_path / n / "store") for n in "ab")
    assert first.files == second.files


def test_an_interrupted_ingest_leaves_the_earlier_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean().ingest(tmp_path)
    before = partitions.manifest(tmp_path / "store")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Spool, "put", stop)
    with pytest.raises(KeyboardInterrupt):
        clean().ingest(tmp_path)
    assert partitions.manifest(tmp_path / "store") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export", "store"]


def test_other_peoples_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(BadInput, match="other things than a store"):
        clean().ingest(tmp_path)
    with pytest.raises(BadTables, match="no store"):
        partitions.manifest(tmp_path)


def test_long_work_tells_how_far_it_is(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int | None]] = []
    path = clean().write(tmp_path / "export")
    settings = IngestSettings(rows_per_piece=100, partitions=2)
    ingest_module.ingest(path, tmp_path / "store", settings, lambda *step: steps.append(step))
    read = [done for what, done, _ in steps if what == "reading activities"]
    assert read == sorted(read)
    assert read[-1] == 360
    assert steps[-1] == ("writing partitions", 2, 2)


def test_an_id_in_two_partitions_stands_once(tmp_path: Path) -> None:
    export = clean()
    export.files["calls"]["id"] = [f"call-{n // 2}" for n in range(len(export.files["calls"]))]
    report = export.ingest(tmp_path, IngestSettings(partitions=6, rows_per_piece=30))
    assert {a.code: a.rows for a in report.faults} == {"C007": 60}
    assert partitions.read_all(tmp_path / "store").activities["activity_id"].is_unique


def test_many_activities_make_many_partitions(tmp_path: Path) -> None:
    assert [partitions.partition_count(n) for n in (0, 5_000_000, 5_000_001)] == [1, 1, 2]
    report = clean().ingest(tmp_path, IngestSettings(leads_per_partition=50))
    assert report.partitions == 3


def test_a_count_that_does_not_balance_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module.Screening, "arrived", lambda self, *_: self.counts.clear())
    with pytest.raises(AssertionError, match="does not balance"):
        clean().ingest(tmp_path)
    assert not (tmp_path / "store").exists()


def test_a_store_of_an_earlier_version_gives_its_grounds_in_the_words_it_has() -> None:
    about: dict[str, object] = {"name": "x", "partitions": 1, "observed_until": ""}
    about |= {"excluded": {"mail": "personal"}, "assumptions": ["until the latest time"]}
    manifest = Manifest.model_validate_json(json.dumps(about))
    (assumed,) = manifest.assumptions
    assert assumed.ja == "until the latest time"
    assert manifest.excluded == {"mail": BothLanguages(en="personal", ja="personal")}
    again = Manifest.model_validate_json(manifest.model_dump_json())
    assert again == manifest


def test_a_table_without_rows_keeps_its_types(tmp_path: Path) -> None:
    leads = pd.DataFrame(
        {
            "lead_id": ["a"],
            "created_at": pd.to_datetime(["2026-01-01"], utc=True),
            "rank": pd.Series([np.nan], dtype="str"),
        }
    )
    about = Manifest(name="x", partitions=2, observed_until="2026-02-01T00:00:00Z",
                     attributes={"rank": "category"})  # fmt: skip
    partitions.write(Tables(leads), tmp_path / "store", about)
    tables = partitions.read_all(tmp_path / "store")
    assert tables.activities["occurred_at"].dtype == "datetime64[us, UTC]"
    assert tables.leads["rank"].dtype == "str"
