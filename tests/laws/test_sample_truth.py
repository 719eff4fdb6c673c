"""The sample company's truth is exact: against enumeration, brute force, and its own outcomes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from features.errors import BadRequest
from features.timeline import DAY, HOUR, from_moments
from pipelines.sample import SampleCompany, truth_at, truth_snapshots
from pipelines.sample.facets.intents import STANCES
from pipelines.sample.simulation import truth
from pipelines.sample.simulation.world import World
from tests.sample_companies import company, hasty_company
from tests.sample_oracle import posterior_by_enumeration, win_share_by_simulation

EXACT = 1e-10
SIGMAS = 4.5


class DeafToSilence(World):
    """A fault: no touch at all counts for nothing."""

    @property
    def telling_total(self) -> np.ndarray:
        return np.zeros_like(super().telling_total)


def ask(lead_company: SampleCompany, lead: int, cutoff: int) -> pd.Series:
    snapshots = pd.DataFrame(
        {"lead_id": lead_company.lead_ids[[lead]], "cutoff": from_moments(np.array([cutoff]))}
    )
    return truth_at(lead_company, snapshots).iloc[0]


def win_chance_by_state(
    lead_company: SampleCompany, lead: int, cutoff: int, stance: int
) -> np.ndarray:
    """Return the probabilities with full information, by the hidden state of the lead."""
    answers = []
    for state in range(5):
        path = np.full_like(lead_company.lives.path, state)
        pretended = replace(lead_company, lives=replace(lead_company.lives, path=path))
        pretended.__dict__["stance"] = np.full(len(lead_company.people), stance)
        answers.append(ask(pretended, lead, cutoff)["probability_given_everything"])
    return np.array(answers)


def check_filter(sample: SampleCompany, lead: int, cutoff: int) -> None:
    """Compare the observable limit with the sum over every path of hidden states."""
    belief = posterior_by_enumeration(sample, lead, cutoff)
    chances = [win_chance_by_state(sample, lead, cutoff, stance) for stance in range(len(STANCES))]
    expected = float((belief * np.array(chances)).sum())
    assert ask(sample, lead, cutoff)["probability_given_seen"] == pytest.approx(expected, rel=EXACT)


def touched_early(sample: SampleCompany) -> list[int]:
    """Leads with a telling touch in their first three days."""
    lives, created = sample.lives, sample.people.created_at
    telling = ~sample.world.noise[lives.touch_kind]
    touched = lives.touch_lead[telling & (lives.touch_at < created[lives.touch_lead] + 3 * DAY)]
    return list(dict.fromkeys(touched.tolist()))


@pytest.mark.parametrize("age_hours", [1, 24, 72, 113])
def test_the_filter_equals_the_enumeration_of_all_paths(age_hours: int) -> None:
    sample = company()
    for lead in touched_early(sample)[:3]:
        check_filter(sample, lead, int(sample.people.created_at[lead]) + age_hours * HOUR)


@pytest.mark.parametrize("event", [0, 1, 2, 3])
def test_the_filter_equals_the_enumeration_when_deals_move(event: int) -> None:
    sample = hasty_company()
    lives, created = sample.lives, sample.people.created_at
    rows = np.flatnonzero(lives.event_kind == event)
    first = rows[np.argmin(lives.event_at[rows] - created[lives.event_lead[rows]])]
    next_day = (int(lives.event_at[first]) // DAY + 1) * DAY
    check_filter(sample, int(lives.event_lead[first]), next_day + HOUR)


def test_right_after_a_deal_event_too() -> None:
    sample = hasty_company()
    lives, created = sample.lives, sample.people.created_at
    first = int(np.argmin(lives.event_at - created[lives.event_lead]))
    check_filter(sample, int(lives.event_lead[first]), int(lives.event_at[first]) + HOUR)


def test_a_filter_that_ignores_silence_is_caught() -> None:
    sample = company()
    deaf = replace(sample, world=DeafToSilence(**vars(sample.world)))
    lead = touched_early(sample)[0]
    with pytest.raises(AssertionError):
        check_filter(deaf, lead, int(sample.people.created_at[lead]) + 72 * HOUR)


def simulated(sample: SampleCompany, lead: int, cutoff: int, state: int, stage: int) -> float:
    lived = sample.modifiers.with_stance(sample.stance)
    return win_share_by_simulation(
        replace(sample, modifiers=lived), (lead, cutoff, state), (stage, 0), 90, (20_000, 1)
    )


@pytest.mark.parametrize(("lead", "day", "hour"), [(5, 300, 0), (40, 130, 7), (77, 600, 13)])
def test_probability_with_full_information_equals_brute_force(
    lead: int, day: int, hour: int
) -> None:
    sample = company()
    cutoff = int(sample.people.created_at[0]) // DAY * DAY + day * DAY + hour * HOUR
    quiet = replace(sample.lives, event_lead=np.full_like(sample.lives.event_lead, -1))
    quiet = replace(quiet, **{f"event_{c}": np.empty(0, int) for c in ("lead", "at", "kind")})
    never_dealt = replace(sample, lives=quiet)
    expected = win_chance_by_state(never_dealt, lead, cutoff, int(sample.stance[lead]))
    for state in (0, 2, 4):
        share = simulated(sample, lead, cutoff, state, 0)
        noise = np.sqrt(expected[state] * (1 - expected[state]) / 20_000)
        assert abs(share - expected[state]) < SIGMAS * noise


def test_probability_with_full_information_equals_brute_force_with_an_open_deal() -> None:
    sample = company()
    opened = np.flatnonzero(sample.lives.event_kind == 0)[3]
    lead = int(sample.lives.event_lead[opened])
    cutoff = (int(sample.lives.event_at[opened]) // DAY + 1) * DAY
    expected = win_chance_by_state(sample, lead, cutoff, int(sample.stance[lead]))
    share = simulated(sample, lead, cutoff, 3, 1)
    assert abs(share - expected[3]) < SIGMAS * np.sqrt(expected[3] * (1 - expected[3]) / 20_000)
    assert abs(simulated(sample, lead, cutoff, 1, 1) - expected[3]) > 0.01  # another state differs


@pytest.fixture(scope="module")
def matured() -> pd.DataFrame:
    """Truth and label of the matured calendar snapshots of open leads."""
    sample = company(3000, 5)
    snapshots = truth_snapshots(sample)
    truth_table = truth_at(sample, snapshots)
    cutoff = truth_table["cutoff"].to_numpy("datetime64[us]").astype(np.int64)
    lead = sample.lead_ids.get_indexer(truth_table["lead_id"])
    won = sample.first_won_at[lead]
    truth_table["label"] = (won >= cutoff) & (won < cutoff + 90 * DAY)
    truth_table["lead"] = lead
    mature = (snapshots["kind"] == "calendar").to_numpy() & (cutoff + 90 * DAY <= sample.ends_at)
    return truth_table[mature].reset_index(drop=True)


def check_calibrated(matured: pd.DataFrame, probability: pd.Series) -> None:
    """Wins equal the sum of the probabilities, overall and by fifths, within the noise by lead."""
    surprise = matured["label"] - probability
    fifth = pd.qcut(probability, 5, labels=False)
    for rows in (fifth >= 0, *(fifth == k for k in range(5))):
        by_lead = surprise[rows].groupby(matured["lead"][rows]).sum()
        assert abs(by_lead.sum()) < SIGMAS * np.sqrt((by_lead**2).sum())


@pytest.mark.parametrize("information", ["everything", "seen", "seen_without_texts"])
def test_the_probabilities_come_true(matured: pd.DataFrame, information: str) -> None:
    check_calibrated(matured, matured[f"probability_given_{information}"])


def test_probabilities_that_are_half_too_high_are_caught(matured: pd.DataFrame) -> None:
    with pytest.raises(AssertionError):
        check_calibrated(matured, matured["probability_given_seen"] * 1.5)


def test_the_limit_is_as_hard_as_promised(matured: pd.DataFrame) -> None:
    label = matured["label"]
    observable, everything = (matured[f"probability_given_{g}"] for g in ("seen", "everything"))
    assert 0.80 <= roc_auc_score(label, observable) <= 0.88
    assert roc_auc_score(label, observable) < roc_auc_score(label, everything)
    assert log_loss(label, everything) < log_loss(label, observable)
    without_texts = matured["probability_given_seen_without_texts"]
    assert log_loss(label, observable) < log_loss(label, without_texts) - 0.001
    assert 0.02 <= label.mean() <= 0.06


def test_the_number_of_threads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = company()
    snapshots = truth_snapshots(sample)
    two = truth_at(sample, snapshots)
    monkeypatch.setattr(truth, "THREADS", 1)
    pd.testing.assert_frame_equal(truth_at(sample, snapshots), two)


def test_a_lead_that_was_not_there_and_a_cutoff_past_the_end_are_missing() -> None:
    sample = company()
    created = int(sample.people.created_at[9])
    assert np.isnan(ask(sample, 9, created)["probability_given_seen"])
    assert ask(sample, 9, created + HOUR)["probability_given_seen"] > 0
    assert ask(sample, 9, sample.ends_at)["probability_given_everything"] > 0
    assert np.isnan(ask(sample, 9, sample.ends_at + HOUR)["probability_given_everything"])


def test_an_unknown_lead_is_refused() -> None:
    snapshots = pd.DataFrame({"lead_id": ["nobody"], "cutoff": from_moments(np.array([0]))})
    with pytest.raises(BadRequest, match="nobody"):
        truth_at(company(), snapshots)
