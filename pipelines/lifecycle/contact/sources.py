"""Who was contacted and who was not: from a declared test, the weekly lots, a file, or the log.

Decided here, by how much each can prove:

- a declared test: its second arm is the contact, with the declared share as its chance;
- weekly lists: among the open leads of a week that the rank did not choose, the lot contacted those
  that it drew, with the chance drawn / open. Later weeks may draw a lead that was not drawn now;
  the effect is that of a place on the list now;
- a file: `lead_id`, `at`, `contacted`, and `chance` where chance decided. With `converted` it
  states the outcome too, and with `probability` what the ranking thought;
- the log of contacts: people chose, so the chance is estimated and the answer is weaker.
"""

import pandas as pd

from features import snapshots
from features.errors import NotEnoughEvidence
from features.labels import Target
from features.tables import Tables
from pipelines.contacts.contact_log import worked
from pipelines.contacts.contact_test import ContactedLeads, labelled
from pipelines.lifecycle.audit.case import AuditedCohort, matured
from pipelines.lifecycle.experiment.declaration import Declaration
from pipelines.lifecycle.worth.lists import ListsWithOutcomes
from pipelines.lifecycle.worth.rows import week_of


def of_experiment(
    assigned: pd.DataFrame, declared: Declaration, tables: Tables, until: pd.Timestamp
) -> ContactedLeads:
    """Return the leads of a declared test whose second arm is a contact.

    Parameters
    ----------
    assigned
        `lead_id`, `unit`, `arm`, `assigned_at`.
    declared
        The test.
    tables
        All leads and outcomes.
    until
        Up to when outcomes are complete.
    """
    rows = assigned.rename(columns={"assigned_at": "cutoff"})
    rows = rows.assign(contacted=rows["arm"] == "second", chance=declared.share)
    target = Target(declared.outcome, declared.horizon_days)
    return labelled("experiment", rows, (tables.outcomes, target, until))


def of_lists(lists: ListsWithOutcomes, tables: Tables, cohort: AuditedCohort) -> ContactedLeads:
    """Return the leads below the cut of every weekly list: drawn by lot, or not listed.

    Parameters
    ----------
    lists
        All lists and outcomes.
    tables
        All leads.
    cohort
        Who is open, what is predicted, up to when outcomes are complete.

    Raises
    ------
    NotEnoughEvidence
        If no lot drew some of the open leads in any week.
    """
    parts = []
    for _, listed in lists.listed.groupby(week_of(lists.listed["at"])):
        at = listed["at"].min()
        drawn = listed.loc[listed["chosen_by"] == "lot", "lead_id"]
        by_rank = listed.loc[listed["chosen_by"] == "rank", "lead_id"]
        opened = snapshots.at(tables, at, cohort.rule)[["lead_id", "cutoff"]]
        below = opened[~opened["lead_id"].isin(by_rank)]
        contacted = below["lead_id"].isin(drawn)
        if contacted.any() and not contacted.all():
            parts.append(below.assign(contacted=contacted, chance=float(contacted.mean())))
    if not parts:
        raise NotEnoughEvidence.of(
            "no week in which a lot drew some of the open leads",
            "lists with places by lot",
            "start `mikomi serve` with MIKOMI_EXPLORE_SHARE=0.1, or name another source",
        )
    rows = pd.concat(parts, ignore_index=True)
    return labelled("lottery", rows, (lists.outcomes, cohort.target, cohort.until))


def of_log(
    tables: Tables, cohort: AuditedCohort, log: pd.DataFrame, within_days: float
) -> ContactedLeads:
    """Return the snapshots of the cohort, worked or not.

    Parameters
    ----------
    tables
        All leads and outcomes.
    cohort
        Who is open at which cutoffs, and what is predicted.
    log
        `lead_id` and `at` of every contact.
    within_days
        A contact counts so long from a cutoff on.
    """
    rows = matured(tables, cohort)
    contacted = worked(rows, log, tables.outcomes, (cohort.target, within_days))
    return ContactedLeads("log", rows.assign(contacted=contacted), 0)
