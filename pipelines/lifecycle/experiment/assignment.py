"""The draw: which lead is in which arm, kept for good.

Decided here: the lot is a hash of the test's name, its seed and the id of what is drawn, so anybody
can draw it again and nobody can choose. An assignment that was written stays, also if the lead is
named again; leads of an account that was drawn before get its arm. Nobody is drawn outside of the
declared time.
"""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadInput
from features.tables import Tables
from features.timeline import MOMENT_DTYPE
from pipelines.lifecycle.experiment.declaration import Declaration, folder
from pipelines.run.workspace import Workspace
from pipelines.storage.atomic import replacing

FILE: Final = "assignments.parquet"
ARMS: Final = ("first", "second")
COLUMNS: Final = ("lead_id", "unit", "arm", "assigned_at")
_FULL: Final = 2**64


def arm_of(declared: Declaration, unit: str) -> str:
    """Return the arm of a lead or account.

    Parameters
    ----------
    declared
        The test.
    unit
        The id of what is drawn.
    """
    text = f"{declared.name}\n{declared.seed}\n{unit}"
    lot = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / _FULL
    return ARMS[lot < declared.share]


def assign(
    places: Workspace, declared: Declaration, leads: pd.DataFrame, at: pd.Timestamp
) -> tuple[pd.DataFrame, int]:
    """Assign leads that have no arm yet, and store all assignments.

    Parameters
    ----------
    places
        The places of the workspace.
    declared
        The test.
    leads
        `lead_id` and, for draws by account, `account_id`; a lead without an account is drawn alone.
    at
        The moment of the draw.

    Returns
    -------
    All assignments, and how many are new.

    Raises
    ------
    BadInput
        If nobody is drawn any more, or not yet.
    """
    begin = pd.Timestamp(declared.starts_at).tz_convert("UTC")
    end = begin + timedelta(days=declared.enrols_days)
    if not begin <= at < end:
        raise BadInput.of(
            f"a draw at {at:%Y-%m-%d %H:%M} UTC",
            f"a moment from {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}, as declared",
            "draw in that time, or declare another test",
        )
    former = read(places, declared.name)
    fresh = leads[~leads["lead_id"].isin(former["lead_id"])].drop_duplicates("lead_id")
    unit = fresh["lead_id"]
    if declared.unit == "account" and "account_id" in fresh:
        unit = fresh["account_id"].fillna(fresh["lead_id"])
    new = pd.DataFrame(
        {
            "lead_id": fresh["lead_id"].astype("str"),
            "unit": unit.astype("str"),
            "arm": [arm_of(declared, one) for one in unit],
            "assigned_at": pd.Series(at, fresh.index).astype(MOMENT_DTYPE),
        }
    )
    every = pd.concat([former, new], ignore_index=True) if len(former) else new
    with replacing(_place(places, declared.name)) as path:
        every.to_parquet(path, index=False)
    return every, len(new)


def _place(places: Workspace, name: str) -> Path:
    return folder(places, name) / FILE


def read(places: Workspace, name: str) -> pd.DataFrame:
    """Read the assignments of a test; there may be none.

    Parameters
    ----------
    places
        The places of the workspace.
    name
        Of the test.
    """
    path = _place(places, name)
    if path.is_file():
        return pd.read_parquet(path)
    return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS})


def with_accounts(leads: pd.Series, tables: Tables) -> pd.DataFrame:
    """Add the accounts of some leads.

    Parameters
    ----------
    leads
        Ids of leads.
    tables
        All leads.

    Raises
    ------
    BadInput
        If some of them are not in the tables.
    """
    known = tables.leads.set_index("lead_id")
    strangers = leads[~leads.isin(known.index)]
    if len(strangers):
        raise BadInput.of(
            f"{len(strangers)} leads that the tables do not have: {', '.join(strangers[:3])}",
            "leads of the tables",
            "correct the file, or run `mikomi ingest` with the newest export",
        )
    frame = pd.DataFrame({"lead_id": leads.to_numpy()})
    if "account_id" in known:
        frame["account_id"] = known["account_id"].reindex(leads).to_numpy()
    return frame
