"""The rows of a ranking say what the scores say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.records import spreadsheet_cells
from models.contact.known_effects import ContactColumns
from models.scoring.batch_scores import Scores
from models.scoring.scorer import Scorer
from pipelines.scoring import merge_ranking, ranking_schema, score
from tests.small_model import catalog, small_model


def says_the_same(scores: Scores, other: Scores) -> bool:
    """Compare the rows of one with the frame of the other, cell by cell."""
    rows = ranking_schema.table(scores).to_pandas()
    selected = other.selected
    there = selected.concept >= 0
    frame = other.to_frame().assign(
        margin=other.margin,
        reason_features=[
            one[own].tolist() for one, own in zip(selected.feature, there, strict=True)
        ],
        reason_values=[_known(one[own]) for one, own in zip(selected.value, there, strict=True)],
    )
    return len(rows) == len(frame) and all(
        [*map(_plain, rows[name])] == [*map(_plain, frame[name])]
        for name in ranking_schema.SCHEMA.names
    )


def _known(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(one) else float(one) for one in values]


def _plain(cell: object) -> object:
    if not hasattr(cell, "__len__") or isinstance(cell, str):
        return cell
    return [None if one != one else one for one in cell]  # noqa: PLR0124 - NaN


def some() -> Scores:
    small = small_model()
    keys = pd.DataFrame(
        {
            "lead_id": [f"l{n}" for n in range(200)],
            "cutoff": pd.Timestamp("2026-04-01", tz="UTC").as_unit("us"),
        }
    )
    values = small.frame.values[:200]  # noqa: PD011 - not a frame of pandas
    frame = FeatureFrame(keys, values, small.frame.catalog)
    return Scorer(small.artifact).score(frame)


def test_the_rows_say_what_the_frame_says() -> None:
    scores = some()
    assert len({*(scores.selected.concept >= 0).sum(axis=1).tolist()}) > 1
    assert says_the_same(scores, scores)


def test_reasons_of_another_lead_would_be_noticed() -> None:
    scores = some()
    moved = scores.selected.columns[0].copy()
    moved[[0, 1]] = moved[[1, 0]]
    assert (moved != scores.selected.concept).any()
    assert not says_the_same(
        replace(scores, selected=replace(scores.selected, concept=moved)), scores
    )


def test_no_leads_are_no_rows() -> None:
    small = small_model()
    none = FeatureFrame(small.frame.keys[:0], small.frame.values[:0], catalog())  # noqa: PD011 - no frame
    assert ranking_schema.table(Scorer(small.artifact).score(none)).num_rows == 0


def test_no_cell_of_a_csv_file_is_a_formula(tmp_path: Path) -> None:
    """Ids and words of reasons come from strangers; numbers stay numbers."""
    hostile = ["=cmd()", " +1", "@SUM(1)", "＝1", "L-1", None]
    schema = pa.schema(
        [
            ("lead_id", pa.string()),
            ("reasons_ja", pa.list_(pa.string())),
            ("reasons_en", pa.list_(pa.string())),
            ("reason_contributions", pa.list_(pa.float64())),
        ]
    )
    rows = [
        {
            "lead_id": one,
            "reasons_ja": [one or "", "b"],
            "reasons_en": ["a"],
            "reason_contributions": [-0.5, 0.25],
        }
        for one in hostile
    ]
    flat = score._flat(pa.Table.from_pylist(rows, schema))
    cells = [cell for name in ("lead_id", "reasons_ja") for cell in flat[name].to_pylist()]
    assert [cell for cell in cells if cell and spreadsheet_cells.safe(cell) != cell] == []
    assert flat["reason_contributions"].to_pylist() == ["-0.5 / 0.25"] * len(rows)
    pa_csv.write_csv(flat, tmp_path / "x.csv")
    read = score.top(tmp_path / "x.csv", len(rows))
    assert read["lead_id"].tolist() == [one or "" for one in hostile]
    assert [cells[0] for cells in read["reasons_ja"]] == [one or "" for one in hostile]


def test_a_known_contact_value_has_columns_and_may_lead(tmp_path: Path) -> None:
    scores = some()
    effect = np.linspace(-0.1, 0.1, len(scores))
    known = ContactColumns(effect, effect - 0.05, effect + 0.05, effect > 0.05)
    rows = ranking_schema.table(scores, known)
    assert rows.schema == ranking_schema.schema(contact=True)
    assert ranking_schema.table(scores).schema == ranking_schema.SCHEMA
    merge_ranking.write(rows, tmp_path / "part.parquet", "contact_value")
    (merged,) = merge_ranking.merge([tmp_path / "part.parquet"], 1000, "contact_value")
    assert merged["contact_value"].to_pylist() == sorted(effect, reverse=True)
    assert merged["call_helps"].to_pylist() == [one > 0.05 for one in sorted(effect, reverse=True)]
