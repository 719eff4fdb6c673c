"""The open leads among some: the cohort of the model, by the rule that it was trained with.

Decided here: the definition is that of `features.snapshots`; a model that does not tell its rule
means the default one.
"""

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from features.kernel.inputs import Indices
from features.records.lead_columns import ColumnsTold
from features.snapshots import CohortRule, at
from features.tables import Tables
from features.timeline import DAY, NEVER, from_moments

_NAMES = ("repeat", "until_decided", "max_age_days")


def rule_of(about: dict[str, Any]) -> CohortRule:
    """Read the rule that an artifact tells of its training."""
    told = about.get("cohort", {})
    known = {one.name for one in fields(CohortRule)} & set(_NAMES)
    return CohortRule(
        target_outcome=told.get("outcome", "won"),
        **{name: told[name] for name in known if name in told},
    )


def open_leads(told: ColumnsTold, cutoff: int, rule: CohortRule) -> Indices:
    """Give the places of the leads that are open at a cutoff, ascending."""
    leads, outcomes = told.leads, told.outcomes
    ids = pd.Series(list(leads.lead_id), dtype="str")
    tables = Tables(
        leads=pd.DataFrame(
            {
                "lead_id": ids,
                "created_at": from_moments(leads.created_at),
                "known_at": from_moments(leads.seen_from),
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
    found = at(tables, moment, rule)["lead_id"]
    place = {lead_id: n for n, lead_id in enumerate(leads.lead_id)}
    return np.array([place[lead_id] for lead_id in found], np.int32)


def leaves_at(told: ColumnsTold, lead: int, rule: CohortRule) -> int:
    """Tell from when an open lead is too old to be asked about; `NEVER` without such a limit."""
    if rule.max_age_days is None:
        return NEVER
    return int(told.leads.created_at[lead]) + round(rule.max_age_days * DAY)
