"""What is shown of a lead stands beside the tables and in no other file of the store."""

from pathlib import Path

import pytest

from features import build, learn_catalog, snapshots
from features.catalog.catalog import CatalogSettings
from features.errors import BadMapping
from features.snapshots import CohortRule
from pipelines.storage import partitions
from tests.exports import LEADS, Export, clean

NAME, MAIL = "Planted-Name", "planted@example.test"


def people() -> Export:
    """Return an export with a planted name and address of every lead; one row is quarantined."""
    export = clean()
    leads = export.files["leads"]
    leads["person"] = [f"{NAME} {n}" for n in range(LEADS)]
    leads["mail"] = [f"{n}.{MAIL}" for n in range(LEADS)]
    export.mapping["leads"][0]["display"] = {"name": "person", "email": "mail"}
    export.mapping["leads"][0]["rest"] = True
    export.add("leads", {"id": "late", "created": "soon"})
    return export


def test_names_stay_beside_the_tables(tmp_path: Path) -> None:
    report = people().ingest(tmp_path)
    shown = partitions.read_display(tmp_path / "store").set_index("lead_id")
    assert shown.loc["L007"].to_dict() == {"name": f"{NAME} 7", "email": f"7.{MAIL}"}
    assert len(shown) == LEADS
    assert report.tables["leads"].quarantined == 1
    assert report.excluded["person"].en == "display: shown to people, never a feature"


def test_no_name_stands_in_any_other_file_or_feature(tmp_path: Path) -> None:
    report = people().ingest(tmp_path)
    store = tmp_path / "store"
    tables = partitions.read_all(store)
    texts = [frame.astype("str").to_csv() for frame in vars(tables).values()]
    rows = snapshots.draw(tables, CohortRule(), partitions.manifest(store).observed_until_at)
    catalog = learn_catalog.learn(tables, rows, CatalogSettings(min_support=3))
    texts += [repr(catalog), "\n".join(report.lines())]
    files = [path for path in store.rglob("*") if path.is_file() and "display" not in path.parts]
    texts += [path.read_bytes().decode("utf-8", "replace") for path in files]
    assert len(build.build(tables, rows, catalog).values)
    assert not any(NAME in text or MAIL in text for text in texts)
    assert "person" not in report.attributes


def test_a_column_is_shown_or_learned_never_both(tmp_path: Path) -> None:
    export = people()
    export.mapping["leads"][0]["attributes"]["person"] = "category"
    with pytest.raises(BadMapping, match="also used elsewhere"):
        export.ingest(tmp_path)
