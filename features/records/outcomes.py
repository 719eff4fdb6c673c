"""Outcomes: sorted and coded.

Decided here: at one and the same moment a deal is first opened, then changes stage, then is won or
lost.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Vocabulary
from features.catalog.reserved import OUTCOME
from features.kernel.inputs import Codes, Deals, Indices
from features.kernel.order import canonical_order, starts
from features.records.columns import codes_of, moments_of, ranked, thousandths, visible_moments
from features.records.leads import Leads, numbers_of_leads

KINDS: Final = ("opened", "won", "lost")
KIND_OF_CODE: Final = np.array([1, 0, 2, 3, 1], np.int16)
"""The kernel's kind of a stage, opened, won, lost, missing."""


def encode_outcomes(table: pd.DataFrame, leads: Leads, vocabulary: Vocabulary) -> Deals:
    """Sort and code the outcomes.

    Parameters
    ----------
    table
        The canonical table of outcomes, in any order.
    leads
        The leads, which number the outcomes.
    vocabulary
        What the codes mean.
    """
    lead = numbers_of_leads(table, "outcomes", leads.ids)
    occurred_at = moments_of(table, "occurred_at")
    visible_from = visible_moments(table, occurred_at)
    kind: Codes = KIND_OF_CODE[codes_of(table["outcome"], KINDS)]
    known = vocabulary.categories.get(OUTCOME, ())
    stage = np.maximum(codes_of(table["outcome"], known), np.int16(0))
    deal = deal_numbers(lead, _deal_names(table))
    amount = thousandths(_amount(table))
    order = canonical_order(lead, occurred_at, (visible_from, kind, stage, deal, amount))
    if order is None:
        order = np.arange(lead.size)
    return Deals(
        start=starts(lead[order], len(leads.ids)),
        occurred_at=occurred_at[order],
        visible_from=visible_from[order],
        kind=kind[order],
        stage=stage[order],
        deal=deal[order],
        amount=amount[order],
    )


def _amount(table: pd.DataFrame) -> pd.Series:
    return table["amount"] if "amount" in table.columns else pd.Series(np.nan, table.index)


def _deal_names(table: pd.DataFrame) -> NDArray[np.int32]:
    if "deal_id" not in table.columns:
        return np.full(len(table), -1, np.int32)
    return ranked(table["deal_id"])[0]


def deal_numbers(lead: Indices, name: NDArray[np.int32]) -> Indices:
    """Return the number of every row's (lead, deal) pair, in the order of the pairs.

    Parameters
    ----------
    lead
        Shape (rows,): the number of the lead.
    name
        Shape (rows,): the number of the deal's id, -1 without.
    """
    pair = lead.astype(np.int64) * (int(name.max(initial=-1)) + 2) + name + 1
    number: Indices = np.unique(pair, return_inverse=True)[1].astype(np.int32)
    return number
