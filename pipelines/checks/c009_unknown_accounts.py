"""C009: a lead belongs to an account that the accounts table does not hold; it is kept."""

from features.tables import TableName
from pipelines.checks.check import Batch, Flags, RowCheck


def _flags(batch: Batch, table: TableName) -> Flags | None:
    if "accounts" not in batch.about.fed or "account_id" not in batch.tables[table]:
        return None
    account = batch.tables[table]["account_id"]
    known = account.isin(batch.tables["accounts"]["account_id"])
    return (account.notna() & ~known).to_numpy()


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
