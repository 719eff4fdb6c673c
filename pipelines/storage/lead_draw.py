"""Drawing leads, where there are more snapshots than fit in memory.

Decided here: whole accounts are drawn, with all snapshots of their leads, each with the same chance
and by nothing but a hash of its id. So a drawn row stands for 1 / share rows, every one for as
many: shares, means and rates of the drawn rows are those of the company, without a weight, and
features of accounts are whole. The number of partitions changes nothing. Whoever is drawn for a
share is drawn for every larger one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import SPECS, Tables
from pipelines.storage import partitions

FACT: Final = "draw"
"""The fact in the manifest of snapshots; it is there only if leads were drawn."""
_KEY_LENGTH: Final = 16
_HASHES: Final = 2.0**64


@dataclass(frozen=True)
class LeadDraw:
    """A draw of leads.

    Attributes
    ----------
    share
        The chance of each account, and of each lead without one, in (0, 1).
    seed
        Another seed draws other leads.
    of_snapshots
        How many snapshots there were, drawn or not.
    """

    share: float
    seed: int
    of_snapshots: int

    @classmethod
    def stated(cls, facts: Mapping[str, Any]) -> "LeadDraw | None":
        """Return the draw that snapshots state; None if all leads are there.

        Parameters
        ----------
        facts
            The manifest of the snapshots.
        """
        return cls(**facts[FACT]) if FACT in facts else None

    def holds(self, leads: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which leads are drawn: shape (leads,).

        >>> leads = pd.DataFrame({"lead_id": ["a", "b", "c"], "account_id": ["x", None, "x"]})
        >>> LeadDraw(0.5, 1, 100).holds(leads)
        array([False,  True, False])

        Parameters
        ----------
        leads
            `lead_id` and, if there are accounts, `account_id`.
        """
        key = leads["lead_id"]
        if "account_id" in leads:
            key = leads["account_id"].fillna(key)
        salt = str(self.seed).zfill(_KEY_LENGTH)[-_KEY_LENGTH:]
        hashes = pd.util.hash_array(key.to_numpy(object), hash_key=salt, categorize=False)
        return hashes / _HASHES < self.share


def read_tables(directory: Path, draw: LeadDraw | None) -> Tables:
    """Read everything about the drawn leads; about all leads without a draw.

    Parameters
    ----------
    directory
        A store of canonical tables.
    draw
        The draw that the snapshots state.
    """
    if draw is None:
        return partitions.read_all(directory)
    parts = [
        _drawn(partitions.read(directory, part), draw)
        for part in range(partitions.count(directory))
    ]
    return Tables(
        **{
            name: pd.concat([getattr(part, name) for part in parts], ignore_index=True)
            for name in SPECS
        }
    )


def _drawn(tables: Tables, draw: LeadDraw) -> Tables:
    leads = tables.leads[draw.holds(tables.leads)]
    mine = {"leads": leads, "accounts": tables.accounts}
    if "account_id" in leads:
        known = tables.accounts["account_id"].isin(leads["account_id"])
        mine["accounts"] = tables.accounts[known]
    for name in ("activities", "outcomes", "attribute_changes"):
        frame: pd.DataFrame = getattr(tables, name)
        mine[name] = frame[frame["lead_id"].isin(leads["lead_id"])]
    return Tables(**mine)
