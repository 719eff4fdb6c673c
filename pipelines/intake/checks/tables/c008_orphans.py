"""C008: a row about a lead that is not there, or is in the quarantine."""

from features.reading.id_forms import MEANINGS, joining_form
from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.rows.lookup import positions

_MOST = 10_000
"""So many unknown ids are compared with those of leads in other forms."""


def _flags(batch: Batch, table: TableName) -> Flags | None:
    leads = batch.tables["leads"]["lead_id"]
    unknown: Flags = positions(batch.tables[table]["lead_id"], leads) < 0
    return unknown


def _form(batch: Batch, table: TableName, flags: Flags) -> str:
    """Name the form of ids under which the rows would meet their leads."""
    unknown = batch.tables[table].loc[flags, "lead_id"].dropna().unique()[:_MOST]
    join = joining_form(unknown, batch.tables["leads"]["lead_id"].dropna())
    if join is None:
        return ""
    place = "here and in leads" if join.both else "here"
    advice = f"write `id_form: {join.form}` beside lead_id {place}"
    return f"the ids would meet: {MEANINGS[join.form]}; {advice}"


CHECK = RowCheck(
    "C008",
    "orphans: rows about unknown leads",
    "error",
    "a usable row in leads for every lead_id",
    "export the leads too, or see why they are in the quarantine",
    ("activities", "outcomes", "attribute_changes"),
    _flags,
    phase="relation",
    comparison=_form,
)
