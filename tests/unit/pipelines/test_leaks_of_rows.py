"""Every leak check passes clean data and catches the leak that is planted for it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.build import build
from features.catalog.catalog import CatalogSettings
from features.learn_catalog import learn
from models.evaluation.single_features import Single
from pipelines.leaks import (
    l001_time_travel,
    l002_availability,
    l003_single_feature,
    l004_outcome_activities,
    l005_overlap,
)
from pipelines.leaks.catalogue import CHECKS
from pipelines.leaks.check import LeakEvidence
from tests.builders import Company, company
from tests.leak_cases import DAY, featured, made, of_leads, with_attribute, won_of

LEADS = 200


@pytest.fixture
def clean() -> LeakEvidence:
    return made(LEADS)


def test_features_that_read_the_future_are_named() -> None:
    tables = company(Company(leads=20, activities=400))
    cutoff = pd.Series(pd.to_datetime(["2026-02-10", "2026-03-01", "2026-03-20"], utc=True))
    ids = tables.leads["lead_id"]
    rows = pd.DataFrame(
        {"lead_id": np.tile(ids, 3), "cutoff": np.repeat(cutoff.dt.as_unit("us"), len(ids))}
    ).assign(label=0.0)
    until = pd.DataFrame({"cutoff": cutoff.dt.as_unit("us")[2:]})
    catalog = learn([tables], until, CatalogSettings(min_support=1), {})
    frame = build(tables, rows, catalog)
    nothing = np.zeros(0, dtype=np.intp)
    honest = LeakEvidence(tables, rows, nothing, nothing, frame=frame)
    assert l001_time_travel.CHECK.answer(honest).verdict == "pass"
    frame.values[:, 0] += 1.0  # noqa: PD011 - not a frame
    result = l001_time_travel.CHECK.answer(honest)
    assert result.verdict == "fail"
    assert result.names == (catalog.names[0],)


def test_visits_before_the_registration_are_taken(clean: LeakEvidence) -> None:
    """Visitors whose first visits precede the lead, for leads created at any time."""
    calls = clean.tables.activities
    visits = calls.assign(
        activity_id="v" + calls["activity_id"].astype("str"),
        occurred_at=calls["occurred_at"] - 40 * DAY,
        activity_type="visit",
    )
    opened = clean.tables.outcomes.assign(outcome="opened")
    opened["occurred_at"] -= 30 * DAY
    changes = visits[["lead_id", "occurred_at"]].assign(attribute="industry", value="a")
    tables = replace(
        clean.tables,
        activities=pd.concat([visits, calls], ignore_index=True),
        outcomes=pd.concat([opened, clean.tables.outcomes], ignore_index=True),
        attribute_changes=changes,
    )
    catalog = learn([tables], clean.rows, CatalogSettings(min_support=1), {})
    evidence = replace(clean, tables=tables, frame=build(tables, clean.rows, catalog))
    verdicts = {check.code: check.answer(evidence).verdict for check in CHECKS}
    assert verdicts["L001"] == "pass"
    assert "fail" not in verdicts.values()


def test_an_attribute_of_the_closed_is_named(clean: LeakEvidence) -> None:
    assert l002_availability.CHECK.answer(clean).verdict == "pass"
    won = clean.rows["label"] == 1.0
    filled = pd.Series("plan", index=won.index).where(won)
    result = l002_availability.CHECK.answer(with_attribute(clean, filled))
    assert (result.verdict, result.names) == ("fail", ("tag",))
    assert result.do


def test_a_rarely_filled_one_is_named_too(clean: LeakEvidence) -> None:
    won = np.flatnonzero(clean.rows["label"] == 1.0)[:8]
    rare = pd.Series([None] * LEADS, dtype="object")
    rare.iloc[won] = "signed"
    assert l002_availability.CHECK.answer(with_attribute(clean, rare)).verdict == "fail"


def test_an_attribute_that_says_the_outcome_is_named(clean: LeakEvidence) -> None:
    grade = clean.rows["label"].map({1.0: "good", 0.0: "bad"})
    assert l002_availability.CHECK.answer(with_attribute(clean, grade)).verdict == "fail"


def test_a_feature_that_decides_alone_is_named(clean: LeakEvidence) -> None:
    assert l003_single_feature.CHECK.answer(clean).verdict == "not applicable"
    honest = Single("calls", "calls", 0.7, 1.0, 1.0, ("like_the_model",))
    passed = l003_single_feature.CHECK.answer(replace(clean, singles=(honest,)))
    assert passed.verdict == "pass"
    leak = Single("tag", "tag", 0.97, 1.0, 1.0, ("decides_alone",))
    result = l003_single_feature.CHECK.answer(replace(clean, singles=(honest, leak)))
    assert (result.verdict, result.names) == ("fail", ("tag",))


def test_the_age_of_a_lead_that_decides_alone_is_a_warning(clean: LeakEvidence) -> None:
    age = Single("profile__lead_age_days", "age", 0.93, 1.0, 1.0, ("decides_alone",))
    result = l003_single_feature.CHECK.answer(replace(clean, singles=(age,)))
    assert (result.verdict, result.names) == ("warn", (age.feature,))
    assert "created_at" in result.observed
    leak = Single("tag", "tag", 0.97, 1.0, 1.0, ("decides_alone",))
    both = l003_single_feature.CHECK.answer(replace(clean, singles=(age, leak)))
    assert (both.verdict, set(both.names)) == ("fail", {"tag", age.feature})


def test_what_follows_the_age_is_a_warning_too() -> None:
    evidence = featured(0.0)
    frame = evidence.frame
    assert frame is not None
    names, values = frame.catalog.names, frame.values  # noqa: PD011 - not a frame
    column = next(n for n, name in enumerate(names) if not name.startswith("profile__"))
    age = np.arange(len(values), dtype=np.float32)
    values[:, names.index("profile__lead_age_days")] = age
    single = Single(names[column], "any", 0.93, 1.0, 1.0, ("decides_alone",))
    values[:, column] = 2.0 * age + 1.0
    judged = replace(evidence, singles=(single,))
    result = l003_single_feature.CHECK.answer(judged)
    assert (result.verdict, result.names) == ("warn", (names[column],))
    values[:, column] = np.random.default_rng(0).random(len(age))
    assert l003_single_feature.CHECK.answer(judged).verdict == "fail"


def test_the_echo_of_an_outcome_is_named(clean: LeakEvidence) -> None:
    assert l004_outcome_activities.CHECK.answer(clean).verdict == "pass"
    echo = clean.tables.outcomes.assign(activity_type="registered", activity_id="e")
    both = pd.concat([clean.tables.activities, echo[clean.tables.activities.columns]])
    planted = replace(clean, tables=replace(clean.tables, activities=both))
    result = l004_outcome_activities.CHECK.answer(planted)
    assert (result.verdict, result.names) == ("fail", ("registered",))


def test_a_random_split_is_named(clean: LeakEvidence) -> None:
    assert l005_overlap.CHECK.answer(clean).verdict == "pass"
    drawn = np.random.default_rng(1).permutation(LEADS)
    mixed = replace(clean, learning=np.sort(drawn[:140]), test=np.sort(drawn[140:]))
    assert l005_overlap.CHECK.answer(mixed).verdict == "fail"


def test_an_attribute_filled_twice_as_often_for_those_who_convert_is_named(
    clean: LeakEvidence,
) -> None:
    random = np.random.default_rng(1)
    share = np.where(won_of(clean), 0.6, 0.25)
    filled = pd.Series(np.where(random.random(LEADS) < share, "high", None), dtype="str")
    result = l002_availability.CHECK.answer(with_attribute(clean, filled))
    assert (result.verdict, result.names) == ("fail", ("tag",))
    alike = pd.Series(np.where(random.random(LEADS) < 0.4, "high", None), dtype="str")
    assert l002_availability.CHECK.answer(with_attribute(clean, alike)).verdict == "pass"


def test_the_reason_of_a_loss_is_named(clean: LeakEvidence) -> None:
    """Most leads are still open: the reason is filled for the few that were lost."""
    outcomes = clean.tables.outcomes
    ended = outcomes[(outcomes["outcome"] == "won") | (np.arange(LEADS) % 4 == 0)]
    open_leads = replace(clean, tables=replace(clean.tables, outcomes=ended))
    lost = open_leads.tables.leads["lead_id"].isin(open_leads.lost())
    assert l002_availability.CHECK.answer(open_leads).verdict == "pass"
    reason = pd.Series("price", index=lost.index).where(lost)
    result = l002_availability.CHECK.answer(with_attribute(open_leads, reason))
    assert (result.verdict, result.names) == ("fail", ("tag",))


def test_a_job_that_filled_some_periods_is_named_and_a_new_column_warned_of() -> None:
    many = made(480)
    place = np.arange(480)
    gap = pd.Series("seen", index=place).where((place < 120) | (place >= 360))
    assert l002_availability.CHECK.answer(with_attribute(many, gap)).verdict == "fail"
    new = pd.Series("seen", index=place).where(place >= 240)
    assert l002_availability.CHECK.answer(with_attribute(many, new)).verdict == "warn"


def changed(evidence: LeakEvidence, moved: pd.Timedelta, now: str | None) -> LeakEvidence:
    """Let an attribute of every lead change, some time after its end; `now` is what leads hold."""
    leads = evidence.tables.leads
    changes = pd.DataFrame(
        {
            "lead_id": leads["lead_id"],
            "attribute": "tier",
            "occurred_at": evidence.ends_of(leads["lead_id"]) + moved,
            "value": [f"tier {n % 5}" for n in range(len(leads))],
        }
    )
    held = changes["value"] if now is None else pd.Series(now, index=leads.index)
    tables = replace(
        evidence.tables, attribute_changes=changes, leads=leads.assign(tier=held.to_numpy())
    )
    return replace(evidence, tables=tables)


def test_a_present_value_and_a_change_by_the_outcome_are_named(clean: LeakEvidence) -> None:
    honest = changed(clean, -3 * DAY, now="tier 1")
    assert l002_availability.CHECK.answer(honest).verdict == "pass"
    present = l002_availability.CHECK.answer(changed(clean, -3 * DAY, now=None))
    assert (present.verdict, present.names) == ("fail", ("tier",))
    assert "latest dated value" in present.observed
    at_end = l002_availability.CHECK.answer(changed(clean, pd.Timedelta(0), now="tier 1"))
    assert "end of the deal" in at_end.observed


def test_an_attribute_that_brings_more_than_all_the_others_is_named() -> None:
    assert l003_single_feature.CHECK.answer(featured(0.0)).verdict == "pass"
    result = l003_single_feature.CHECK.answer(featured(1.0))
    assert (result.verdict, result.names) == ("fail", ("profile__duration",))
    assert "without it" in result.observed


def test_accounts_that_were_learned_from_are_warned_of(clean: LeakEvidence) -> None:
    one = of_leads(clean, account_id=np.where(np.arange(LEADS) % 2 == 0, "acme", "globex"))
    result = l005_overlap.CHECK.answer(one)
    assert (result.verdict, result.names) == ("warn", ("account_id",))
    own = of_leads(clean, account_id=clean.tables.leads["lead_id"])
    assert l005_overlap.CHECK.answer(own).verdict == "pass"


def test_every_check_has_its_number_and_both_languages() -> None:
    assert [one.code for one in CHECKS] == [f"L{n:03d}" for n in range(1, len(CHECKS) + 1)]
    assert all(one.title.en and one.title.ja and one.expected and one.do for one in CHECKS)
