"""C025: a change of an attribute that leads do not have, so it changes nothing."""

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.checks.listing import listing


def _flags(batch: Batch, table: TableName) -> Flags | None:
    attribute = batch.tables[table]["attribute"]
    known = attribute.isin(list(batch.about.attributes)) | attribute.isna()
    flags: Flags = ~known.to_numpy()
    return flags


CHECK = RowCheck(
    "C025",
    "changes of unknown attributes",
    "warning",
    "names of attributes as leads have them",
    "map the attribute of leads too, or translate its name under values",
    ("attribute_changes",),
    _flags,
    lambda rows: listing(rows["attribute"]),
)
