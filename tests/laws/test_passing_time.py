"""Until the moment computed, time alone changes nothing that matters of a lead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import change_times
from features.build import CompiledCatalog
from features.catalog.catalog import Catalog, CatalogSettings
from features.change_times import Passing, changes_at, grown, passing_of
from features.feature import Feature
from features.kernel.change_times import Windows
from features.kernel.inputs import Indices, Integers, Matrix
from features.learn_catalog import learn
from features.records.histories import Histories, encode
from features.records.rows import make_rows
from features.tables import Tables
from features.timeline import DAY, NEVER
from features.view import Motion
from features.views import deals, motion_of
from tests.builders import SPAN_DAYS, START, Company, company, learned, snapshots

STILL = {
    "value", "created_weekday", "created_hour", "filled_count", "hours_to_first", "actor_count",
    "last_actor", "response_hours_mean", "response_hours_last", "opened_count", "won_count",
    "lost_count", "open_count", "event_count", "won_amount_sum", "last_amount", "last_stage",
    "lead_count", "opened_mean", "activity_mean", "deal_surplus", "company_deal_surplus",
    "role_count", "role_kinds", "decider_count", "stage_count",
}  # fmt: skip


class Case:
    """A company, a model's edges on some of its features, a moment."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        tables = company(Company(leads=6, activities=90, outcomes=20, changes=20, seed=seed))
        self.catalog: Catalog = learned(tables, snapshots(tables, seed))
        self.histories: Histories = encode(tables, self.catalog.vocabulary)
        self.leads: Indices = np.arange(6, dtype=np.int32)
        half_days = int(random.integers(10, 2 * SPAN_DAYS))
        shift = int(random.integers(-1, 2))
        start = START.value // 1000
        self.cutoff = int(start + half_days * DAY // 2 + shift)
        self.edges = [
            np.unique(np.round(random.exponential(20.0, 3), 1))
            if random.random() < 0.3
            else np.empty(0)
            for _ in self.catalog.features
        ]
        self.compiled = CompiledCatalog(self.catalog)
        self.random = random

    def values(self, cutoff: int) -> Matrix:
        cutoffs: Integers = np.full(self.leads.size, cutoff, np.int64)
        return self.compiled.values(self.histories, make_rows(self.leads, cutoffs))

    def due(self, moves: Passing | None = None) -> Integers:
        moves = moves or passing_of(self.catalog, self.edges)
        return changes_at(self.histories, self.leads, self.cutoff, self.values(self.cutoff), moves)

    def check(self, due: Integers) -> None:
        now = self.values(self.cutoff)
        for lead in self.leads.tolist():
            last = min(int(due[lead]) - 1, self.cutoff + 400 * DAY)
            between = self.random.integers(self.cutoff, last + 1, 4).tolist()
            for later in (*between, last):
                self.same(now[lead], self.values(int(later))[lead], int(later))

    def same(self, now: Matrix, later: Matrix, at: int) -> None:
        for n, feature in enumerate(self.catalog.features):
            if not self.edges[n].size:
                continue
            motion = motion_of(feature)
            if motion.unit_microseconds or motion.half_life_days:
                first, second = (np.searchsorted(self.edges[n], v) for v in (now[n], later[n]))
                assert first == second, feature.name
                expected = grown(feature, float(now[n]), at - self.cutoff)
                np.testing.assert_allclose(expected, later[n], rtol=1e-6, atol=1e-6)
            else:
                np.testing.assert_array_equal(now[n], later[n], err_msg=feature.name)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_nothing_changes_before_the_moment_computed(seed: int) -> None:
    case = Case(seed)
    case.check(case.due())


def test_the_moment_is_not_far_too_early() -> None:
    waits = np.concatenate([(case := Case(seed)).due() - case.cutoff for seed in range(30)])
    assert np.median(waits) > DAY / 10


@pytest.mark.parametrize("fault", ["windows", "account", "steps", "growing", "fading", "ahead"])
def test_planted_faults_are_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    none = Windows(np.empty(0, np.int64), np.empty(0, np.int64))

    def faulty(moves: Passing) -> Passing:
        if fault == "windows":
            return moves._replace(watched=moves.watched._replace(own=none))
        if fault in ("account", "steps"):
            missed = {"account_matters": False} if fault == "account" else {"steps": none.outcomes}
            return moves._replace(watched=moves.watched._replace(**missed))
        if fault == "growing":
            return moves._replace(growing=moves.growing[:0])
        if fault == "fading":
            return moves._replace(fading=())
        return moves

    if fault == "ahead":
        monkeypatch.setattr(change_times, "first_change", lambda *args: args[-1].fill(2**62))
    with pytest.raises(AssertionError):  # noqa: PT012 - one of the cases shows it
        for seed in range(40):
            case = Case(seed)
            case.check(case.due(faulty(passing_of(case.catalog, case.edges))))


def test_every_measure_moves_in_one_way() -> None:
    tables = company(Company(leads=30, activities=900, outcomes=80, changes=60, seed=1))
    catalog = learn(tables, snapshots(tables, 1), CatalogSettings(min_support=1))
    for feature in catalog.features:
        motion = motion_of(feature)
        moves = (
            bool(motion.windows_days),
            bool(motion.half_life_days),
            bool(motion.unit_microseconds),
            motion.by_month,
            bool(motion.step_days),
        )
        stands = feature.window_days is None and (
            feature.measure in STILL
            or feature.measure.endswith("_sum")
            or feature.measure in ("count", "active_day_count", "activity_count")
            or feature.view == "sequence"
        )
        assert sum((*moves, stands)) == 1, feature


def test_outcomes_leave_the_windows_of_a_view_that_counts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def sliding(_: Feature) -> Motion:
        return Motion(windows_days=(30.0,), records="outcomes")

    tables = company(Company(leads=1, outcomes=1, seed=1))
    won = tables.outcomes.assign(occurred_at=START.as_unit("us"), known_at=START.as_unit("us"))
    leads = tables.leads.drop(columns=["known_at", "account_id"]).assign(
        created_at=START.as_unit("us")
    )
    catalog = learn(tables, snapshots(tables), CatalogSettings(min_support=1))
    edges = [np.array([0.5] if f.name == "deals__won_count" else []) for f in catalog.features]
    histories = encode(Tables(leads, outcomes=won), catalog.vocabulary)
    at = START.value // 1000 + 5 * DAY
    lead = np.zeros(1, np.int32)
    values = CompiledCatalog(catalog).values(histories, make_rows(lead, np.array([at])))
    due = changes_at(histories, lead, at, values, passing_of(catalog, edges))
    assert due.tolist() == [NEVER]
    monkeypatch.setattr(deals, "motion", sliding)
    due = changes_at(histories, lead, at, values, passing_of(catalog, edges))
    assert due.tolist() == [START.value // 1000 + 30 * DAY + 1]


def test_an_edge_at_infinity_is_never_passed() -> None:
    """Trees may part missing values from all others at infinity: no reason to rank a lead again."""
    tables = company(Company(leads=3, activities=0, outcomes=0, seed=1))
    catalog = learn(tables, snapshots(tables), CatalogSettings(min_support=1))
    histories = encode(tables, catalog.vocabulary)
    at, leads = START.value // 1000 + 400 * DAY, np.arange(3, dtype=np.int32)
    values = CompiledCatalog(catalog).values(histories, make_rows(leads, np.full(3, at)))
    edges = [
        np.array([1.0, np.inf] if one.name == "profile__lead_age_days" else [])
        for one in catalog.features
    ]
    due = changes_at(histories, leads, at, values, passing_of(catalog, edges))
    assert (due > at + 100 * 365 * DAY).all()
