"""The record notices what it should, and nothing else: faults planted in tables and hashes."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.golden.digests import of_columns, of_facts, of_views
from tests.golden.freeze import differences

COLUMNS: dict[str, Any] = {
    "lead_id": pa.array(["L1", "L2", None]),
    "a__count__7d": pa.array([0.1, 0.0, None], pa.float32()),
    "b__count__7d": pa.array([0, 1, 2], pa.int64()),
    "at": pa.array([1, None, 3], pa.timestamp("us", "UTC")),
    "reasons": pa.array([["x"], [], None]),
}
FAULTS: dict[str, tuple[str, Any]] = {
    "the last bit": ("a__count__7d", pa.array([0.10000001, 0.0, None], pa.float32())),
    "zero for missing": ("a__count__7d", pa.array([0.1, None, 0.0], pa.float32())),
    "another type": ("b__count__7d", pa.array([0, 1, 2], pa.int32())),
    "a moment": ("at", pa.array([1, None, 4], pa.timestamp("us", "UTC"))),
    "no zone": ("at", pa.array([1, None, 3], pa.timestamp("us"))),
    "a list": ("reasons", pa.array([["x"], [""], None])),
    "a text": ("lead_id", pa.array(["L1", "L2", ""])),
}
RECORD: dict[str, Any] = {
    "machine": {"blas": "one"},
    "everywhere": {"table": "1"},
    "here": {"model": "1"},
    "figures": {"auc": 0.8005},
}


def written(folder: Path, columns: dict[str, Any], **how: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "part.parquet", **how)
    return folder / "part.parquet"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_column_is_named(tmp_path: Path, name: str) -> None:
    before = of_columns(written(tmp_path, COLUMNS))
    column, fault = FAULTS[name]
    after = of_columns(written(tmp_path, COLUMNS | {column: fault}))
    assert {one for one in before if before[one] != after[one]} == {column}


def test_how_a_table_was_written_does_not_matter(tmp_path: Path) -> None:
    before = of_columns(written(tmp_path, COLUMNS))
    large = COLUMNS | {"lead_id": COLUMNS["lead_id"].cast(pa.large_string())}
    how = {"compression": "zstd", "row_group_size": 1, "store_schema": True}
    assert of_columns(written(tmp_path, large, **how)) == before
    moved = dict(sorted(COLUMNS.items()))
    after = of_columns(written(tmp_path, moved))
    assert {one for one in before if before[one] != after[one]} == {"(order)"}


def test_a_fault_in_one_view_names_that_view(tmp_path: Path) -> None:
    before = of_views(written(tmp_path, COLUMNS))
    after = of_views(written(tmp_path, COLUMNS | dict([FAULTS["another type"]])))
    assert {one for one in before if before[one] != after[one]} == {"b"}


def test_facts_are_compared_without_hashes_of_files(tmp_path: Path) -> None:
    def of(rows: int, digit: str) -> str:
        path = tmp_path / "manifest.json"
        path.write_text(f'{{"rows": {rows}, "files": {{"x": "{digit * 64}"}}}}', "utf-8")
        return of_facts(path)

    assert of(1, "a") == of(1, "b")
    assert of(1, "a") != of(2, "a")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"here": {"model": "2"}}, ["here: model has changed"]),
        ({"everywhere": {"table": "1", "x": "1"}}, ["everywhere: x is new"]),
        ({"everywhere": {}}, ["everywhere: table is gone"]),
        ({"machine": {}, "here": {"model": "2"}}, []),
        ({"machine": {}, "figures": {"auc": 0.8006}}, []),
        ({"machine": {}, "figures": {"auc": 0.803}}, ["figures: auc was 0.8005, is 0.803"]),
        ({"machine": {}, "everywhere": {"table": "2"}}, ["everywhere: table has changed"]),
        ({"machine": {}, "figures": {}}, ["figures: auc was 0.8005, is None"]),
    ],
)
def test_differences_are_named(changed: dict[str, Any], named: list[str]) -> None:
    assert differences(RECORD, RECORD | changed) == named
