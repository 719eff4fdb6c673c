"""How long conversions take: censored leads count as waiting."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from features import time_to_conversion
from features.tables import Tables
from features.time_to_conversion import TimeToConversion
from pipelines.reports.evaluation import conversion_times

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")


def moments(days: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(days, unit="D")).dt.as_unit("us")


def company(created: np.ndarray, takes: np.ndarray) -> Tables:
    """Lead i is created on a day and converts `takes` days later (never: infinity)."""
    ids = pd.Series([f"l{i}" for i in range(len(created))])
    converts = np.isfinite(takes)
    won = pd.DataFrame(
        {
            "lead_id": ids[converts].reset_index(drop=True),
            "outcome": "won",
            "occurred_at": moments((created + np.where(converts, takes, 0))[converts]),
        }
    )
    return Tables(pd.DataFrame({"lead_id": ids, "created_at": moments(created)}), outcomes=won)


def at(day: float) -> pd.Timestamp:
    return START + pd.Timedelta(days=day)


def test_the_estimate_equals_a_hand_worked_case() -> None:
    # Five leads: converted after 2, 4; watched for 3 and 10, 10. S = (4/5) then (4/5)(2/3).
    created = np.array([0.0, 0.0, 7.0, 0.0, 0.0])
    takes = np.array([2.0, 4.0, np.inf, np.inf, np.inf])
    days = np.array([2.0, 4.0, 3.0, 10.0, 10.0])
    points, share = time_to_conversion.converted_by(days, np.isfinite(takes))
    assert points.tolist() == [2.0, 4.0]
    np.testing.assert_allclose(share, [1 / 5, 1 - 4 / 5 * 2 / 3])
    measured = time_to_conversion.measure(company(created, takes), "won", at(10))
    assert (measured.leads, measured.conversions, measured.observed_days) == (5, 2, 10.0)


def test_young_leads_do_not_make_conversions_look_quick() -> None:
    rng = np.random.default_rng(0)
    created = rng.uniform(0, 400, 4000)
    takes = np.where(rng.random(4000) < 0.4, rng.uniform(0, 200, 4000), np.inf)
    measured = time_to_conversion.measure(company(created, takes), "won", at(400))
    naive = takes[(created + takes) <= 400]
    median = dict(measured.quantiles_days)[0.5]
    assert abs(median - 100) < 8
    assert np.median(naive) < 92
    assert dict(measured.converted_share)[180.0] > 0.33


def test_a_later_outcome_than_observed_does_not_exist() -> None:
    tables = company(np.array([0.0]), np.array([50.0]))
    assert time_to_conversion.measure(tables, "won", at(20)).conversions == 0


def test_the_horizon_leaves_room_for_training_and_test() -> None:
    rng = np.random.default_rng(0)
    slow = company(rng.uniform(0, 10, 500), rng.uniform(60, 99, 500))
    assert time_to_conversion.measure(slow, "won", at(124)).horizon_days == 30.0
    assert time_to_conversion.measure(slow, "won", at(800)).horizon_days == 90.0


def test_windows_follow_the_activities_before_a_conversion() -> None:
    tables = company(np.array([0.0]), np.array([100.0]))
    activities = pd.DataFrame(
        {"lead_id": "l0", "occurred_at": moments(np.array([99.5, 98.0, 90.0, 60.0, 150.0]))}
    )
    measured = time_to_conversion.measure(
        Tables(tables.leads, activities, tables.outcomes), "won", at(400)
    )
    assert dict(measured.activity_share)[3.0] == 0.5
    assert measured.windows_days == (1.0, 3.0, 14.0, 60.0)


def test_without_conversions_nothing_is_suggested() -> None:
    measured = time_to_conversion.measure(company(np.zeros(3), np.full(3, np.inf)), "won", at(90))
    assert measured.horizon_days is None
    assert measured.quantiles_days == ()
    assert measured.windows_days == ()
    assert measured.conversion_curve == measured.activity_curve == ()
    assert "受注0件" in conversion_times.picture(measured, "ja")


def busy() -> TimeToConversion:
    """Two hundred leads, of which some convert, with activities in between."""
    rng = np.random.default_rng(0)
    created = rng.uniform(0, 300, 600)
    takes = np.where(rng.random(600) < 0.5, rng.gamma(2.0, 20.0, 600), np.inf)
    tables = company(created, takes)
    lead = rng.choice(np.flatnonzero(np.isfinite(takes)), 3000)
    at_days = created[lead] + takes[lead] * rng.random(3000)
    ids = [f"l{i}" for i in lead]
    activities = pd.DataFrame({"lead_id": ids, "occurred_at": moments(at_days)})
    return time_to_conversion.measure(
        Tables(tables.leads, activities, tables.outcomes), "won", at(400)
    )


def test_the_curves_are_those_of_the_figures() -> None:
    measured = busy()
    for curve in (measured.conversion_curve, measured.activity_curve):
        days, share = np.array(curve).T
        assert len(curve) <= 200
        assert (np.diff(days) >= 0).all()
        assert (np.diff(share) > 0).all()
        assert share[-1] == 1.0
    days, share = np.array(measured.activity_curve).T
    for window, expected in measured.activity_share:
        assert abs(np.interp(window, days, share) - expected) < 0.01


def points(markup: str) -> list[tuple[float, float]]:
    """Read the quantiles back from the picture: their days, their shares."""
    y = [(float(y), float(p) / 100) for y, p in re.findall(r'y="([\d.]+)"[^>]*>(\d+) %<', markup)]
    (top, most), (base, least) = min(y), max(y)
    x = [(float(x), float(d)) for x, d in re.findall(r'<text x="([\d.]+)"[^>]*>([\d.]+)<', markup)]
    (left, low), (right, high) = min(x), max(x)
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', markup)[:-1]
    return [
        (
            low * (high / low) ** ((float(cx) - left) / (right - left)),
            least + (base - 4 - float(cy)) / (base - top) * (most - least),
        )
        for cx, cy in circles
    ]


def shown(measured: TimeToConversion, draw: Callable[[TimeToConversion], str]) -> bool:
    """Return whether a picture shows the quantiles where they are."""
    wanted = sorted(measured.quantiles_days)
    read = sorted((share, days) for days, share in points(draw(measured)))
    return all(
        abs(share - level) < 0.002 and abs(days / expected - 1) < 0.005
        for (level, expected), (share, days) in zip(wanted, read, strict=True)
    )


def test_the_picture_shows_quantiles_horizon_and_windows() -> None:
    measured = busy()
    assert shown(measured, conversion_times.picture)
    markup = conversion_times.picture(measured)
    assert f">horizon {measured.horizon_days:g} d<" in markup
    assert markup.count('stroke-dasharray="2 3"') == len(measured.windows_days) > 1
    japanese = conversion_times.picture(measured, "ja")
    assert f">予測期間 {measured.horizon_days:g}日<" in japanese
    assert not re.search(r"[a-z]{3}", re.sub(r"<[^>]*>", "", japanese))


def test_a_picture_that_swaps_the_curves_would_be_noticed() -> None:
    def swapped(measured: TimeToConversion) -> str:
        as_quantiles = tuple((share, days) for days, share in measured.activity_share[1:6])
        return conversion_times.picture(replace(measured, quantiles_days=as_quantiles))

    assert not shown(busy(), swapped)
