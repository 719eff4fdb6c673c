"""Command lift: what became of leads worked by rank, and of those that a lot put on the lists.

Decided here: a lead is contacted if sales recorded it, as a step or as feedback, within two weeks
of a list. Labels run from the list on and are missing until their horizon is over. Two comparisons
are made: of the contacted, a lead counting once on the first list that led to a contact; and of all
that were listed, a lead counting once on its first list, because whom sales then called was their
choice.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from features import labels
from features.errors import BadInput
from models.evaluation import lift
from models.evaluation.lift import Lift, Share
from models.stats.metrics import Interval
from pipelines.lifecycle import server_database
from pipelines.run.stage_context import Job
from pipelines.storage.atomic import write_json

FOLLOWS: Final = pd.Timedelta(days=14)
"""A contact so long after a list belongs to it."""
_LISTED: Final = "select lead_id, at, chosen_by, probability, score from worked_lists where {}"
_CONTACTS: Final = (
    "select r.lead_id, f.at from feedback f join receipts r on r.receipt_id = f.receipt_id"
    " where f.verdict = 'contacted' and r.erased_at is null"
)
_STEPS: Final = "select lead_id, at from lead_steps where kind = 'contacted' and undone_at is null"
_GROUPS: Final = {"rank": "ranked", "lot": "drawn"}


def run(job: Job, database: str, as_of: pd.Timestamp) -> dict[str, Any]:
    """Compare what was worked by rank with what was worked by lot; write and return the facts.

    Parameters
    ----------
    job
        Its cohort defines what is predicted.
    database
        URL of the server's database.
    as_of
        Up to when outcomes are complete.
    """
    listed, contacts, outcomes = read(job, database)
    listed = with_contacts(listed, contacts)
    target = job.params.cohort.target
    rows, called = (
        one.assign(label=labels.attach(one, outcomes, target, as_of).to_numpy(np.float64))
        for one in (once(listed), once(listed[listed["contacted"]]))
    )
    facts = {
        "as_of": as_of.isoformat(),
        "contacted_off_the_lists": len(set(contacts["lead_id"]) - set(called["lead_id"])),
        "contacted": group_facts(called),
        "listed": group_facts(rows),
    }
    write_json(job.places.lift, facts)
    return facts


def read(job: Job, database: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read the lists, the contacts, and the outcomes.

    Parameters
    ----------
    job
        The parameters and places.
    database
        URL of the server's database.

    Raises
    ------
    BadInput
        If the database has no list of leads to work.
    """
    with server_database.connected(database) as connection:
        listed = _listed(connection, job)
        if listed.empty:
            raise BadInput.of(
                "no list of leads to work in the database",
                "lists of which some leads were drawn by lot",
                "start `mikomi serve` with MIKOMI_EXPLORE_SHARE=0.1 and plan the week on the page",
            )
        return (
            server_database.timed(listed, "at"),
            contacts_of(connection),
            server_database.outcomes(connection, job),
        )


def contacts_of(connection: Connection) -> pd.DataFrame:
    """Read `lead_id` and `at` of the contacts that sales recorded on pages or by the API.

    They are steps `contacted` that were not undone, and feedback `contacted`.
    """
    steps = [_STEPS] if server_database.has_table(connection, "lead_steps") else []
    query = " union all ".join([_CONTACTS, *steps])
    return server_database.timed(pd.read_sql(text(query), connection), "at")


def _listed(connection: Connection, job: Job) -> pd.DataFrame:
    """Read the lists that were made from rankings of the target."""
    if not server_database.has_table(connection, "worked_lists"):
        return pd.DataFrame()
    clause = server_database.target_clause(connection, "worked_lists", job)
    target = {"target": job.places.target or ""}
    return pd.read_sql(text(_LISTED.format(clause)), connection, params=target)


def with_contacts(listed: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """Mark every listed lead that was contacted within two weeks.

    Parameters
    ----------
    listed
        One row a lead and list.
    contacts
        One row a contact.
    """
    pairs = listed.reset_index(names="row").merge(
        contacts.rename(columns={"at": "contacted_at"}), on="lead_id"
    )
    after = pairs["contacted_at"] - pairs["at"]
    followed = pairs.loc[(after >= pd.Timedelta(0)) & (after < FOLLOWS), "row"]
    return listed.assign(contacted=listed.index.isin(followed))


def once(listed: pd.DataFrame) -> pd.DataFrame:
    """Return one row a lead, its first; the moment of the list is the cutoff."""
    rows = (
        listed.sort_values("at", kind="stable")
        .drop_duplicates("lead_id")
        .rename(columns={"at": "cutoff"})
    )
    return rows.reset_index(drop=True)


def group_facts(rows: pd.DataFrame) -> dict[str, Any]:
    """Compare rows chosen by rank with rows chosen by lot, as plain facts."""
    matured = rows[rows["label"].notna()]
    sides = {key: matured[matured["chosen_by"] == key] for key in _GROUPS}
    ranked, drawn = (one["label"].to_numpy(np.float64) for one in sides.values())
    shown = lift.lift(ranked, drawn)
    facts: dict[str, Any] = {
        name: _side(rows[rows["chosen_by"] == key], sides[key], getattr(shown, name))
        for key, name in _GROUPS.items()
    }
    return facts | {"lift": _ends(shown.lift), "enough": shown.enough, "said": sentence(shown)}


def sentence(shown: Lift) -> str:
    """Return the result as a sentence.

    >>> sentence(lift.lift(np.ones(3), np.zeros(3)))
    'too little to say: 3 matured by rank and 3 by lot, 3 conversions; 20 leads on each side ...'
    """
    if not shown.enough:
        return (
            f"too little to say: {shown.ranked.leads} matured by rank and {shown.drawn.leads} by "
            f"lot, {shown.ranked.conversions + shown.drawn.conversions} conversions; "
            f"{lift.FEWEST_LEADS} leads on each side and {lift.FEWEST_CONVERSIONS} conversions are "
            "asked for"
        )
    ends = f"{shown.lift.low:.2f} to {shown.lift.high:.2f}"
    if np.isnan(shown.lift.value):
        return f"nobody drawn by lot has converted yet; lift at least {shown.lift.low:.2f}"
    if shown.lift.low > 1.0:
        return f"leads by rank convert {shown.lift.value:.2f} times as often ({ends})"
    return f"not shown that the rank helps: lift {shown.lift.value:.2f} ({ends})"


def _side(chosen: pd.DataFrame, matured: pd.DataFrame, share: Share) -> dict[str, Any]:
    return {
        "leads": len(chosen),
        "contacted": int(chosen["contacted"].sum()),
        "matured": share.leads,
        "conversions": share.conversions,
        "rate": _ends(share.rate),
        "mean_probability": float(matured["probability"].mean()) if len(matured) else None,
    }


def _ends(interval: Interval) -> dict[str, float | None]:
    ends = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: one if np.isfinite(one) else None for name, one in ends.items()}
