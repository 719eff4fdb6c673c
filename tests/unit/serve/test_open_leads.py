"""The server's open leads follow the rule that the model was trained with."""

from dataclasses import replace

import numpy as np
import pandas as pd

from features import snapshots
from features.records.lead_columns import (
    ActivityColumns,
    ChangeColumns,
    LeadColumns,
    OutcomeColumns,
    StoredColumns,
)
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, NEVER, from_moments
from serve.scoring.inputs.open_leads import open_leads, returns_at, rule_of

RULE = CohortRule(reopen_after_days=20)
NONE = np.zeros(0, np.int64)


def stored() -> StoredColumns:
    """Leads: open, lost, lost and active too soon, lost and back, lost and back tomorrow."""
    created = np.zeros(5, np.int64)
    doer, done = np.array([2, 3, 4]), np.array([15, 30, 41]) * DAY
    lost, at = np.array([1, 2, 3, 4]), np.full(4, 5 * DAY)
    return StoredColumns(
        leads=LeadColumns(list("abcde"), created, created, [None] * 5, [None] * 5, [{}] * 5),
        activities=ActivityColumns(
            doer.astype(np.int32), done, done, ["call"] * 3, [None] * 3, ["inbound"] * 3,
            [None] * 3, [None] * 3, [None] * 3, [None] * 3,
        ),
        outcomes=OutcomeColumns(
            lost.astype(np.int32), at, at, ["lost"] * 4, [None] * 4, [None] * 4, [None] * 4
        ),
        changes=ChangeColumns(NONE.astype(np.int32), NONE, NONE, [], []),
        accounts={},
    )  # fmt: skip


def tables(columns: StoredColumns) -> Tables:
    """Return the same records as canonical tables."""
    ids = np.array(columns.leads.lead_id)

    def rows(lead: np.ndarray, at: np.ndarray, **more: object) -> pd.DataFrame:
        return pd.DataFrame({"lead_id": ids[lead], "occurred_at": from_moments(at), **more})

    done, ended = columns.activities, columns.outcomes
    return Tables(
        pd.DataFrame({"lead_id": ids, "created_at": from_moments(columns.leads.created_at)}),
        activities=rows(done.lead, done.occurred_at, direction=done.direction),
        outcomes=rows(ended.lead, ended.occurred_at, outcome=ended.outcome),
    )


def test_lost_leads_are_not_open_until_they_are_back() -> None:
    assert open_leads(stored(), 40 * DAY, RULE).tolist() == [0, 3]
    assert open_leads(stored(), 42 * DAY, RULE).tolist() == [0, 3, 4]
    assert open_leads(stored(), 40 * DAY, replace(RULE, lost_stay=True)).tolist() == [0, 1, 2, 3, 4]


def test_the_server_and_the_pipeline_agree_on_who_is_open() -> None:
    columns = stored()
    for days in range(1, 60):
        at = pd.Timestamp(days * DAY, unit="us", tz="UTC")
        scored = snapshots.at(tables(columns), at, RULE)["lead_id"].tolist()
        ranked = [columns.leads.lead_id[n] for n in open_leads(columns, days * DAY, RULE)]
        assert ranked == scored


def test_a_lead_that_is_back_at_a_known_moment_is_looked_at_again_then() -> None:
    assert returns_at(stored(), 4, 40 * DAY, RULE) == 41 * DAY
    assert returns_at(stored(), 1, 40 * DAY, RULE) == NEVER


def test_the_rule_of_a_model_is_the_one_it_was_trained_with() -> None:
    about = {"cohort": {"outcome": "won", "reopen_after_days": None, "lost_stay": True}}
    assert rule_of(about) == CohortRule(reopen_after_days=None, lost_stay=True)
    assert rule_of({}) == CohortRule()


def test_customers_are_open_once_their_win_is_visible() -> None:
    columns = stored()
    outcomes = columns.outcomes._replace(
        outcome=["won", "lost", "won", "lost"], visible_from=np.array([50, 5, 5, 5]) * DAY
    )
    columns = columns._replace(outcomes=outcomes)
    rule = rule_of({"cohort": {"outcome": "addon", "after_outcome": "won"}})
    assert open_leads(columns, 40 * DAY, rule).tolist() == [3]
    assert open_leads(columns, 51 * DAY, rule).tolist() == [1, 3]
    assert returns_at(columns, 1, 40 * DAY, rule) == 50 * DAY
    assert returns_at(columns, 2, 40 * DAY, rule) == NEVER
