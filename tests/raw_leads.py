"""Leads with their records as the registered model takes them, and frames that it refuses."""

import pandas as pd

from models.registry.model_columns import INPUT_COLUMNS
from tests import served

AS_OF = "2026-06-01T00:00:00Z"
ACCOUNT = {"account_id": "acme", "attributes": {"region": "東京", "revenue": None}}


def leads() -> pd.DataFrame:
    """Return leads with their records as the registered model takes them."""
    rows = [
        dict.fromkeys(INPUT_COLUMNS) | served.body(4 * n) | {"lead_id": f"L-{n}", "as_of": AS_OF}
        for n in range(6)
    ]
    for row in rows:
        row |= {
            "account": ACCOUNT,
            "attributes": row["attributes"] | {"newsletter": None, "job_role": None},
        }
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS), dtype=object)


def renamed(**names: str) -> pd.DataFrame:
    return leads().rename(columns=names)


def with_attribute(wrong: str, right: str) -> pd.DataFrame:
    rows = leads()
    rows["attributes"] = [
        {wrong if name == right else name: one for name, one in row.items()}
        for row in rows["attributes"]
    ]
    return rows


def with_activity(**fields: object) -> pd.DataFrame:
    rows = leads()
    one = {"activity_type": "call", "occurred_at": "2026-05-01T00:00:00Z"} | fields
    rows["activities"] = [[one] for _ in range(len(rows))]
    return rows


WRONG = {
    "a column": (renamed(activities="activites"), "'activities'", "'activites'"),
    "an attribute": (with_attribute("industri", "industry"), "'industry'", "'industri'"),
    "a field": (with_activity(topik="pricing"), "row 0: $.activities[0]", "'topik'"),
    "a moment": (leads().assign(as_of="2026-06-01"), "row 5: $.as_of", "a time, like"),
    "no moment": (leads().assign(as_of=None), "row 0: no as_of", "state the moment"),
    "a number": (with_activity(dwell_seconds="long"), 'dwell_seconds: "long"', "float or null"),
    "features": (pd.DataFrame({"engagement__call_count__30d": [3.0]}), "'lead_id'", "engagement"),
}


"""Name of a fault -> a frame that has it, and what the refusal names."""
