"""The truth of a company with buying committees weighs all leads of an account, exactly."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.timeline import DAY, from_moments, to_moments
from pipelines.sample import SampleCompany, SampleSettings, make, truth_at, truth_snapshots
from pipelines.sample.facets import committees, intents
from pipelines.sample.simulation.history import committees_of


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return make(SampleSettings(leads=300, seed=9, months=12, committees=True))


@pytest.fixture(scope="module")
def rows(company: SampleCompany) -> pd.DataFrame:
    every = truth_snapshots(company, every_days=84, early_hours=())
    return every.drop(columns="kind").reset_index(drop=True)


def by_hand(company: SampleCompany, lead: int, cutoff: int, mates: list[int]) -> float:
    """Weigh the classes of one account, one lead and one class after the other."""
    total, weights = 0.0, 0.0
    for committee, share in enumerate(committees.SHARES):
        of_class = np.full(len(company.people), committee)
        lived = company.modifiers.with_committee(of_class)
        alone = replace(
            company, modifiers=lived, settings=replace(company.settings, committees=False)
        )
        weight, chance = share, 0.0
        for mate in mates:
            likelihood, mean = _by_stance(alone, mate, cutoff)
            weight *= likelihood
            chance = mean if mate == lead else chance
        total, weights = total + weight * chance, weights + weight
    return total / weights


def _by_stance(company: SampleCompany, lead: int, cutoff: int) -> tuple[float, float]:
    """Return how probable the records of one lead are, on a fixed scale, and its chance."""
    from pipelines.sample import answers  # noqa: PLC0415 - the pieces of the same module

    pair = (np.array([lead]), np.array([cutoff]))
    of = answers._by_stance(company, None, pair, 90)
    weight = np.exp(of.weight[:, 0] + of.texts[:, 0])
    assert len(weight) == len(intents.STANCES)
    return float(weight.sum()), float(weight @ of.observed[:, 0] / weight.sum())


def test_the_truth_of_an_account_equals_the_sum_by_hand(
    company: SampleCompany, rows: pd.DataFrame
) -> None:
    truth = truth_at(company, rows)
    account = company.people.account
    lead = company.lead_ids.get_indexer(pd.Index(rows["lead_id"]))
    cutoff = to_moments(rows["cutoff"])
    checked = 0
    for row in range(0, len(rows), max(len(rows) // 6, 1)):
        there = company.people.created_at < cutoff[row]
        mates = np.flatnonzero((account == account[lead[row]]) & there).tolist()
        if len(mates) > 4:
            continue
        expected = by_hand(company, int(lead[row]), int(cutoff[row]), mates)
        assert truth["probability_given_seen"][row] == pytest.approx(expected, rel=1e-8)
        checked += 1
    assert checked


def test_mates_say_something_and_their_absence_nothing(
    company: SampleCompany, rows: pd.DataFrame
) -> None:
    truth = truth_at(company, rows)
    observable, own = truth["probability_given_seen"], truth["probability_given_own"]
    assert (observable - own).abs().max() > 0.01
    account = pd.Series(company.people.account)
    first = company.people.created_at[~account.duplicated(keep=False).to_numpy()]
    assert len(first)
    alone = ~account.duplicated(keep=False)
    lead = company.lead_ids.get_indexer(pd.Index(rows["lead_id"]))
    lone = alone.to_numpy()[lead]
    assert np.allclose(observable[lone], own[lone], rtol=1e-12)


def test_committees_are_of_accounts_and_change_no_other_company(company: SampleCompany) -> None:
    of = company.committee
    assert of is not None
    frame = pd.DataFrame({"account": company.people.account, "committee": of})
    assert not frame.drop_duplicates()["account"].duplicated().any()
    assert set(of) == set(range(len(committees.COMMITTEES)))
    assert committees_of(SampleSettings(leads=10, seed=1), np.zeros(10, np.int64)) is None


def test_a_committee_makes_wins(company: SampleCompany) -> None:
    won = np.zeros(len(company.people))
    won[company.lives.event_lead[company.lives.event_kind == 2]] = 1.0
    of = company.committee
    assert won[of == 1].mean() > won[of == 0].mean()
    later = from_moments(np.array([company.ends_at + DAY]))
    beyond = pd.DataFrame({"lead_id": company.lead_ids[[0]], "cutoff": later})
    assert truth_at(company, beyond)["probability_given_seen"].isna().all()
