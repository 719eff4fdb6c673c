"""Leads: their order, moments and groups.

Decided here: leads are numbered in the order of their ids. A group is an account's leads, or a
lead without account by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from features.errors import BadTables
from features.kernel.inputs import Indices, Integers
from features.kernel.order import groups
from features.records.columns import moments_of, places, ranked, visible_moments


@dataclass(frozen=True)
class Leads:
    """The leads, ascending by id: shape (leads,) each.

    Attributes
    ----------
    names
        `lead_id`.
    created_at, visible_from
        When the lead came into being; from when it is visible, in microseconds.
    account
        Number of the account, -1 without.
    """

    names: pd.Index | Sequence[str]
    created_at: Integers
    visible_from: Integers
    account: Indices

    @cached_property
    def ids(self) -> pd.Index:
        """`lead_id` as an index, built on first use."""
        return pd.Index(self.names)

    @cached_property
    def _groups(self) -> tuple[Indices, Integers, Indices]:
        return groups(self.account)  # type: ignore[no-any-return]

    @property
    def group(self) -> Indices:
        """The account's number, or one of its own for a lead without account."""
        return self._groups[0]

    @property
    def members(self) -> tuple[Integers, Indices]:
        """Where each group starts in the leads sorted by group, and those leads."""
        return self._groups[1:]


def sorted_leads(table: pd.DataFrame) -> pd.DataFrame:
    """Sort the leads by their ids.

    Raises
    ------
    BadTables
        If a lead comes twice.
    """
    ids = table["lead_id"]
    if isinstance(ids.dtype, pd.CategoricalDtype):
        table = table.assign(lead_id=ids.astype("str"))
    if not _ascending(table["lead_id"]):
        table = table.sort_values("lead_id", kind="stable", ignore_index=True)
    if not _ascending(table["lead_id"]):
        twice = table["lead_id"].duplicated()
        first = table["lead_id"][twice].iloc[0]
        raise BadTables.of(
            f"leads: {int(twice.sum())} repeated lead_id, first {first!r}",
            "one row a lead",
            "run `mikomi check`",
        )
    return table


def _ascending(ids: pd.Series) -> bool:
    values = ids.array
    return bool((values[1:] > values[:-1]).all())


def encode_leads(table: pd.DataFrame) -> Leads:
    """Code the sorted leads."""
    created_at = moments_of(table, "created_at")
    account = np.full(len(table), -1, np.int32)
    if "account_id" in table.columns:
        account = ranked(table["account_id"])[0]
    return Leads(
        pd.Index(table["lead_id"]), created_at, visible_moments(table, created_at), account
    )


def numbers_of_leads(table: pd.DataFrame, name: str, ids: pd.Index) -> Indices:
    """Return the number of each row's lead.

    Parameters
    ----------
    table
        Rows with `lead_id`.
    name
        The name of the table, for the message.
    ids
        The leads, ascending.

    Raises
    ------
    BadTables
        If a row belongs to no lead.
    """
    lead = places(table["lead_id"], ids)
    unknown = lead < 0
    if unknown.any():
        first = table["lead_id"][unknown].iloc[0]
        raise BadTables.of(
            f"{name}: {int(unknown.sum())} rows of leads that are not in leads, first {first!r}",
            "a row in leads for every lead_id",
            "run `mikomi check`",
        )
    return lead
