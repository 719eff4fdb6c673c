"""Leak checks of dates, numbers, copies, splits, words, echoes: a clean twin, a planted leak."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipelines.leaks import (
    l006_later_dates,
    l007_running_numbers,
    l008_near_duplicates,
    l009_random_split,
    l010_target_in_text,
    l011_echo,
    l012_telling_names,
)
from pipelines.leaks.check import LeakEvidence
from tests.leak_cases import DAY, by_batch, featured, made, of_leads, with_attribute, won_of

LEADS = 200


@pytest.fixture
def clean() -> LeakEvidence:
    return made(LEADS)


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%Y/%m/%d %H:%M", "%Y年%m月%d日"])
def test_an_attribute_of_later_dates_is_named(clean: LeakEvidence, written: str) -> None:
    created = clean.tables.leads["created_at"]
    founded = (created - 900 * DAY).dt.strftime(written)
    assert l006_later_dates.CHECK.answer(with_attribute(clean, founded)).verdict == "pass"
    closed = (created + 5 * DAY).dt.strftime(written)
    result = l006_later_dates.CHECK.answer(with_attribute(clean, closed))
    assert (result.verdict, result.names) == ("fail", ("tag",))


def test_later_dates_as_numbers_are_named(clean: LeakEvidence) -> None:
    created = clean.tables.leads["created_at"]
    seconds = (created + 5 * DAY).astype("int64") / 1e6
    assert l006_later_dates.CHECK.answer(with_attribute(clean, seconds)).verdict == "fail"


def test_leads_created_at_their_end_are_named(clean: LeakEvidence) -> None:
    end = clean.ends_of(clean.tables.leads["lead_id"])
    created = clean.tables.leads["created_at"].where(~won_of(clean), end)
    result = l006_later_dates.CHECK.answer(of_leads(clean, created_at=created))
    assert (result.verdict, result.names) == ("fail", ("created_at",))
    again = replace(of_leads(clean, created_at=created), repeat=True)
    assert l006_later_dates.CHECK.answer(again).verdict == "pass"


def test_activities_known_before_they_happened_are_warned_of(clean: LeakEvidence) -> None:
    calls = clean.tables.activities
    planned = calls.assign(known_at=calls["occurred_at"] - 3 * DAY)
    result = l006_later_dates.CHECK.answer(
        replace(clean, tables=replace(clean.tables, activities=planned))
    )
    assert (result.verdict, result.names) == ("warn", ("activities.known_at",))


@pytest.mark.parametrize("prefix", ["", "CASE-"])
def test_a_running_number_is_named(clean: LeakEvidence, prefix: str) -> None:
    drawn = np.random.default_rng(2).permutation(LEADS) + 1000
    number = np.arange(LEADS) + 1000

    def of(numbers: np.ndarray) -> pd.Series:
        return pd.Series([f"{prefix}{n}" for n in numbers]) if prefix else pd.Series(numbers * 1.0)

    assert l007_running_numbers.CHECK.answer(with_attribute(clean, of(drawn))).verdict == "pass"
    result = l007_running_numbers.CHECK.answer(with_attribute(clean, of(number)))
    assert (result.verdict, result.names) == ("fail", ("tag",))


def test_ids_reassigned_by_the_outcome_are_warned_of(clean: LeakEvidence) -> None:
    number = np.arange(LEADS) + np.where(won_of(clean), 5000, 0)
    ids = pd.Series([f"L{n}" for n in number], dtype="str")
    old = clean.tables.leads["lead_id"]
    renamed = replace(clean, rows=clean.rows.assign(lead_id=ids))
    result = l007_running_numbers.CHECK.answer(of_leads(renamed, lead_id=ids))
    assert (result.verdict, result.names) == ("warn", ("lead_id",))
    assert old.iloc[0] == "lead-000"


def described(evidence: LeakEvidence, copies: int) -> LeakEvidence:
    """Describe leads richly; the last ones are copies of the first but for one attribute."""
    random = np.random.default_rng(4)
    size = len(evidence.tables.leads)
    drawn = {f"a{n}": random.integers(0, 500, size).astype(float) for n in range(9)}
    for name, values in drawn.items():
        if copies and name != "a3":
            values[-copies:] = values[:copies]
    return of_leads(evidence, **drawn)


def test_leads_that_stand_on_both_sides_under_two_ids_are_named(clean: LeakEvidence) -> None:
    assert l008_near_duplicates.CHECK.answer(clean).verdict == "not applicable"
    assert l008_near_duplicates.CHECK.answer(described(clean, 0)).verdict == "pass"
    result = l008_near_duplicates.CHECK.answer(described(clean, 8))
    assert (result.verdict, result.names) == ("fail", ("leads",))


def test_leads_of_whom_nothing_is_known_are_no_duplicates(clean: LeakEvidence) -> None:
    same = {f"a{n}": "unknown" for n in range(6)}
    assert l008_near_duplicates.CHECK.answer(of_leads(clean, **same)).verdict == "pass"


def test_a_random_split_that_promises_too_much_is_named() -> None:
    assert l009_random_split.CHECK.answer(featured(0.0)).verdict == "pass"
    result = l009_random_split.CHECK.answer(by_batch())
    assert (result.verdict, result.names) == ("fail", ("split",))


def test_values_that_speak_of_the_outcome_and_know_it_are_named(clean: LeakEvidence) -> None:
    won = won_of(clean)
    result = l010_target_in_text.CHECK.answer(
        with_attribute(clean, pd.Series(np.where(won, "Closed Won", "in talks"), dtype="str"))
    )
    assert (result.verdict, result.names) == ("fail", ("tag",))
    ja = pd.Series(np.where(won, "継続", "失注済"), dtype="str")
    assert l010_target_in_text.CHECK.answer(with_attribute(clean, ja)).verdict == "fail"
    chance = pd.Series(np.where(np.arange(LEADS) % 2, "契約形態A", "B"), dtype="str")
    assert l010_target_in_text.CHECK.answer(with_attribute(clean, chance)).verdict == "pass"


def test_texts_that_know_too_early_are_warned_of(clean: LeakEvidence) -> None:
    text = pd.Series(np.where(won_of(clean), "契約しました", "また連絡します"), dtype="str")
    calls = clean.tables.activities.assign(text=text)
    result = l010_target_in_text.CHECK.answer(
        replace(clean, tables=replace(clean.tables, activities=calls))
    )
    assert (result.verdict, result.names) == ("warn", ("activities.text",))


def test_what_only_later_activities_tell_is_named(clean: LeakEvidence) -> None:
    random = np.random.default_rng(8)
    lead = random.integers(0, LEADS, 2000)
    created = clean.tables.leads["created_at"].iloc[lead].reset_index(drop=True)
    calls = pd.DataFrame(
        {
            "activity_id": [f"a{n}" for n in range(2000)],
            "lead_id": clean.tables.leads["lead_id"].iloc[lead].to_numpy(),
            "occurred_at": created + pd.to_timedelta(random.integers(1, 500, 2000), unit="h"),
            "activity_type": random.choice(["call", "page_view", "form"], 2000),
        }
    )
    busy = replace(clean, tables=replace(clean.tables, activities=calls))
    total = calls.groupby("lead_id").size().reindex(clean.tables.leads["lead_id"]).fillna(0.0)
    ordered = calls.sort_values("occurred_at", kind="stable")
    last = ordered.groupby("lead_id")["activity_type"].last().reindex(total.index)
    assert l011_echo.CHECK.answer(clean).verdict == "pass"
    honest = of_leads(busy, people=random.integers(1, 50, LEADS) * 1.0)
    assert l011_echo.CHECK.answer(honest).verdict == "pass"
    words = last.map({"call": "電話", "page_view": "閲覧", "form": "フォーム"})
    for values in (total, words):
        result = l011_echo.CHECK.answer(with_attribute(busy, pd.Series(values.to_numpy())))
        assert (result.verdict, result.names) == ("fail", ("tag",))


def test_names_that_sound_like_later_are_warned_of_only(clean: LeakEvidence) -> None:
    assert l012_telling_names.CHECK.answer(clean).verdict == "pass"
    later = {"Lead Quality": 1.0, "lastActivity": 1.0, "最終活動種別": 1.0, "touches_all": 1.0}
    result = l012_telling_names.CHECK.answer(of_leads(clean, **later))
    assert (result.verdict, set(result.names)) == ("warn", set(later))
    honest = {"TotalVisits": 1.0, "plastic": 1.0, "vintage": 1.0, "業種": 1.0, "small": 1.0}
    assert l012_telling_names.CHECK.answer(of_leads(clean, **honest)).verdict == "pass"
