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

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from features import labels, snapshots
from features.errors import BadTables, NotEnoughEvidence
from features.labels import Target
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded
from features.reading.times import read_times
from features.reading.values import TimeReading
from features.tables import Tables
from pipelines.contacts.contact_log import worked
from pipelines.incumbent import table_file
from pipelines.lifecycle.audit.case import AuditedCohort, matured
from pipelines.lifecycle.experiment.declaration import Declaration
from pipelines.lifecycle.worth.lists import ListsWithOutcomes
from pipelines.lifecycle.worth.rows import week_of

Kind = Literal["experiment", "lottery", "file", "log"]
COLUMNS: Final = ("lead_id", "at", "contacted")


@dataclass(frozen=True)
class ContactedLeads:
    """Matured rows, and what they are.

    Attributes
    ----------
    kind
        Where they are from.
    frame
        `lead_id`, `cutoff`, `contacted`, `label`; `chance` where chance decided; `unit` and
        `probability` where they are known.
    waiting
        Rows whose horizon is not over.
    """

    kind: Kind
    frame: pd.DataFrame
    waiting: int


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
    return _labelled("experiment", rows, (tables.outcomes, target, until))


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
    return _labelled("lottery", rows, (lists.outcomes, cohort.target, cohort.until))


def of_file(
    path: Path, outcomes: pd.DataFrame, cohort: AuditedCohort, zone: str | None
) -> ContactedLeads:
    """Read the leads of a file.

    Parameters
    ----------
    path
        CSV, Parquet or a workbook.
    outcomes
        The outcomes of all leads, where the file does not state them.
    cohort
        What is predicted, up to when outcomes are complete.
    zone
        The time zone of moments without an offset.

    Raises
    ------
    BadTables
        If a row cannot be read, with all kinds of faults at once.
    """
    raw = table_file.read(path, {f"column {name}": name for name in COLUMNS}, "contacted leads")
    rows = pd.DataFrame(
        {
            "lead_id": folded(as_text(raw["lead_id"])),
            "cutoff": read_times(raw["at"], TimeReading(zone=zone)).moments,
        }
    )
    numbers = ("contacted", "chance", "converted", "probability")
    for name in (one for one in numbers if one in raw):
        rows[name] = np.asarray(read_numbers(raw[name])[0], np.float64)
    _check(path.name, rows)
    rows["contacted"] = rows["contacted"] == 1.0
    if "converted" in rows:
        return ContactedLeads("file", rows.rename(columns={"converted": "label"}), 0)
    return _labelled("file", rows, (outcomes, cohort.target, cohort.until))


def _check(name: str, rows: pd.DataFrame) -> None:
    """Refuse rows that cannot be used; all faults at once."""
    flags = [one for one in ("contacted", "converted") if one in rows]
    wrong = {
        "lead_id is missing": rows["lead_id"].isna() | (rows["lead_id"] == ""),
        "at is no moment": rows["cutoff"].isna(),
        **{f"{one} is neither 0 nor 1": ~rows[one].isin([0.0, 1.0]) for one in flags},
    }
    if "chance" in rows:
        wrong["chance is not between 0 and 1"] = ~rows["chance"].between(0, 1, inclusive="neither")
    if "probability" in rows:
        wrong["probability is not from 0 to 1"] = ~rows["probability"].between(0, 1)
    bad = {text: np.flatnonzero(rows_of) for text, rows_of in wrong.items() if rows_of.any()}
    if not bad and len(rows):
        return
    counted = [f"{len(places)} rows: {text} (row {places[0] + 1})" for text, places in bad.items()]
    raise BadTables.of(
        f"{name}: {'; '.join(counted) or 'no row'}",
        "a lead_id, a moment, contacted 0 or 1; chance above 0 and below 1, converted 0 or 1",
        "correct the file",
    )


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


def _labelled(
    kind: Kind, rows: pd.DataFrame, known: tuple[pd.DataFrame, Target, pd.Timestamp]
) -> ContactedLeads:
    """Attach labels, and leave out what has not matured."""
    outcomes, target, until = known
    rows = rows[rows["cutoff"] <= until].reset_index(drop=True)
    label = labels.attach(rows, outcomes, target, until)
    there = label.notna().to_numpy()
    frame = rows.assign(label=label.to_numpy(np.float64))[there].reset_index(drop=True)
    return ContactedLeads(kind, frame, int((~there).sum()))
