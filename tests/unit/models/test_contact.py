"""What a contact adds: unbiased, exact, silent where nothing is shown, weaker without chance."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.contact import cross_fit, verdict
from models.contact.columns import binned
from models.contact.contact_value import ContactValue, contact_value
from models.contact.policy import top
from models.contact.rows import ContactRows, Floats
from models.contact.sums import clustered_mean
from tests.simulated_contacts import ContactPlan, world

DIFFERS = ContactPlan(leads=8000, base=-2.0, effect=0.6, difference=1.2)


@pytest.fixture(scope="module")
def differing() -> ContactValue:
    return contact_value(world(DIFFERS, 1).rows, 1000)


def test_planted_differences_are_shown_with_calls_and_reasons(differing: ContactValue) -> None:
    true = world(DIFFERS, 1).effect
    assert differing.verdict.answer == "differs"
    assert differing.verdict.mean.low <= true.mean() <= differing.verdict.mean.high
    line = next(one for one in differing.policy if one.share == 0.2)
    best = 1000 * np.where(top(true, 0.2), true, 0.0).mean()
    assert line.by_effect.low <= best * 1.05
    assert line.by_effect.value > line.by_probability.value
    assert line.more.low > 0.0
    adds = {(one.column, one.level): one.adds for one in differing.bins}
    assert adds["size", "S"] > adds["size", "M"] > adds["size", "L"]


def test_parts_sum_to_the_effect_of_a_lead(differing: ContactValue) -> None:
    frame = pd.DataFrame(
        {"size": ["S", "L", None], "trade": ["a", "z", "b"], "interest": [0.1, np.nan, 9.0]}
    ).assign(noise=0.5)
    assert differing.model is not None
    parts = differing.model.of(frame)
    np.testing.assert_allclose(
        parts["effect"], parts.drop(columns=["effect", "low", "high"]).sum(axis=1), atol=1e-15
    )
    assert parts["effect"].iloc[0] > parts["effect"].iloc[1]


def test_nothing_planted_is_silent() -> None:
    plans = (ContactPlan(), ContactPlan(leads=3000, chance=0.1), ContactPlan(per_account=3.0))
    answers = [contact_value(world(plan, 5).rows, 100) for plan in plans]
    assert {one.verdict.answer for one in answers} <= {"unknown", "none"}
    assert all(one.policy == () and one.bins == () and one.model is None for one in answers)


def test_an_effect_alike_for_all_gives_no_list_of_calls() -> None:
    rows = world(ContactPlan(leads=6000), 2).rows
    luck = np.random.default_rng(2).random(len(rows))
    alike = replace(rows, label=(luck < np.where(rows.contacted, 0.3, 0.2)).astype(np.float64))
    done = contact_value(alike, 100)
    assert (done.verdict.answer, done.policy) == ("same", ())
    assert done.verdict.mean.low <= 0.1 <= done.verdict.mean.high


def test_a_tight_interval_around_nothing_is_none() -> None:
    done = contact_value(world(ContactPlan(leads=20_000, base=-1.0), 3).rows, 100)
    assert (done.verdict.answer, done.verdict.why) == ("none", "excluded")


def test_few_conversions_are_too_few() -> None:
    done = contact_value(world(ContactPlan(leads=150, base=-4.0, effect=3.0), 1).rows, 100)
    assert (done.verdict.answer, done.verdict.why) == ("unknown", "too_few")


def nonsense(*arguments: Floats) -> Floats:
    return np.full(int(arguments[3].sum()), 0.9)


@pytest.mark.parametrize(("stated", "right"), [(0.3, True), (0.5, False)])
def test_with_a_known_chance_the_mean_is_right_whatever_is_fitted(
    monkeypatch: pytest.MonkeyPatch, stated: float, *, right: bool
) -> None:
    """A wrong chance is the planted fault: nothing then makes up for the fits."""
    monkeypatch.setattr(cross_fit, "fitted", nonsense)
    made = world(ContactPlan(leads=20_000, base=-1.5, effect=0.7, chance=0.3), 4)
    rows = replace(made.rows, chance=np.full(len(made.rows), stated))
    mean = clustered_mean(cross_fit.cross_fit(rows).psi, rows.unit)
    assert bool(abs(mean.value - made.effect.mean()) < 3 * mean.error) is right


def test_choice_is_corrected_where_columns_show_it() -> None:
    plan = ContactPlan(leads=12_000, base=-1.5, effect=0.5, chosen=1.0)
    made = world(plan, 6)
    naive = (
        made.rows.label[made.rows.contacted].mean() - made.rows.label[~made.rows.contacted].mean()
    )
    done = contact_value(made.rows, 100)
    assert naive > 2 * made.effect.mean()
    assert abs(done.verdict.mean.value - made.effect.mean()) < 0.02
    assert not done.verdict.randomised
    assert done.overlap is not None
    assert done.overlap.suffices


def test_without_overlap_nothing_is_concluded() -> None:
    plan = ContactPlan(leads=6000, base=-1.5, effect=1.0, chosen=25.0)
    done = contact_value(world(plan, 7).rows, 100)
    assert (done.verdict.answer, done.verdict.why) == ("unknown", "no_overlap")
    assert done.left_out > 1000


def test_leads_of_an_account_widen_the_interval() -> None:
    rows = world(ContactPlan(), 8).rows
    doubled = ContactRows(
        pd.concat([rows.frame, rows.frame], ignore_index=True),
        np.tile(rows.contacted, 2),
        np.tile(rows.label, 2),
        np.tile(rows.unit, 2),
        np.tile(rows.chance, 2) if rows.chance is not None else None,
    )
    alone = replace(doubled, unit=np.arange(len(doubled)))
    widths = [
        one.high - one.low
        for one in (contact_value(made, 100).verdict.mean for made in (doubled, alone))
    ]
    assert widths[0] > 1.3 * widths[1]


def test_bins_have_a_place_for_the_rest_and_for_what_is_missing() -> None:
    columns = binned(pd.DataFrame({"n": [1.0, 2.0, 3.0, np.nan], "c": ["a", "a", "b", None]}))
    new = pd.DataFrame({"n": [-9.0, 99.0, np.nan], "c": ["a", "never met", None]})
    made = columns.indicators(new)
    assert made.sum(axis=1).tolist() == [2.0, 2.0, 2.0]
    names = columns.names()
    assert [names[n] for n in np.flatnonzero(made[2])] == [("n", "–"), ("c", "–")]
    assert ("c", "…") in [names[n] for n in np.flatnonzero(made[1])]


def test_errors_are_spent_as_stated() -> None:
    assert verdict.ERROR_OF_ANY + verdict.ERROR_OF_DIFFERENCE <= 0.02
