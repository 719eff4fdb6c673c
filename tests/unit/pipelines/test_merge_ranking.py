"""One ranking from ranked partitions: complete, in order, however it is parted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.scoring import merge_ranking


def scored(count: int, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    probability = np.round(draw.random(count), 2)
    reasons = [[f"reason {n}", "another"][: n % 3] for n in range(count)]
    return pd.DataFrame(
        {
            "lead_id": [f"lead-{n:05d}" for n in draw.permutation(count)],
            "probability": probability,
            "reasons_en": pd.Series(reasons, dtype=object),
        }
    )


SCHEMA = pa.schema(
    [("lead_id", pa.string()), ("probability", pa.float64()), ("reasons_en", pa.list_(pa.string()))]
)


def parted(rows: pd.DataFrame, folder: Path, sizes: list[int]) -> list[Path]:
    paths, begin = [], 0
    for number, size in enumerate(sizes):
        part = pa.Table.from_pandas(rows.iloc[begin : begin + size], SCHEMA, preserve_index=False)
        paths.append(folder / f"{number}.parquet")
        merge_ranking.write(part, paths[-1])
        begin += size
    return paths


@pytest.mark.parametrize("stretch", [90, 1000, 5000])
@pytest.mark.parametrize("sizes", [[3000], [1000, 0, 2000], [1, 1499, 1500]])
def test_the_merged_ranking_is_the_sorted_whole(
    tmp_path: Path, sizes: list[int], stretch: int
) -> None:
    rows = scored(3000)
    merged = pa.concat_tables(
        merge_ranking.merge(parted(rows, tmp_path, sizes), stretch)
    ).to_pandas()
    wanted = rows.sort_values(["probability", "lead_id"], ascending=[False, True])
    assert merged["lead_id"].tolist() == wanted["lead_id"].tolist()
    assert merged["rank"].tolist() == list(range(1, 3001))
    of = dict(zip(rows["lead_id"], rows["reasons_en"], strict=True))
    assert all(list(row.reasons_en) == of[row.lead_id] for row in merged.head(50).itertuples())


def test_an_unsorted_part_would_be_noticed(tmp_path: Path) -> None:
    rows = scored(200)
    paths = parted(rows, tmp_path, [100, 100])
    pq.write_table(pa.Table.from_pandas(rows.iloc[:100], SCHEMA, preserve_index=False), paths[0])
    merged = pa.concat_tables(merge_ranking.merge(paths, 10)).to_pandas()
    assert not merged["probability"].is_monotonic_decreasing


def most_held(folder: Path, rows: int, parts: int = 4) -> int:
    """Merge parts of so many rows, with long texts of their own; tell the most bytes held."""
    draw = np.random.default_rng(rows)
    most = 0
    for number in range(parts):
        table = pa.table(
            {
                "lead_id": [f"{number}-{n}" for n in range(rows)],
                "probability": draw.random(rows),
                "reasons_en": [[draw.bytes(150).hex()] for _ in range(rows)],
            },
            SCHEMA,
        )
        merge_ranking.write(table, folder / f"{rows}-{number}.parquet")
    del table
    before = pa.total_allocated_bytes()
    for stretch in merge_ranking.merge(sorted(folder.glob(f"{rows}-*.parquet")), 1000):
        most = max(most, pa.total_allocated_bytes() - before)
        del stretch
    return most


def test_what_is_held_does_not_grow_with_the_parts(tmp_path: Path) -> None:
    assert most_held(tmp_path, 12_000) < 1.3 * most_held(tmp_path, 4_000)


def test_planted_fault_parts_of_one_row_group_are_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_ranking, "GROUP_ROWS", 50_000)
    assert most_held(tmp_path, 12_000) > 1.3 * most_held(tmp_path, 4_000)


def test_no_parts_give_no_ranking() -> None:
    assert list(merge_ranking.merge([], 10)) == []
