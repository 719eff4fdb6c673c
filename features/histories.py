"""Histories: the canonical tables as sorted numpy columns with one range per lead.

Decided here: this is the only form in which features are computed, for a million leads and for one
alike. Leads are in the order of their ids. Everything that a kernel reads is coded by the
vocabulary, so a history belongs to it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog import Vocabulary
from features.columns import (
    coded_attributes,
    codes_of,
    has,
    moments_of,
    places,
    ranked,
    seen_moments,
    thousandths,
    translation,
)
from features.errors import BadTables
from features.kernel.records import Changes, Deals, Events, Indices, Integers, Touches
from features.ordering import canonical_order, in_order, starts
from features.reserved import ACTOR, OUTCOME, attribute_categories
from features.tables import Tables

_DIRECTIONS = ("inbound", "outbound")
_KINDS = ("opened", "", "won", "lost")


@dataclass(frozen=True)
class Histories:
    """All that features may be made of, for some leads.

    Attributes
    ----------
    lead_ids
        The leads, ascending; lead number n of every other part.
    account
        Shape (leads,): number of the lead's account, -1 without.
    events, touches
        The same sorted activities, as the sweep and as the sales view read them.
    deals
        Sorted outcomes.
    changes
        Attributes and their later values.
    vocabulary
        What the codes mean.
    """

    lead_ids: pd.Index
    account: Indices
    events: Events
    touches: Touches
    deals: Deals
    changes: Changes
    vocabulary: Vocabulary

    @cached_property
    def account_count(self) -> int:
        """How many accounts there are."""
        return int(self.account.max(initial=-1)) + 1


def encode(tables: Tables, vocabulary: Vocabulary) -> Histories:
    """Sort and code the tables by a vocabulary.

    Raises
    ------
    BadTables
        If a lead comes twice, or a record belongs to none.
    """
    leads = _sorted_leads(tables.leads)
    ids = pd.Index(leads["lead_id"])
    created_at = moments_of(leads, "created_at")
    lead_seen_from = seen_moments(leads, created_at)
    events, touches = _activities(tables.activities, ids, vocabulary, (created_at, lead_seen_from))
    return Histories(
        lead_ids=ids,
        account=_accounts(leads),
        events=events,
        touches=touches,
        deals=_deals(tables.outcomes, ids, vocabulary),
        changes=_changes(tables, leads, ids, vocabulary, (created_at, lead_seen_from)),
        vocabulary=vocabulary,
    )


def _sorted_leads(leads: pd.DataFrame) -> pd.DataFrame:
    ids = leads["lead_id"]
    if isinstance(ids.dtype, pd.CategoricalDtype):
        leads = leads.assign(lead_id=ids.astype("str"))
    if not pd.Index(leads["lead_id"]).is_monotonic_increasing:
        leads = leads.sort_values("lead_id", kind="stable", ignore_index=True)
    twice = leads["lead_id"].duplicated()
    if twice.any():
        raise BadTables.of(
            f"leads: {int(twice.sum())} repeated lead_id, first {leads['lead_id'][twice].iloc[0]!r}",
            "one row a lead",
            "run `mikomi check`",
        )
    return leads


def _places(table: pd.DataFrame, name: str, ids: pd.Index) -> Indices:
    lead = places(table["lead_id"], ids)
    strange = lead < 0
    if strange.any():
        first = table["lead_id"][strange].iloc[0]
        raise BadTables.of(
            f"{name}: {int(strange.sum())} rows of leads that are not in leads, first {first!r}",
            "a row in leads for every lead_id",
            "run `mikomi check`",
        )
    return lead


def _accounts(leads: pd.DataFrame) -> Indices:
    if "account_id" not in leads.columns:
        return np.full(len(leads), -1, np.int32)
    return ranked(leads["account_id"])[0]


def _activities(
    table: pd.DataFrame, ids: pd.Index, vocabulary: Vocabulary, lead_moments: tuple[Integers, ...]
) -> tuple[Events, Touches]:
    lead = _places(table, "activities", ids)
    occurred_at = moments_of(table, "occurred_at")
    seen_from = seen_moments(table, occurred_at)
    code = np.maximum(codes_of(table["activity_type"], vocabulary.activity_types), 0)
    actor, actors = _actors(table)
    columns: dict[str, NDArray[np.integer]] = {
        "seen_from": seen_from,
        "code": code,
        "pair": _pairs(table, code, vocabulary),
        "direction": _direction(table),
        "actor": actor,
        "dwell": _values(table, "dwell_seconds", vocabulary),
        "amount": _values(table, "amount", vocabulary),
    }
    order = canonical_order(
        lead, occurred_at, tuple(column for column in columns.values() if column.size)
    )
    if order is not None:
        lead, occurred_at = lead[order], occurred_at[order]
        columns = {
            name: column[order] if column.size else column for name, column in columns.items()
        }
    start = starts(lead, len(ids))
    seen_from = columns["seen_from"]
    events = Events(
        start,
        in_order(start, seen_from),
        *lead_moments,
        occurred_at,
        seen_from,
        columns["code"],
        columns["pair"],
        columns["dwell"],
        columns["amount"],
    )
    known_actors = translation(actors, vocabulary.categories.get(ACTOR, ()))
    touches = Touches(
        start,
        occurred_at,
        seen_from,
        columns["code"],
        columns["direction"],
        columns["actor"],
        known_actors,
    )
    return events, touches


def _actors(table: pd.DataFrame) -> tuple[Indices, list[str]]:
    if not has(table, "actor"):
        return np.full(len(table), -1, np.int32), []
    return ranked(table["actor"])


def _direction(table: pd.DataFrame) -> NDArray[np.int16]:
    if not has(table, "direction"):
        return np.zeros(len(table), np.int16)
    return np.maximum(codes_of(table["direction"], _DIRECTIONS), 0)


def _pairs(
    table: pd.DataFrame, code: NDArray[np.int16], vocabulary: Vocabulary
) -> NDArray[np.int16]:
    """Number the frequent (type, topic) pair of each activity, from 1; 0 is none of them."""
    if not vocabulary.topics or not has(table, "topic"):
        return np.zeros(len(table), np.int16)
    topics = tuple(dict.fromkeys(topic for _, topic in vocabulary.topics))
    number = np.zeros((len(vocabulary.activity_types) + 1, len(topics) + 1), np.int16)
    for i, (activity_type, topic) in enumerate(vocabulary.topics):
        type_code = vocabulary.activity_types.index(activity_type) + 1
        number[type_code, topics.index(topic) + 1] = i + 1
    topic_code = np.maximum(codes_of(table["topic"], topics), 0)
    return number[code, topic_code]


def _values(table: pd.DataFrame, name: str, vocabulary: Vocabulary) -> Integers:
    wanted = any(column == name for _, column in vocabulary.valued)
    if not wanted:
        return np.empty(0, np.int64)
    return thousandths(table[name] if name in table.columns else pd.Series(np.nan, table.index))


def _deals(table: pd.DataFrame, ids: pd.Index, vocabulary: Vocabulary) -> Deals:
    lead = _places(table, "outcomes", ids)
    occurred_at = moments_of(table, "occurred_at")
    kind = codes_of(table["outcome"], _KINDS) - 1
    stage = codes_of(table["outcome"], vocabulary.categories.get(OUTCOME, ()))
    name = ranked(table["deal_id"])[0] if "deal_id" in table.columns else np.full(len(table), -1)
    amount = table["amount"] if "amount" in table.columns else pd.Series(np.nan, table.index)
    columns: tuple[NDArray[np.integer], ...] = (
        seen_moments(table, occurred_at),
        np.where(kind < 0, 1, kind).astype(np.int16),
        np.maximum(stage, 0),
        _deal_numbers(lead, name),
        thousandths(amount),
    )
    order = canonical_order(lead, occurred_at, columns)
    if order is not None:
        lead, occurred_at = lead[order], occurred_at[order]
        columns = tuple(column[order] for column in columns)
    return Deals(starts(lead, len(ids)), occurred_at, *columns)


def _deal_numbers(lead: Indices, name: NDArray[np.integer]) -> Indices:
    """Number the (lead, deal) pairs in their order."""
    if not len(lead):
        return np.empty(0, np.int32)
    pair = lead.astype(np.int64) * (int(name.max()) + 2) + name + 1
    return np.unique(pair, return_inverse=True)[1].astype(np.int32)


def _changes(
    tables: Tables,
    leads: pd.DataFrame,
    ids: pd.Index,
    vocabulary: Vocabulary,
    lead_moments: tuple[Integers, ...],
) -> Changes:
    categories = attribute_categories(vocabulary)
    initial = coded_attributes(leads, categories, vocabulary.numbers)
    table = tables.attribute_changes
    names = (*categories, *vocabulary.numbers)
    attribute = np.maximum(codes_of(table["attribute"], names), 0) - 1
    table = table[attribute >= 0]
    attribute = attribute[attribute >= 0].astype(np.int32)
    value = np.full(len(table), np.nan)
    for j, name in enumerate(names):
        rows = attribute == j
        if rows.any():
            one = pd.DataFrame({name: table["value"][rows].astype("str")})
            known = {name: categories[name]} if name in categories else {}
            value[rows] = coded_attributes(one, known, () if known else (name,))[:, 0]
    lead = _places(table, "attribute_changes", ids)
    occurred_at = moments_of(table, "occurred_at")
    seen_from = seen_moments(table, occurred_at)
    order = canonical_order(lead, occurred_at, (seen_from, attribute, value.view(np.int64)))
    if order is not None:
        lead, seen_from = lead[order], seen_from[order]
        attribute, value = attribute[order], value[order]
    return Changes(*lead_moments, initial, starts(lead, len(ids)), seen_from, attribute, value)
