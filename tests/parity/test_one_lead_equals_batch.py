"""Law 7: one lead, a partition, all at once, on any number of threads: equal to the bit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from features import build as building
from features.build import CompiledCatalog
from features.catalog.catalog import Catalog
from features.kernel.sweep.sweep import sweep
from features.records.histories import encode
from features.views import engagement
from tests import builders


@pytest.fixture(scope="module")
def whole() -> tuple[Any, pd.DataFrame, Catalog, np.ndarray]:
    tables = builders.company(
        builders.Company(leads=60, activities=1_500, outcomes=120, changes=80, seed=11)
    )
    tables.leads["account_id"] = tables.leads["account_id"] + (tables.leads.index // 6).astype(str)
    rows = builders.snapshots(tables, 11)
    catalog = builders.learned(tables, rows)
    return tables, rows, catalog, builders.built(tables, rows, catalog, threads=1)


def partitions(tables, count):  # type: ignore[no-untyped-def]
    """Part the leads by account, or by lead without one."""
    key = tables.leads["account_id"].fillna(tables.leads["lead_id"])
    part = key.map({name: i % count for i, name in enumerate(sorted(key.unique()))})
    return [set(tables.leads["lead_id"][part == number]) for number in range(count)]


@pytest.mark.parametrize("count", [2, 7, 40])
def test_partitions(whole, count: int) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    for leads in partitions(tables, count):
        mine = rows["lead_id"].isin(leads)
        part = builders.built(builders.only(tables, leads), rows[mine], catalog)
        assert part.tobytes() == expected[mine.to_numpy()].tobytes()


def test_one_snapshot_at_a_time(whole) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    histories, compiled = encode(tables, catalog.vocabulary), CompiledCatalog(catalog)
    for n in range(len(rows)):
        one = builders.built(histories, rows.iloc[n : n + 1], compiled)
        assert one.tobytes() == expected[n].tobytes()


@pytest.mark.parametrize("threads", [2, 5])
def test_threads(whole, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    monkeypatch.setattr(building, "_CHUNK_ROWS", 7)
    assert builders.built(tables, rows, catalog, threads=threads).tobytes() == expected.tobytes()


def test_dictionary_encoded_columns(whole) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    coded = builders.dictionary_encoded(tables)
    assert builders.built(coded, rows, catalog).tobytes() == expected.tobytes()


@pytest.mark.parametrize("every", [2, 3, 10])
def test_a_catalog_cut_down(whole, every: int) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    fewer = Catalog(catalog.features[::-every], catalog.vocabulary, catalog.settings)
    assert builders.built(tables, rows, fewer).tobytes() == expected[:, ::-every].tobytes()


def test_planted_fault_a_partition_that_splits_an_account(whole) -> None:  # type: ignore[no-untyped-def]
    tables, rows, catalog, expected = whole
    halves = set(tables.leads["lead_id"][::2]), set(tables.leads["lead_id"][1::2])
    parts = [
        builders.built(builders.only(tables, leads), rows[rows["lead_id"].isin(leads)], catalog)
        for leads in halves
    ]
    mine = [rows["lead_id"].isin(leads).to_numpy() for leads in halves]
    assert any(
        part.tobytes() != expected[rows_of].tobytes()
        for part, rows_of in zip(parts, mine, strict=True)
    )


def test_planted_fault_a_row_that_depends_on_the_one_before(
    whole,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables, rows, catalog, expected = whole

    def stale_tail(histories, rows, chunk, plan, out):  # type: ignore[no-untyped-def]
        late = histories.events.in_order * False
        sweep(histories.events._replace(in_order=~late), rows, chunk, plan, out)

    monkeypatch.setattr(engagement, "fill", stale_tail)
    assert builders.built(tables, rows, catalog).tobytes() != expected.tobytes()
