"""What a list won: intervals cover, worthless lists are not praised, looks keep the rate."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact

from models.worth.combination import combination, combined
from models.worth.looks import always_valid_rate, evidence
from models.worth.power import leads_needed, power_of
from models.worth.receipt import ListedLeads, contributions, receipt
from models.worth.two_arms import AssignedLeads, analyse, design_effect
from models.worth.verdict import (
    ERROR_AT_THE_END,
    ERROR_OF_INTERVALS,
    ERROR_OF_LOOKS,
    TwoGroups,
    exact_test,
    judge,
)
from tests.simulated_quarters import QuarterPlan, against_another, simulate

QUARTERS = 400
WORTHLESS = QuarterPlan(skill=None, pool=120)


@pytest.mark.parametrize("plan", [QuarterPlan(pool=120), WORTHLESS], ids=["useful", "worthless"])
def test_nine_of_ten_intervals_hold_the_truth(plan: QuarterPlan) -> None:
    drawn = simulate(plan, QUARTERS, 3)
    converted, leads = drawn.converted.sum(axis=1), drawn.leads.sum(axis=1)
    size = leads[0, 0]
    _, low, high = combined(converted, leads, [size, -size], ERROR_OF_INTERVALS)
    covered = int(((low <= drawn.extra) & (drawn.extra <= high)).sum())
    assert binom.ppf(0.001, QUARTERS, 0.9) <= covered <= binom.ppf(0.999, QUARTERS, 0.92)
    narrow = (low + high) / 2 - (high - low) / 6, (low + high) / 2 + (high - low) / 6
    planted = int(((narrow[0] <= drawn.extra) & (drawn.extra <= narrow[1])).sum())
    assert planted < binom.ppf(0.001, QUARTERS, 0.9)  # intervals of a third would be noticed


def test_a_worthless_list_is_praised_in_at_most_one_of_twenty_quarters() -> None:
    drawn = simulate(WORTHLESS, QUARTERS, 4)
    converted, leads = drawn.converted.sum(axis=1), drawn.leads.sum(axis=1)
    at_end = exact_test(converted, leads) <= ERROR_AT_THE_END
    looks = evidence(drawn.converted, drawn.leads).max(axis=1) >= 1 / ERROR_OF_LOOKS
    assert (at_end | looks).mean() <= 0.05
    each_week = exact_test(drawn.converted.cumsum(axis=1), drawn.leads.cumsum(axis=1))
    assert (each_week <= 0.05).any(axis=1).mean() > 0.05  # looking weekly by the test alone


def test_the_verdict_needs_the_rule_of_its_moment() -> None:
    leads = np.full((13, 2), [30.0, 20.0])
    strong, weak = np.full((13, 2), [9.0, 1.0]), np.full((13, 2), [3.0, 1.0])
    assert judge(TwoGroups(strong, leads, complete=False)).shown == "more"
    assert judge(TwoGroups(weak, leads, complete=False)).shown == "not_shown"
    assert judge(TwoGroups(weak, leads, complete=True)).shown == "more"
    assert judge(TwoGroups(weak[:, ::-1], leads[:, ::-1], complete=True)).shown == "fewer"
    assert judge(TwoGroups(weak[:1], leads[:1], complete=True)).shown == "too_few"
    assert judge(TwoGroups(np.zeros((0, 2)), np.zeros((0, 2)), complete=True)).shown == "too_few"


def test_the_exact_test_is_fishers() -> None:
    table = [[9, 21], [1, 19]]
    mine = float(exact_test(np.array([9.0, 1.0]), np.array([30.0, 20.0])))
    assert mine == pytest.approx(float(fisher_exact(table, alternative="greater").pvalue))


def test_evidence_has_a_mean_of_at_most_one_without_a_difference() -> None:
    rng = np.random.default_rng(0)
    leads = np.broadcast_to(np.array([30.0, 10.0]), (4000, 13, 2))
    same = rng.binomial(leads.astype(int), 0.1).astype(np.float64)
    better = rng.binomial(leads.astype(int), [0.3, 0.1]).astype(np.float64)
    assert evidence(same, leads)[:, -1].mean() < 1.2
    assert (evidence(same, leads).max(axis=1) >= 20).mean() <= 0.05
    assert np.median(evidence(better, leads)[:, -1]) > 20


def test_an_always_valid_interval_is_wider_and_holds_all_the_time() -> None:
    rng = np.random.default_rng(1)
    won = np.cumsum(rng.random((500, 400)) < 0.1, axis=1).astype(np.float64)
    leads = np.broadcast_to(np.arange(1.0, 401.0), won.shape)
    low, high = always_valid_rate(won, leads, 0.1)
    assert ((low <= 0.1) & (high >= 0.1)).all(axis=1).mean() >= 0.9
    once = combination([won[0, -1]], [400], [1.0], 0.1)
    assert high[0, -1] - low[0, -1] > once.high - once.low


def test_a_combination_of_one_rate_is_that_rate() -> None:
    one = combination([0, 5], [40, 40], [0.0, 2.0], 0.1)
    assert one.value == pytest.approx(0.25)
    assert 0 < one.low < 0.25 < one.high
    nobody = combination([0], [0], [1.0], 0.1)
    assert (nobody.low, nobody.high) == (0.0, 1.0)


def listed(seed: int = 0) -> ListedLeads:
    return against_another(QuarterPlan(pool=120), 1.0, seed)[0]


def test_parts_sum_to_the_whole_and_amounts_follow_the_wins() -> None:
    rows = listed()
    rows = replace(rows, amount=rows.label * 100.0)
    whole = receipt(rows)
    parts = contributions(rows, "half", np.where(np.arange(len(rows.label)) % 2, "a", "b"))
    assert sum(one.extra_wins for one in parts) == pytest.approx(whole.extra_wins.value)
    assert sum(one.leads for one in parts) == whole.ranked
    revenue = whole.extra_revenue
    assert revenue.value == pytest.approx(100 * whole.extra_wins.value)
    assert revenue.low < revenue.value < revenue.high
    assert whole.calls_per_win[0].value == pytest.approx(whole.ranked / whole.ranked_wins)
    silent = receipt(replace(rows, amount=np.zeros(len(rows.label)))).extra_revenue
    assert np.isnan(silent.value)


def test_a_list_that_is_the_same_wins_nothing_more_than_itself() -> None:
    rows = listed()
    same = receipt(replace(rows, listed_by={"same": rows.ranked})).others[0]
    assert same.extra_wins.value == pytest.approx(0.0)
    assert same.extra_wins.low == pytest.approx(same.extra_wins.high)
    lottery = receipt(replace(rows, listed_by={"lot": ~rows.ranked})).others[0]
    assert lottery.extra_wins.value == pytest.approx(receipt(rows).extra_wins.value)


def test_leads_that_are_drawn_together_and_alike_count_once() -> None:
    rng = np.random.default_rng(4)
    second = np.repeat(rng.random(600) < 0.5, 2)
    label = np.repeat((rng.random(600) < 0.2).astype(np.float64), 2)
    unit = np.repeat(np.arange(600), 2)
    both = AssignedLeads(
        second, np.zeros(1200, int), unit, label, np.full(1200, 90.0), label == 1.0, complete=True
    )
    alone = replace(both, unit=np.arange(1200))
    assert design_effect(both) == pytest.approx(2.0)
    assert design_effect(alone) == 1.0
    wide, narrow = (analyse(one).verdict.difference for one in (both, alone))
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2**0.5, rel=0.02)


def test_the_planned_number_of_leads_notices_the_effect_as_often_as_stated() -> None:
    needed = leads_needed(0.1, 1.6, 0.5)
    rng = np.random.default_rng(5)
    size = np.full((3000, 2), needed / 2.0)
    won = rng.binomial(size.astype(int), [0.16, 0.1]).astype(np.float64)
    noticed = (exact_test(won, np.floor(size)) <= ERROR_AT_THE_END).mean()
    assert 0.74 <= noticed <= 0.84
    assert power_of(0.1, 1.6, 0.5, needed) == pytest.approx(0.8, abs=0.01)
    assert power_of(0.1, 1.6, 0.5, needed // 4) < 0.4
