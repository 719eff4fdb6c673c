"""Histories: the canonical tables as sorted numpy columns with one range per lead.

Decided here: this is the only form in which features are computed, for a million leads and for one
alike. Everything that a kernel reads is coded by the vocabulary, so a history belongs to it.
"""

from dataclasses import dataclass

import pandas as pd

from features.catalog.catalog import Vocabulary
from features.kernel.inputs import Changes, Deals, Events, Touches
from features.records.activities import encode_activities
from features.records.attributes import encode_attributes
from features.records.leads import Leads, encode_leads, sorted_leads
from features.records.outcomes import encode_outcomes
from features.tables import Tables


@dataclass(frozen=True)
class Histories:
    """Everything that features are computed from, for some leads.

    Attributes
    ----------
    leads
        The leads, ascending by id; lead number n of every other part.
    events, touches
        The same sorted activities, as the sweep and as the sales view read them.
    mentions
        What their texts mention: one entry a text and term, whose code is the term's number.
    deals
        Sorted outcomes.
    changes
        Attributes and their later values.
    vocabulary
        What the codes mean.
    """

    leads: Leads
    events: Events
    touches: Touches
    mentions: Events
    deals: Deals
    changes: Changes
    vocabulary: Vocabulary

    @property
    def lead_ids(self) -> pd.Index:
        """The leads, ascending."""
        return self.leads.ids


def encode(tables: Tables, vocabulary: Vocabulary) -> Histories:
    """Sort and code the tables by a vocabulary.

    Parameters
    ----------
    tables
        The canonical tables, in any order.
    vocabulary
        What the codes mean.

    Raises
    ------
    BadTables
        If a lead comes twice, or a record belongs to no lead.
    """
    table = sorted_leads(tables.leads)
    leads = encode_leads(table)
    events, touches, mentions = encode_activities(tables.activities, leads, vocabulary)
    return Histories(
        leads=leads,
        events=events,
        touches=touches,
        mentions=mentions,
        deals=encode_outcomes(tables.outcomes, leads, vocabulary),
        changes=encode_attributes(tables, table, leads, vocabulary),
        vocabulary=vocabulary,
    )
