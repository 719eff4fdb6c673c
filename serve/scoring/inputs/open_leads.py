"""The open leads among some: the cohort of the model, by the rule that it was trained with.

Decided here: the definition is that of `features.snapshots`; a model that holds no rule was trained
with the default one. A win that is known to be undone does not end a lead.
"""

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from features.kernel.inputs import Indices
from features.reading.reading import PLAIN, RecordReading
from features.records.lead_columns import StoredColumns
from features.snapshots import CohortRule, at, away_of
from features.tables import Tables
from features.timeline import DAY, NEVER, from_moments
from serve.scoring.inputs.undone_wins import standing_rows

_NAMES = (
    "repeat", "until_decided", "max_age_days", "reopen_after_days", "lost_stay", "after_outcome",
)  # fmt: skip


def rule_of(about: dict[str, Any]) -> CohortRule:
    """Read the cohort rule from what an artifact holds about its training."""
    stored = about.get("cohort", {})
    known = {one.name for one in fields(CohortRule)} & set(_NAMES)
    return CohortRule(
        target_outcome=stored.get("outcome", "won"),
        **{name: stored[name] for name in known if name in stored},
    )


def open_leads(
    columns: StoredColumns, cutoff: int, rule: CohortRule, reading: RecordReading = PLAIN
) -> Indices:
    """Return the places of the leads that are open at a cutoff, ascending.

    Parameters
    ----------
    columns
        The leads with their records.
    cutoff
        The moment, in microseconds.
    rule
        What open means.
    reading
        What the words for outcomes mean.
    """
    rows = range(len(columns.outcomes.lead))
    every = standing_rows(columns.outcomes, rows, cutoff, reading)
    tables = _tables(columns, *_known(columns, every, reading))
    moment = pd.Timestamp(cutoff, unit="us", tz="UTC")
    cohort = at(tables, moment, rule)["lead_id"]
    place = {lead_id: n for n, lead_id in enumerate(columns.leads.lead_id)}
    return np.array([place[lead_id] for lead_id in cohort], np.int32)


def _known(
    columns: StoredColumns, rows: Indices, reading: RecordReading
) -> tuple[Indices, list[str]]:
    """Return the rows of outcomes whose word is known, and what each word means."""
    words = [columns.outcomes.outcome[n] for n in rows.tolist()]
    known = reading.outcomes
    if known is None:
        return rows, words
    meanings = [known.get(word.strip()) for word in words]
    there = np.array([meaning is not None for meaning in meanings], np.bool_)
    return rows[there], [meaning for meaning in meanings if meaning is not None]


def _tables(columns: StoredColumns, rows: Indices, words: list[str]) -> Tables:
    """Return what the cohort rule reads: all leads, some outcomes, activities after losses."""
    leads, outcomes = columns.leads, columns.outcomes
    ids = pd.Series(list(leads.lead_id), dtype="str")
    return Tables(
        leads=pd.DataFrame(
            {
                "lead_id": ids,
                "created_at": from_moments(leads.created_at),
                "known_at": from_moments(leads.visible_from),
            }
        ),
        outcomes=pd.DataFrame(
            {
                "lead_id": ids.to_numpy()[np.asarray(outcomes.lead)[rows]],
                "deal_id": pd.Series([outcomes.deal_id[n] for n in rows.tolist()], dtype="str"),
                "outcome": pd.Series(words, dtype="str"),
                "occurred_at": from_moments(np.asarray(outcomes.occurred_at)[rows]),
                "known_at": from_moments(np.asarray(outcomes.visible_from)[rows]),
            }
        ),
        activities=_activities_after_losses(columns, ids, (rows, words)),
    )


def _activities_after_losses(
    columns: StoredColumns, ids: pd.Series, deals: tuple[Indices, list[str]]
) -> pd.DataFrame:
    """Return the activities of leads that lost a deal; no others can bring a lead back."""
    outcomes, done = columns.outcomes, columns.activities
    lost = [n for n, word in zip(deals[0].tolist(), deals[1], strict=True) if word == "lost"]
    after = np.flatnonzero(np.isin(done.lead, np.asarray(outcomes.lead)[lost]))
    return pd.DataFrame(
        {
            "lead_id": ids.to_numpy()[np.asarray(done.lead)[after]],
            "direction": pd.Series([done.direction[n] for n in after.tolist()], dtype="str"),
            "occurred_at": from_moments(np.asarray(done.occurred_at)[after]),
            "known_at": from_moments(np.asarray(done.visible_from)[after]),
        }
    )


def returns_at(
    columns: StoredColumns, lead: int, cutoff: int, rule: CohortRule, reading: RecordReading = PLAIN
) -> int:
    """Return the moment at which a lead that is away is back; `NEVER` without a known one.

    Parameters
    ----------
    columns
        The leads with their records.
    lead
        The place of the lead.
    cutoff
        The moment at which it is away, in microseconds.
    rule
        When lost leads are away.
    reading
        What the words for outcomes mean.
    """
    own = np.flatnonzero(np.asarray(columns.outcomes.lead) == lead).tolist()
    coming = _comes_at(columns, own, cutoff, rule, reading)
    if coming < NEVER:
        return coming
    rows = standing_rows(columns.outcomes, own, cutoff, reading)
    rows, words = _known(columns, rows, reading)
    if "lost" not in words:
        return NEVER
    lead_id = pd.Series([columns.leads.lead_id[lead]], dtype="str")
    spans = away_of(lead_id, _tables(columns, rows, words), rule)
    if spans is None:
        return NEVER
    current = (spans.after < cutoff) & (cutoff <= spans.up_to)
    return int(spans.up_to[current].min(initial=NEVER))


def _comes_at(
    columns: StoredColumns, own: list[int], cutoff: int, rule: CohortRule, reading: RecordReading
) -> int:
    """Return when the outcome is visible with which a lead comes, if it is not yet."""
    if rule.after_outcome is None or not own:
        return NEVER
    rows, words = _known(columns, np.array(own, np.int32), reading)
    visible_from = np.asarray(columns.outcomes.visible_from)[rows]
    first = visible_from[np.array(words) == rule.after_outcome].min(initial=NEVER)
    return int(first) if cutoff <= first else NEVER


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
