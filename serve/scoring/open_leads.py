"""The open leads among some: the cohort of the model, by the rule that it was trained with.

Decided here: the definition is that of `features.snapshots`; a model that holds no rule was trained
with the default one.
"""

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from features.kernel.inputs import Indices
from features.records.lead_columns import StoredColumns
from features.snapshots import CohortRule, at
from features.tables import Tables
from features.timeline import DAY, NEVER, from_moments

_NAMES = ("repeat", "until_decided", "max_age_days")


def rule_of(about: dict[str, Any]) -> CohortRule:
    """Read the cohort rule from what an artifact holds about its training."""
    stored = about.get("cohort", {})
    known = {one.name for one in fields(CohortRule)} & set(_NAMES)
    return CohortRule(
        target_outcome=stored.get("outcome", "won"),
        **{name: stored[name] for name in known if name in stored},
    )


def open_leads(columns: StoredColumns, cutoff: int, rule: CohortRule) -> Indices:
    """Return the places of the leads that are open at a cutoff, ascending.

    Parameters
    ----------
    columns
        The leads with their records.
    cutoff
        The moment, in microseconds.
    rule
        What open means.
    """
    leads, outcomes = columns.leads, columns.outcomes
    ids = pd.Series(list(leads.lead_id), dtype="str")
    tables = Tables(
        leads=pd.DataFrame(
            {
                "lead_id": ids,
                "created_at": from_moments(leads.created_at),
                "known_at": from_moments(leads.visible_from),
            }
        ),
        outcomes=pd.DataFrame(
            {
                "lead_id": ids.to_numpy()[outcomes.lead],
                "outcome": pd.Series(list(outcomes.outcome), dtype="str"),
                "occurred_at": from_moments(outcomes.occurred_at),
            }
        ),
    )
    moment = pd.Timestamp(cutoff, unit="us", tz="UTC")
    cohort = at(tables, moment, rule)["lead_id"]
    place = {lead_id: n for n, lead_id in enumerate(leads.lead_id)}
    return np.array([place[lead_id] for lead_id in cohort], np.int32)


def leaves_at(columns: StoredColumns, lead: int, rule: CohortRule) -> int:
    """Return from when an open lead is too old for the cohort; `NEVER` without such a limit.

    Parameters
    ----------
    columns
        The leads with their records.
    lead
        The place of the lead.
    rule
        What open means.
    """
    if rule.max_age_days is None:
        return NEVER
    return int(columns.leads.created_at[lead]) + round(rule.max_age_days * DAY)
