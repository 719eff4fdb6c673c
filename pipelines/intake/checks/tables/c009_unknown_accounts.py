"""C009: a lead belongs to an account that the accounts table does not hold; it is kept."""

from features.tables import TableName
from pipelines.intake.checks.check import Batch, Flags, RowCheck
from pipelines.intake.rows.lookup import positions


def _flags(batch: Batch, table: TableName) -> Flags | None:
    if "accounts" not in batch.about.fed or "account_id" not in batch.tables[table]:
        return None
    account = batch.tables[table]["account_id"]
    unknown = positions(account, batch.tables["accounts"]["account_id"]) < 0
    flags: Flags = account.notna().to_numpy() & unknown
    return flags


CHECK = RowCheck(
    "C009",
    "leads of unknown accounts",
    "warning",
    "a row in accounts for every account_id",
    "export these accounts too; without them their attributes are missing",
    ("leads",),
    _flags,
    phase="relation",
)
