"""The truth of every target of the sample company is what came to pass, within chance."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features import labels, snapshots
from features.errors import BadRequest
from features.labels import Target
from features.snapshots import CohortRule
from pipelines.sample import SampleCompany, SampleSettings, make
from pipelines.sample.facets import products
from pipelines.sample.target_truth import truth_of

SIGMAS = 4.0
EVERY = CohortRule(every_days=56, early_age_hours=())
CUSTOMERS = replace(EVERY, after_outcome="won", repeat=True, lost_stay=True)
TARGETS = {
    "opened": ("opened", 30, replace(EVERY, target_outcome="opened")),
    "repeat": ("won", 365, CUSTOMERS),
    "plan": ("support_plan", 180, replace(CUSTOMERS, repeat=False, target_outcome="support_plan")),
}


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return make(SampleSettings(leads=1_500, seed=5, months=36, products=True))


def judged(company: SampleCompany, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return label, truth and lead of the first snapshots of each lead that can be judged."""
    outcome, horizon, rule = TARGETS[target]
    tables = company.tables()
    until = pd.Timestamp(company.ends_at, unit="us", tz="UTC")
    rows = snapshots.draw(tables, rule, until)
    label = labels.attach(rows, tables.outcomes, Target(outcome, horizon, rule.repeat), until)
    first = label.notna() & ~rows[label.notna()]["lead_id"].duplicated().reindex(
        rows.index, fill_value=True
    )
    rows, label = rows[first].reset_index(drop=True), label[first]
    return label.to_numpy(), truth_of(company, rows, outcome, horizon).to_numpy(), rows["lead_id"]


def gap(label: np.ndarray, truth: np.ndarray) -> float:
    """Return how far the sum is from what is expected, in standard errors."""
    return float((label - truth).sum() / np.sqrt((truth * (1.0 - truth)).sum()))


@pytest.mark.parametrize("target", list(TARGETS))
def test_the_truth_comes_to_pass(company: SampleCompany, target: str) -> None:
    label, truth, _ = judged(company, target)
    assert len(label) > 60
    assert np.isfinite(truth).all()
    assert abs(gap(label, truth)) < SIGMAS
    high = truth >= np.median(truth)
    assert abs(gap(label[high], truth[high])) < SIGMAS
    assert label[high].mean() > label[~high].mean()


def test_planted_fault_the_truth_of_wins_is_not_that_of_opened_deals(
    company: SampleCompany,
) -> None:
    label, truth, lead = judged(company, "opened")
    outcome, horizon, rule = TARGETS["opened"]
    until = pd.Timestamp(company.ends_at, unit="us", tz="UTC")
    rows = snapshots.draw(company.tables(), rule, until).drop_duplicates("lead_id")
    rows = rows[rows["lead_id"].isin(set(lead))]
    wrong = truth_of(company, rows, "won", horizon).to_numpy()
    assert outcome == "opened"
    assert abs(gap(label[: len(wrong)], wrong)) > SIGMAS
    assert truth.mean() > wrong.mean()


def test_customers_alone_buy_the_plan_and_once(company: SampleCompany) -> None:
    outcomes = company.tables().outcomes
    plans = outcomes[outcomes["outcome"] == products.SUPPORT_PLAN]
    assert len(plans) == plans["lead_id"].nunique() > 0
    won = outcomes[outcomes["outcome"] == "won"].groupby("lead_id")["occurred_at"].min()
    assert (plans.set_index("lead_id")["occurred_at"] > won.reindex(plans["lead_id"])).all()
    rows = snapshots.draw(
        company.tables(), TARGETS["plan"][2], pd.Timestamp(company.ends_at, unit="us", tz="UTC")
    )
    begun = won.reindex(rows["lead_id"]).reset_index(drop=True)
    assert (rows["cutoff"] > begun).all()
    bought = plans.set_index("lead_id")["occurred_at"].reindex(rows["lead_id"])
    assert not (bought.reset_index(drop=True) < rows["cutoff"]).any()


def test_another_outcome_has_no_truth(company: SampleCompany) -> None:
    with pytest.raises(BadRequest, match="opened"):
        truth_of(company, pd.DataFrame({"lead_id": [], "cutoff": []}), "lost", 90)
