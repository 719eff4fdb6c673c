"""Attributes: the first values, from the leads table and the account, and every later value.

Decided here: attributes of the account become attributes of its leads, named `account.<name>`, from
the moment the account is known. Of several values of one moment the one that is visible later
counts, then the greater code, so that the order of the rows does not matter.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import attribute_categories
from features.kernel.inputs import Changes, Indices, Integers
from features.kernel.order import canonical_order, starts
from features.records.columns import (
    coded_attributes,
    codes_of,
    moments_of,
    number_of,
    visible_moments,
)
from features.records.leads import Leads, numbers_of_leads
from features.tables import ACCOUNTS, Tables
from features.timeline import NEVER

_Later = tuple[Indices, Integers, Integers, Indices, NDArray[np.float64]]
"""lead, occurred_at, visible_from, attribute, value"""


def encode_attributes(
    tables: Tables, table: pd.DataFrame, leads: Leads, vocabulary: Vocabulary
) -> Changes:
    """Code the attributes and their later values.

    Parameters
    ----------
    tables
        The canonical tables.
    table
        `tables.leads` in the order of `leads`.
    leads
        The leads.
    vocabulary
        What the codes mean.
    """
    categories = attribute_categories(vocabulary)
    known_account = _account_columns(tables, table)
    whole = table if known_account is None else pd.concat([table, known_account[0]], axis=1)
    initial = coded_attributes(whole, categories, vocabulary.numbers)
    later = [_changes(tables.attribute_changes, leads, vocabulary)]
    if known_account is not None:
        names = (*categories, *vocabulary.numbers)
        later.append(_become_known(initial, names, known_account[1]))
    lead, occurred_at, visible_from, attribute, value = (
        np.concatenate(columns) for columns in zip(*later, strict=True)
    )
    order = canonical_order(lead, occurred_at, (visible_from, attribute, value))
    if order is None:
        order = np.arange(lead.size)
    return Changes(
        created_at=leads.created_at,
        lead_visible_from=leads.visible_from,
        initial=initial,
        start=starts(lead[order], len(leads.ids)),
        visible_from=visible_from[order],
        attribute=attribute[order],
        value=value[order],
    )


def account_attributes(accounts: pd.DataFrame) -> dict[str, str]:
    """Map the attribute columns of the accounts to the names under which leads have them."""
    return {
        name: f"{ACCOUNT_PREFIX}{name}" for name in accounts.columns if name not in ACCOUNTS.names
    }


def account_columns(tables: Tables, leads: pd.DataFrame) -> pd.DataFrame:
    """Return the attributes and `known_at` of each lead's account, on the index of `leads`.

    Parameters
    ----------
    tables
        The canonical tables, for the accounts.
    leads
        Leads with `account_id`.
    """
    names = account_attributes(tables.accounts)
    accounts = tables.accounts.rename(columns=names)
    accounts = accounts.set_index(accounts["account_id"].astype("str"))
    wanted = [*names.values(), *(["known_at"] if "known_at" in accounts.columns else [])]
    ids = pd.Index(leads["account_id"].astype("str"))
    return accounts[wanted].reindex(ids).set_axis(leads.index)


def _account_columns(tables: Tables, leads: pd.DataFrame) -> tuple[pd.DataFrame, Integers] | None:
    if "account_id" not in leads.columns or not account_attributes(tables.accounts):
        return None
    columns = account_columns(tables, leads)
    if "known_at" not in columns.columns:
        return columns, np.full(len(leads), NEVER, np.int64)
    return columns.drop(columns="known_at"), moments_of(columns, "known_at")


def _become_known(
    initial: NDArray[np.float64], names: tuple[str, ...], known_at: Integers
) -> _Later:
    """Move the values of accounts known later out of `initial`, into changes of that moment."""
    lead, attribute = [], []
    dated = np.flatnonzero(known_at != NEVER)
    for j, name in enumerate(names):
        if name.startswith(ACCOUNT_PREFIX):
            lead.append(dated)
            attribute.append(np.full(dated.size, j))
    leads = np.concatenate([np.empty(0, np.int64), *lead]).astype(np.int32)
    attributes = np.concatenate([np.empty(0, np.int64), *attribute]).astype(np.int32)
    value = initial[leads, attributes]
    initial[leads, attributes] = np.nan
    return leads, known_at[leads], known_at[leads], attributes, value


def _changes(table: pd.DataFrame, leads: Leads, vocabulary: Vocabulary) -> _Later:
    categories = attribute_categories(vocabulary)
    names = (*categories, *vocabulary.numbers)
    number = codes_of(table["attribute"], names).astype(np.int32) - 1
    table = table[number >= 0]
    number = number[number >= 0]
    value = np.full(len(table), np.nan)
    for j, name in enumerate(names):
        rows = number == j
        if rows.any():
            value[rows] = _values(table["value"][rows], categories.get(name))
    lead = numbers_of_leads(table, "attribute_changes", leads.ids)
    occurred_at = moments_of(table, "occurred_at")
    return lead, occurred_at, visible_moments(table, occurred_at), number, value


def _values(column: pd.Series, known: tuple[str, ...] | None) -> NDArray[np.float64]:
    if known is None:
        return np.array([number_of(text) for text in column])
    codes = codes_of(column, known)
    return np.where(codes < 0, np.nan, codes)
