"""Scored leads as rows of an Arrow table.

Decided here: what a ranking states about a lead, and in which types. What a contact adds has
columns only where the model knows it, so that other rankings stay as they are. The lists are
laid out as Arrow holds them, since a list of Python's own for each of a million leads takes longer
than scoring them.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.contact.known_effects import CONTACT, ContactColumns
from models.scoring.batch_scores import Scores

SCHEMA: Final = pa.schema(
    [
        ("lead_id", pa.string()),
        ("cutoff", pa.timestamp("us", "UTC")),
        ("probability", pa.float64()),
        ("probability_low", pa.float64()),
        ("probability_high", pa.float64()),
        ("sufficient_evidence", pa.bool_()),
        ("score", pa.float64()),
        ("band", pa.string()),
        ("base_probability", pa.float64()),
        ("remainder", pa.float64()),
        ("margin", pa.float64()),
        ("reason_codes", pa.list_(pa.string())),
        ("reason_contributions", pa.list_(pa.float64())),
        ("reason_features", pa.list_(pa.int64())),
        ("reason_values", pa.list_(pa.float64())),
        ("reason_leads", pa.list_(pa.int64())),
        ("reason_converted_leads", pa.list_(pa.int64())),
        ("reasons_ja", pa.list_(pa.string())),
        ("reasons_en", pa.list_(pa.string())),
    ]
)
"""A ranked lead; the reasons of a lead are lists of equal length, those for it first."""


def schema(*, contact: bool) -> pa.Schema:
    """Return the columns of a ranking.

    Parameters
    ----------
    contact
        Whether the model knows what a contact adds to whom.
    """
    if not contact:
        return SCHEMA
    place = SCHEMA.get_field_index("sufficient_evidence")
    types = [pa.float64()] * 3 + [pa.bool_()]
    fields = [pa.field(*one) for one in zip(CONTACT, types, strict=True)]
    return pa.schema([*list(SCHEMA)[:place], *fields, *list(SCHEMA)[place:]])


def table(scores: Scores, effects: ContactColumns | None = None) -> pa.Table:
    """Return scores as rows of a table, in their order.

    Parameters
    ----------
    scores
        Of the leads.
    effects
        What a contact adds to each; None where it is not known.
    """
    keys = {name: pa.array(scores.keys[name]) for name in ("lead_id", "cutoff")}
    selected, there = scores.selected, scores.selected.concept >= 0
    ends = pa.array(np.concatenate([[0], np.cumsum(there.sum(axis=1))]), pa.int32())
    cells = scores.of_reasons() | {
        "reason_features": selected.feature,
        "reason_values": selected.value,
    }
    lists = {name: _lists(one[there], ends) for name, one in cells.items()}
    columns = keys | scores.of_leads() | {"margin": scores.margin} | lists
    if effects is not None:
        columns |= dict(zip(CONTACT, effects, strict=True))
    wanted = schema(contact=effects is not None)
    return pa.table({name: columns[name] for name in wanted.names}).cast(wanted)


def _lists(cells: NDArray[Any], ends: pa.Array) -> pa.Array:
    return pa.ListArray.from_arrays(ends, pa.array(cells, from_pandas=cells.dtype.kind == "f"))
