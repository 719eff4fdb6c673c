"""Every leak check answers for companies that have hardly anything yet; none stops the stage."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.tables import empty
from pipelines.leaks.catalogue import CHECKS
from pipelines.leaks.check import LeakCheck, LeakEvidence
from tests.leak_cases import DAY, made, with_attribute


def changed(evidence: LeakEvidence, leads: pd.DataFrame) -> LeakEvidence:
    """Let an attribute of some leads have changed."""
    changes = pd.DataFrame(
        {
            "lead_id": leads["lead_id"],
            "occurred_at": leads["created_at"] + DAY,
            "attribute": "owner_id",
            "value": "ann",
        }
    ).reset_index(drop=True)
    tables = replace(evidence.tables, attribute_changes=changes)
    return replace(evidence, tables=replace(tables, leads=tables.leads.assign(owner_id="ann")))


def without_ends(evidence: LeakEvidence) -> LeakEvidence:
    """Leave the last leads open: there is nothing that ended."""
    tables = evidence.tables
    outcomes = tables.outcomes.iloc[: len(tables.outcomes) * 3 // 4]
    return replace(evidence, tables=replace(tables, outcomes=outcomes))


def open_leads_changed() -> LeakEvidence:
    evidence = without_ends(made(80))
    return changed(evidence, evidence.tables.leads.tail(10))


def one_open_lead_changed() -> LeakEvidence:
    evidence = without_ends(made(80))
    return changed(evidence, evidence.tables.leads.tail(1))


def no_outcomes() -> LeakEvidence:
    evidence = made(40)
    tables = replace(evidence.tables, outcomes=empty("outcomes"))
    rows = evidence.rows.assign(label=0.0)
    return changed(replace(evidence, tables=tables, rows=rows), tables.leads)


def no_activities() -> LeakEvidence:
    evidence = made(40)
    return replace(evidence, tables=replace(evidence.tables, activities=empty("activities")))


def one_lead() -> LeakEvidence:
    evidence = made(1)
    return replace(evidence, learning=np.array([0]), test=np.array([], np.intp))


def nothing_matured() -> LeakEvidence:
    evidence, none = made(40), np.array([], np.intp)
    return replace(evidence, rows=evidence.rows.iloc[:0], learning=none, test=none)


def an_attribute_that_nobody_has() -> LeakEvidence:
    return with_attribute(made(40), pd.Series([None] * 40, dtype="str"))


COMPANIES = (
    open_leads_changed,
    one_open_lead_changed,
    no_outcomes,
    no_activities,
    one_lead,
    nothing_matured,
    an_attribute_that_nobody_has,
)


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_has_a_verdict(check: LeakCheck, company: object) -> None:
    assert callable(company)
    assert check.answer(company()).verdict in ("pass", "warn", "fail", "not applicable")
