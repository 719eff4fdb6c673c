"""The sample company as canonical tables, before columns are renamed and faults planted.

Decided here: what of the company ends up in which table. `attribute_changes` are moves between
departments, which have no effect on anything; amounts depend on the company size only.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.tables import Tables
from features.timeline import DAY, NEVER, SECOND
from pipelines.sample import lost_reasons
from pipelines.sample.activities import activities, chosen, identifiers, times
from pipelines.sample.contact_gate import gate
from pipelines.sample.facets import contacts
from pipelines.sample.facets.attribute_values import AGE_BRACKET, CATEGORIES, DEPARTMENT
from pipelines.sample.facets.products import SUPPORT_PLAN
from pipelines.sample.facets.salespeople import SALESPEOPLE
from pipelines.sample.leaks import PLANTED_LEAKS, leaking_columns
from pipelines.sample.simulation.history import SampleHistory
from pipelines.sample.simulation.world import EVENTS

Ints = NDArray[np.int64]
CHANGES_PER_YEAR = 0.25
LATEST_CHANGE_DAYS = 10


def tables(company: SampleHistory, *, with_leaks: bool = False) -> Tables:
    """Return the canonical tables that the good mapping makes of the export.

    Parameters
    ----------
    company
        All that happened.
    with_leaks
        Whether the leads carry the columns of `leaks.PLANTED_LEAKS`.
    """
    made = arrow_tables(company)
    leaks = () if with_leaks else tuple(leak.name for leak in PLANTED_LEAKS)
    leads = made["leads"].drop_columns([AGE_BRACKET.name, *contacts.DISPLAY, *leaks])
    return Tables(
        leads=leads.to_pandas(),
        activities=made["activities"].to_pandas(),
        outcomes=made["outcomes"].to_pandas(),
        accounts=made["accounts"].drop_columns(["company_name"]).to_pandas(),
        attribute_changes=made["attribute_changes"].to_pandas(),
    )


def arrow_tables(company: SampleHistory) -> dict[str, pa.Table]:
    """Return the tables with canonical column names, leaks and personal columns included."""
    rng = [np.random.default_rng([int(seed), 1]) for seed in company.particulars_seeds]
    outcomes = _outcomes(company, rng[2])
    if company.settings.gate:
        outcomes = outcomes.filter(pa.array(gate(company).called[company.lives.event_lead]))
    return {
        "leads": _leads(company, rng[0]),
        "activities": activities(company, rng[1]),
        "outcomes": _with_plans(company, outcomes),
        "accounts": _accounts(company, rng[3]),
        "attribute_changes": _changes(company, rng[4]),
    }


def _leads(company: SampleHistory, rng: np.random.Generator) -> pa.Table:
    people = company.people
    columns = {
        "lead_id": pa.array(list(company.lead_ids), pa.string()),
        "created_at": times(people.created_at),
        "known_at": times(people.created_at),
        "account_id": _account_ids(company).take(pa.array(people.account)),
        "owner_id": chosen(people.owner, [person[0] for person in SALESPEOPLE]),
    }
    for attribute in CATEGORIES:
        values = [value.ja for value in attribute.values]
        columns[attribute.name] = chosen(people.codes[attribute.name], values)
    for name, numbers in people.numbers.items():
        columns[name] = pa.array(numbers, mask=np.isnan(numbers))
    columns |= leaking_columns(company, rng)
    seed = np.random.default_rng([int(company.particulars_seeds[0]), 3])
    return pa.table(columns | contacts.display_columns(people.account, seed))


def _outcomes(company: SampleHistory, rng: np.random.Generator) -> pa.Table:
    lives = company.lives
    size = company.people.codes["company_size"][lives.event_lead]
    deal = lives.event_lead * 1000 + lives.event_deal
    _, first = np.unique(deal, return_inverse=True)
    base = np.array([0.3, 0.7, 1.6, 3.5, 9.0])[size] * 1_000_000
    factor = rng.lognormal(0.0, 0.5, int(first.max()) + 1 if len(first) else 0)[first]
    numbers = [f"-D{number}" for number in range(1, int(lives.event_deal.max(initial=0)) + 2)]
    lead_id = chosen(lives.event_lead, list(company.lead_ids))
    return pa.table(
        {
            "lead_id": lead_id,
            "deal_id": pc.binary_join_element_wise(lead_id, chosen(lives.event_deal, numbers), ""),
            "occurred_at": times(lives.event_at),
            "known_at": times(lives.event_at),
            "outcome": chosen(lives.event_kind, list(EVENTS)),
            "amount": pa.array(np.round(base * factor, -4)),
            "reason": lost_reasons.of_events(company),
        }
    )


def _with_plans(company: SampleHistory, outcomes: pa.Table) -> pa.Table:
    """Add the support plans that customers bought, if the company sells any."""
    lead = np.flatnonzero(company.plan_bought_at < NEVER)
    if not company.settings.products:
        return outcomes
    ids = chosen(lead, list(company.lead_ids))
    at = times(company.plan_bought_at[lead])
    plans = pa.table(
        {
            "lead_id": ids,
            "deal_id": pc.binary_join_element_wise(ids, pa.scalar("-P"), ""),
            "occurred_at": at,
            "known_at": at,
            "outcome": pa.array([SUPPORT_PLAN] * len(lead), pa.string()),
            "amount": pa.nulls(len(lead), pa.float64()),
            "reason": pa.nulls(len(lead), pa.string()),
        }
    )
    plans = plans.cast(outcomes.schema)
    return pa.concat_tables([outcomes, plans]).sort_by(
        [("lead_id", "ascending"), ("occurred_at", "ascending")]
    )


def _accounts(company: SampleHistory, rng: np.random.Generator) -> pa.Table:
    ids = _account_ids(company)
    known = np.full(len(ids), np.iinfo(np.int64).max)
    np.minimum.at(known, company.people.account, company.people.created_at)
    used = known < np.iinfo(np.int64).max
    founded = rng.integers(1920, 2023, len(ids)).astype(float)
    name = [contacts.company(number).written for number in range(len(ids))]
    table = pa.table(
        {
            "account_id": ids,
            "known_at": times(known),
            "company_name": pa.array(name, pa.string()),
            "founded_year": pa.array(founded),
        }
    )
    return table.filter(pa.array(used))


def _changes(company: SampleHistory, rng: np.random.Generator) -> pa.Table:
    created = company.people.created_at
    years = (company.ends_at - created) / DAY / 365
    lead = np.repeat(np.arange(len(created)), rng.poisson(CHANGES_PER_YEAR * years))
    share = rng.random(len(lead))
    at = created[lead] + (share * (company.ends_at - created[lead])).astype(np.int64)
    at = at // SECOND * SECOND
    known = at + (rng.random(len(lead)) * LATEST_CHANGE_DAYS * DAY).astype(np.int64)
    known = known // SECOND * SECOND
    weights = np.array([value.share for value in DEPARTMENT.values])
    value = rng.choice(len(weights), len(lead), p=weights / weights.sum())
    entered = np.flatnonzero(known < company.ends_at)
    entered = entered[np.lexsort((at[entered], lead[entered]))]
    return pa.table(
        {
            "lead_id": chosen(lead[entered], list(company.lead_ids)),
            "attribute": chosen(np.zeros(len(entered), dtype=np.int64), [DEPARTMENT.name]),
            "occurred_at": times(at[entered]),
            "known_at": times(known[entered]),
            "value": chosen(value[entered], [v.ja for v in DEPARTMENT.values]),
        }
    )


def _account_ids(company: SampleHistory) -> pa.Array:
    return identifiers("C", 6, int(company.people.account.max()) + 1)
