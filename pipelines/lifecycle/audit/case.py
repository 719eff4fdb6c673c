"""The case of an audit, from the canonical tables and a score: no features and no activities.

Decided here: the snapshots are those of the cohort of params.yaml, drawn from the tables, so that
`mikomi ingest` is all that has to run first. Segments are the categorical attributes of the leads,
the owner excepted: salespeople are not compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import labels, snapshots
from features.errors import NotEnoughEvidence
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, NEVER, Moments, to_moments, visible_from
from models.audit.case import AuditCase, LeadEnds, Meaning
from models.audit.history import ScoreHistory
from models.evaluation.groups.groups import JudgedRows
from models.stats.training_set import Floats

MOST_VALUES = 50
"""An attribute of more values is no segment."""
RECENT = "recent"


@dataclass(frozen=True)
class AuditedCohort:
    """Who is judged, and when: the rule of the cohort, the target, the end of observation."""

    rule: CohortRule
    target: Target
    until: pd.Timestamp


@dataclass(frozen=True)
class DatedScore:
    """A score as history, what it claims, and whether its moments were recorded."""

    history: ScoreHistory
    meaning: Meaning = "points"
    dated: bool = True


def matured(tables: Tables, cohort: AuditedCohort) -> pd.DataFrame:
    """Draw the snapshots whose horizon is over, with their label.

    Parameters
    ----------
    tables
        The leads and their outcomes.
    cohort
        Who is judged, and when.

    Raises
    ------
    NotEnoughEvidence
        If there is none.
    """
    drawn = snapshots.draw(tables, cohort.rule, cohort.until)
    label = labels.attach(drawn, tables.outcomes, cohort.target, cohort.until)
    rows = drawn.assign(label=label)[label.notna()].reset_index(drop=True)
    if rows.empty:
        raise NotEnoughEvidence.of(
            f"no snapshot whose horizon of {cohort.target.horizon_days:g} days is over",
            "leads that have been observed for longer than the horizon",
            "shorten cohort.horizon_days, or bring a longer history",
        )
    return rows


def case_of(
    tables: Tables, rows: pd.DataFrame, cohort: AuditedCohort, score: DatedScore
) -> AuditCase:
    """Return what is audited.

    Parameters
    ----------
    tables
        All leads, whose order gives their codes, outcomes and activities; activities may be empty.
    rows
        The snapshots of `matured`.
    cohort
        Who is judged, and when.
    score
        The score; its codes are places in the table of leads.
    """
    index = pd.Index(tables.leads["lead_id"])
    lead = index.get_indexer(pd.Index(rows["lead_id"])).astype(np.int64)
    cutoff, created = to_moments(rows["cutoff"]), to_moments(tables.leads["created_at"])
    judged = JudgedRows(
        rows["label"].to_numpy(np.float64),
        lead,
        cutoff,
        (cutoff - created[lead]) / DAY,
        _segments(tables, lead),
    )
    return AuditCase(
        judged,
        labels.next_conversion(rows, tables.outcomes, cohort.target),
        (rows["kind"] == "calendar").to_numpy(),
        score.history,
        _ends(tables, cohort.target.outcome),
        score.meaning,
        score.dated,
        _recent(tables, rows),
    )


def _segments(tables: Tables, lead: NDArray[np.int64]) -> dict[str, NDArray[np.str_]]:
    names = [name for name in tables.attributes() if name not in ("owner_id", "account_id")]
    values = {name: tables.leads[name] for name in names}
    return {
        name: one.fillna("").astype("str").to_numpy().astype(np.str_)[lead]
        for name, one in values.items()
        if not pd.api.types.is_numeric_dtype(one) and 1 < one.nunique() <= MOST_VALUES
    }


def _ends(tables: Tables, outcome: str) -> LeadEnds:
    converted = _first(tables, outcome)
    lost = _first(tables, "lost")
    created = to_moments(tables.leads["created_at"])
    return LeadEnds(created, converted, np.where(converted < NEVER, NEVER, lost))


def _first(tables: Tables, outcome: str) -> Moments:
    rows = tables.outcomes[tables.outcomes["outcome"] == outcome]
    first = rows.groupby("lead_id")["occurred_at"].min().reindex(tables.leads["lead_id"])
    return to_moments(first)


def _recent(tables: Tables, rows: pd.DataFrame) -> dict[str, Floats]:
    """Return the list of who did something last, where there are activities."""
    index = pd.Index(tables.leads["lead_id"])
    last = last_activity(tables, index)
    if last is None:
        return {}
    lead = index.get_indexer(pd.Index(rows["lead_id"])).astype(np.int64)
    return {RECENT: np.nan_to_num(last.at_rows(lead, to_moments(rows["cutoff"]))[0], nan=0.0)}


def last_activity(tables: Tables, leads: pd.Index) -> ScoreHistory | None:
    """Return the moments of activities as a history of which the newest counts; None without any.

    Parameters
    ----------
    tables
        `lead_id`, `occurred_at` and perhaps `known_at` of the activities.
    leads
        The leads, whose places are the codes of the history.
    """
    activities = tables.activities
    if activities.empty:
        return None
    occurred = to_moments(activities["occurred_at"])
    known = activities.get("known_at", activities["occurred_at"])
    at = visible_from(occurred, to_moments(known.fillna(activities["occurred_at"])))
    code = leads.get_indexer(pd.Index(activities["lead_id"])).astype(np.int64)
    there = (code >= 0) & (at < NEVER)
    return ScoreHistory.of(code[there], at[there], at[there].astype(np.float64))
