"""The sample company's test by lot and its gate keep the laws that they state."""

import numpy as np
import pandas as pd
import pytest

from pipelines.sample.answers import truth_at, truth_snapshots
from pipelines.sample.company import SampleCompany, SampleSettings, make
from pipelines.sample.contact_gate import LEAST, MOST, gate
from pipelines.sample.contact_test import ContactTest, contact_test

LEADS, SEED = 4000, 12


@pytest.fixture(scope="module")
def company() -> SampleCompany:
    return make(SampleSettings(LEADS, SEED))


@pytest.fixture(scope="module")
def truth(company: SampleCompany) -> pd.DataFrame:
    return truth_at(company, truth_snapshots(company, every_days=700, early_hours=(72,)))


def gap(test: ContactTest, *, contacted: bool, probability: np.ndarray) -> float:
    """Return by how many standard errors conversions differ from their probabilities."""
    mine = test.frame["contacted"].to_numpy() == contacted
    label, p = test.frame["converted"].to_numpy()[mine], probability[mine]
    return float((label - p).sum() / np.sqrt((p * (1 - p)).sum()))


def test_conversions_follow_both_probabilities(company: SampleCompany, truth: pd.DataFrame) -> None:
    test = contact_test(company, truth, effect=4.0)
    assert abs(gap(test, contacted=False, probability=test.without)) < 3
    assert abs(gap(test, contacted=True, probability=test.with_contact)) < 3
    assert gap(test, contacted=True, probability=test.without) > 3
    assert (test.with_contact < test.without).any()
    assert not test.frame["lead_id"].duplicated().any()


def test_without_an_effect_a_contact_changes_nothing(
    company: SampleCompany, truth: pd.DataFrame
) -> None:
    test, other = contact_test(company, truth, effect=0.0), contact_test(company, truth)
    np.testing.assert_allclose(test.with_contact, test.without, rtol=1e-12)
    same = test.frame["contacted"] == 0
    pd.testing.assert_frame_equal(test.frame[same], other.frame[same])


def test_only_called_leads_have_deals(company: SampleCompany) -> None:
    gated = make(SampleSettings(LEADS, SEED, gate=True))
    drawn, before, after = gate(gated), company.tables(), gated.tables()
    called = company.lead_ids[drawn.called]
    assert set(after.outcomes["lead_id"]) <= set(called) == set(drawn.frame["lead_id"])
    own = before.outcomes[before.outcomes["lead_id"].isin(called)].reset_index(drop=True)
    pd.testing.assert_frame_equal(after.outcomes.reset_index(drop=True), own)
    pd.testing.assert_frame_equal(after.leads, before.leads)
    assert len(before.outcomes) > 1.3 * len(after.outcomes)
    assert drawn.chance.min() >= LEAST
    assert drawn.chance.max() <= MOST
    expected = drawn.chance.sum()
    spread = np.sqrt((drawn.chance * (1 - drawn.chance)).sum())
    assert abs(drawn.called.sum() - expected) < 4 * spread
