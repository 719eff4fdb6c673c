"""The conversion curves of a ranking: a table beside it, one row a lead, in the same order.

Decided here: the curve follows from the probability at the model's horizon, so it is computed from
the finished ranking, some rows at a time, by the model that ranked.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features.errors import NotEnoughEvidence
from models.artifact import artifact
from models.artifact.remote import source
from models.model.conversion_curve import ConversionCurve
from pipelines.storage.atomic import replacing

_COLUMNS: Final = ["lead_id", "probability", "probability_low", "probability_high"]
_ROWS: Final = 50_000
_QUARTILES: Final = ("lower_quartile_days", "median_days", "upper_quartile_days")
_ENDS: Final = ("", "_low", "_high")


def write(ranking: Path, model: Path) -> Path:
    """Write the curves of all leads of a ranking; return where.

    Parameters
    ----------
    ranking
        A ranking: Parquet or CSV.
    model
        Directory of the artifact that ranked.

    Raises
    ------
    NotEnoughEvidence
        If the model knows of no conversion.
    """
    curve = artifact.load(model).model.curve
    if curve is None:
        raise NotEnoughEvidence.of(
            "a model without a curve", "one that has learned from conversions", "train it again"
        )
    out = ranking.with_name(f"{ranking.stem}-curve{ranking.suffix}")
    schema = pa.schema(
        [("lead_id", pa.string()), *((name, pa.float64()) for name in _names(curve))]
    )
    csv = ranking.suffix == ".csv"
    with replacing(out) as fresh:
        made = pa_csv.CSVWriter(fresh, schema) if csv else pq.ParquetWriter(fresh, schema)
        with closing(made) as sheet:
            for rows in _read(ranking):
                sheet.write_table(table(curve, rows, schema))
    return out


def table(curve: ConversionCurve, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Compute the curves of some leads.

    Parameters
    ----------
    curve
        Of the model.
    rows
        Of the ranking.
    schema
        Of the result: `lead_id`, then a column for each number.
    """
    probability, low, high = (rows[name].to_numpy() for name in _COLUMNS[1:])
    stated = curve.stated(probability, (low, high))
    numbers = [stated[:, end, place] for place in range(stated.shape[2]) for end in range(3)]
    numbers += list(curve.quartiles(probability).T)
    return pa.table(
        [rows["lead_id"], *(pa.array(np.ascontiguousarray(x)) for x in numbers)], schema
    )


def _names(curve: ConversionCurve) -> list[str]:
    """Return the columns: `probability_30d`, its ends, and so on; then the quartiles."""
    return [f"probability_{days:g}d{end}" for days in curve.horizons for end in _ENDS] + list(
        _QUARTILES
    )


def _read(ranking: Path) -> Iterator[pa.Table]:
    """Read the columns of a ranking that are needed, some rows at a time."""
    if ranking.suffix == ".parquet":
        for batch in pq.ParquetFile(source(ranking)).iter_batches(_ROWS, columns=_COLUMNS):
            yield pa.Table.from_batches([batch])
        return
    types: dict[str, Any] = {"lead_id": pa.string()}
    options = pa_csv.ConvertOptions(include_columns=_COLUMNS, column_types=types)
    with pa_csv.open_csv(source(ranking), convert_options=options) as reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])
