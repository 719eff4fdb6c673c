"""Fill rates that differ by outcome, and final owners: named where planted, silent where clean."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from features import labels, snapshots
from features.labels import Target
from features.snapshots import CohortRule
from features.timeline import from_moments
from models.stats.fill_rates import SIGNIFICANT, TOO_FAR, WORTH_A_LOOK, difference
from pipelines import sample
from pipelines.leaks import l002_availability, l011_echo
from pipelines.leaks.check import LeakEvidence
from tests.leak_cases import DAY, made, of_leads, with_attribute, won_of

LEADS = 600


@pytest.fixture
def clean() -> LeakEvidence:
    return made(LEADS)


def filled(evidence: LeakEvidence, won: float, others: float) -> LeakEvidence:
    share = np.where(won_of(evidence), won, others)
    drawn = np.random.default_rng(4).random(len(share)) < share
    return with_attribute(evidence, pd.Series(np.where(drawn, "x", None), dtype="str"))


@pytest.mark.parametrize(
    ("won", "others", "verdict"),
    [
        (0.97, 0.71, "fail"),
        (0.71, 0.97, "fail"),
        (0.51, 0.04, "fail"),
        (0.04, 0.51, "fail"),
        (0.99, 0.86, "warn"),
        (0.85, 0.50, "pass"),
        (0.60, 0.45, "pass"),
        (0.97, 0.94, "pass"),
    ],
)
def test_fill_rates_that_differ_by_outcome_are_named(
    clean: LeakEvidence, won: float, others: float, verdict: str
) -> None:
    result = l002_availability.CHECK.answer(filled(clean, won, others))
    assert result.verdict == verdict, result.observed
    assert result.names == (() if verdict == "pass" else ("tag",))


def test_a_large_difference_of_a_few_leads_is_chance() -> None:
    """Twelve of twelve against four of twelve: large, and nothing to go by."""
    group = pd.Series([True, False] * 12)
    few = difference(pd.Series([True] * 8 + [True, False] * 8), group)
    assert few is not None
    assert few.points > TOO_FAR[0]
    assert few.times > TOO_FAR[1]
    assert not few.exceeds(TOO_FAR)
    assert replace(few, standard_errors=SIGNIFICANT).exceeds(TOO_FAR)


def test_what_is_filled_when_a_deal_ends_is_named_whatever_its_end(clean: LeakEvidence) -> None:
    """Won and lost leads are filled alike, and open leads are not."""
    ended = np.random.default_rng(8).random(LEADS) < 0.7
    outcomes = clean.tables.outcomes
    still_open = replace(
        clean,
        tables=replace(clean.tables, outcomes=outcomes[ended | won_of(clean)]),
    )
    value = pd.Series(np.where(ended | won_of(clean), "x", None), dtype="str")
    value[np.arange(LEADS) % 3 == 0] = "x"
    result = l002_availability.CHECK.answer(with_attribute(still_open, value))
    assert (result.verdict, result.names) == ("fail", ("tag",))
    assert "of ended" in result.observed


def test_a_column_that_was_introduced_lately_is_no_difference_by_outcome(
    clean: LeakEvidence,
) -> None:
    """The later half has fewer conversions and alone is filled; within periods nothing differs."""
    late = np.arange(LEADS) >= LEADS // 2
    label = np.where(late, np.arange(LEADS) % 10 == 0, np.arange(LEADS) % 2 == 0).astype(float)
    rare = replace(clean, rows=clean.rows.assign(label=label))
    value = pd.Series(np.where(late, "x", None), dtype="str")
    result = l002_availability.CHECK.answer(with_attribute(rare, value))
    assert "the odds differ" not in result.observed
    filled, converted = value.notna(), pd.Series(label == 1.0)
    within = difference(filled, converted)
    assert within is not None
    assert within.points == pytest.approx(0.0, abs=0.02)
    assert not within.exceeds(WORTH_A_LOOK)
    shuffled = np.random.default_rng(0).permutation(LEADS)
    mixed = difference(*(one.iloc[shuffled].reset_index(drop=True) for one in (filled, converted)))
    assert mixed is not None
    assert mixed.exceeds(WORTH_A_LOOK), "the planted fault: times are not compared"


def test_an_owner_who_takes_over_won_deals_is_named(clean: LeakEvidence) -> None:
    first = np.array(["sato", "suzuki", "tanaka"])[np.arange(LEADS) % 3]
    assert l002_availability.CHECK.answer(of_leads(clean, owner_id=first)).verdict == "pass"
    over = won_of(clean) & (np.arange(LEADS) % 4 != 0)
    final = np.where(over, "success team", first)
    result = l002_availability.CHECK.answer(of_leads(clean, owner_id=final))
    assert (result.verdict, result.names) == ("fail", ("owner_id",))
    recycled = np.where(~won_of(clean) & (np.arange(LEADS) % 2 == 0), "pool", first)
    result = l002_availability.CHECK.answer(of_leads(clean, owner_id=recycled))
    assert (result.verdict, result.names) == ("warn", ("owner_id",))


def test_an_owner_who_is_the_last_to_act_and_not_the_first_is_warned_of(
    clean: LeakEvidence,
) -> None:
    people = np.array(["sato", "suzuki", "tanaka"])
    first, last = people[np.arange(LEADS) % 3], people[(np.arange(LEADS) + 1) % 3]
    calls = clean.tables.activities
    later = calls.assign(
        activity_id="b" + calls["activity_id"], occurred_at=calls["occurred_at"] + DAY, actor=last
    )
    acted = pd.concat([calls.assign(actor=first), later], ignore_index=True)
    handed = replace(clean, tables=replace(clean.tables, activities=acted))
    final = l011_echo.CHECK.answer(of_leads(handed, owner_id=last))
    assert (final.verdict, final.names) == ("warn", ("owner_id",))
    assert l011_echo.CHECK.answer(of_leads(handed, owner_id=first)).verdict == "pass"


@cache
def company(seed: int) -> LeakEvidence:
    """Make the evidence of a sample company without planted leaks."""
    drawn = sample.make(sample.SampleSettings(800, seed))
    tables = drawn.tables(with_leaks=False)
    until = from_moments(np.array([drawn.ends_at]))[0]
    rows = snapshots.draw(tables, CohortRule(every_days=28, early_age_hours=()), until)
    label = labels.attach(rows, tables.outcomes, Target(), until)
    matured = rows[label.notna()].assign(label=label.dropna()).reset_index(drop=True)
    nothing = np.zeros(0, np.intp)
    return LeakEvidence(tables, matured, nothing, nothing)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_company_is_left_alone(seed: int) -> None:
    for check in (l002_availability.CHECK, l011_echo.CHECK):
        result = check.answer(company(seed))
        assert result.verdict == "pass", result.observed
