"""From the columns of a store back to canonical tables, which own features read.

Decided here: words are translated as the mapping of the model does, so that the rows equal those of
the export. Of `known_at` a store keeps what matters, the moment from which a record is visible.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.encoders.from_columns import ColumnEncoder
from features.kernel.inputs import Integers
from features.reading.normalize import folded, written
from features.reading.reading import RecordReading
from features.reading.values import ValueReading
from features.records.lead_columns import StoredColumns
from features.tables import TableName, Tables
from features.timeline import from_moments

_PLAIN = ValueReading()


def tables_of(stored: StoredColumns, encoder: ColumnEncoder) -> Tables:
    """Return the activities, outcomes and changes of some leads, without accounts and attributes.

    Parameters
    ----------
    stored
        The records.
    encoder
        Of the model whose mapping the words are read by.
    """
    reading = encoder.book.reading
    done = encoder.read_as_activities(stored.activities)
    deals = encoder.known_outcomes(stored.outcomes)
    changes = stored.changes
    ids = np.array(stored.leads.lead_id, object)
    words = ("activity_type", "topic", "direction", "actor")
    activities: dict[str, Any] = {
        name: _words(getattr(done, name), "activities", name, reading) for name in words
    }
    activities |= {"dwell_seconds": done.dwell_seconds, "amount": done.amount}
    outcomes = {
        "outcome": [encoder.book.outcome(word) for word in deals.outcome],
        "deal_id": [name and folded(name) for name in deals.deal_id],
        "amount": deals.amount,
    }
    names = _words(changes.attribute, "attribute_changes", "attribute", reading)
    values = [
        _value(value, reading.attributes.get(name or ""))
        for name, value in zip(names, changes.value, strict=True)
    ]
    return Tables(
        leads=pd.DataFrame({"lead_id": ids, "created_at": from_moments(stored.leads.created_at)}),
        activities=_table(ids, done, activities),
        outcomes=_table(ids, deals, outcomes),
        attribute_changes=_table(ids, changes, {"attribute": names, "value": values}),
    )


def _table(ids: Any, records: Any, columns: dict[str, Any]) -> pd.DataFrame:
    moments: dict[str, Integers] = {
        "occurred_at": records.occurred_at,
        "known_at": records.visible_from,
    }
    numbers = ("dwell_seconds", "amount")
    kinds = {name: "float64" if name in numbers else "str" for name in columns}
    return pd.DataFrame(
        {"lead_id": pd.Series(ids[records.lead], dtype="str")}
        | {name: from_moments(np.asarray(at, np.int64)) for name, at in moments.items()}
        | {name: pd.Series(list(one), dtype=kinds[name]) for name, one in columns.items()}
    )


def _words(
    texts: Sequence[str | None], table: TableName, name: str, reading: RecordReading
) -> list[str | None]:
    stated = reading.column(table, name) or _PLAIN
    known = {text: stated.word(text) for text in set(texts)}
    return [known[text] for text in texts]


def _value(value: object, stated: ValueReading | None) -> str | None:
    if stated is None or not isinstance(value, str):
        return written(value)
    return written(stated.number(value)) if stated.kind == "number" else stated.word(value)
