"""Counts of leads by source, owner and attribute, and their summaries, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from serve.store.engine import moment, time_of
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.summaries import OLDEST, Summaries
from serve.store.schema_versions import made
from serve.store.tables import LEAD_STEPS, STANDINGS
from serve.store.team_tables import HOT_MOMENTS
from tests.clocked import NOW


@pytest.mark.parametrize("by", ["source", "owner_id", "industry"])
def test_leads_are_counted_by_a_column_or_an_attribute(url: str, by: str) -> None:
    engine = made(url)
    row = {"standing": "call", "moved_at": 0, "deals": "[]", "searched": "", "created_at": 0}
    rows = [
        row
        | {"lead_id": f"L-{n}", "source": "web" if n else None, "owner_id": "web" if n else None}
        | {"attributes": '{"industry":"web"}' if n else "{}", "created_at": moment(NOW)}
        for n in range(3)
    ]
    with engine.begin() as connection:
        connection.execute(insert(STANDINGS), rows)
    edges = [NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]
    cohorts = Cohorts(engine)
    assert cohorts.leads(edges, by) == {"web": [0, 2], None: [0, 1]}
    assert cohorts.became_hot("", edges[0], edges[-1], by) == {}
    assert cohorts.open("", by) == {}
    assert cohorts.dealt(edges[0], edges[-1], [by]) == []
    assert cohorts.lost_deals(edges[0]) == []
    assert cohorts.sleeping(edges[0]) == (0, 0)
    engine.dispose()


def test_leads_are_qualified_by_the_rule(url: str) -> None:
    engine, at = made(url), moment(NOW)
    row = {"standing": "call", "moved_at": 0, "deals": "[]", "searched": "", "created_at": at}
    row |= {"source": "web", "owner_id": None, "attributes": '{"industry":"教育"}'}
    step = {"kind": "assigned", "owner_id": "sato", "undone_at": None}
    steps = [
        step | {"lead_id": "L-0", "at": at + 9},
        step | {"lead_id": "L-0", "at": at + 5},
        step | {"lead_id": "L-1", "at": at + 1, "undone_at": at + 2},
        step | {"lead_id": "L-1", "at": at + 3, "owner_id": None},
        step | {"lead_id": "L-1", "at": at + 4, "kind": "contacted"},
    ]
    with engine.begin() as connection:
        connection.execute(insert(STANDINGS), [row | {"lead_id": f"L-{n}"} for n in range(2)])
        connection.execute(insert(LEAD_STEPS), steps)
        hot = {"lead_id": "L-1", "target": "", "at": at + 7, "probability": 0.5}
        connection.execute(insert(HOT_MOMENTS), [hot, hot | {"target": "upsell", "at": at + 1}])
    cohorts, span = Cohorts(engine), (NOW, NOW + timedelta(days=1))
    (assigned,) = cohorts.qualified("handed_over", "", *span, ("source", "industry"))
    assert assigned == ("L-0", NOW, ("web", "教育"), time_of(at + 5))
    (hottest,) = cohorts.qualified("hot", "", *span, ())
    assert hottest == ("L-1", NOW, (), time_of(at + 7))
    assert cohorts.first_qualified("handed_over", "") == time_of(at + 5)
    assert cohorts.first_qualified("hot", "upsell") == time_of(at + 1)
    assert cohorts.first_qualified("hot", "renewal") is None
    assert cohorts.qualified("hot", "", span[1], span[1], ()) == []
    engine.dispose()


def test_the_newest_summary_counts(url: str) -> None:
    engine = made(url)
    summaries, later = Summaries(engine), NOW + timedelta(minutes=1)
    summaries.put("one", "", [1], NOW)
    summaries.put("one", "upsell", [2], NOW)
    summaries.put("one", "", [3], later)
    assert summaries.read("one", "", list[int], later) == [3]
    assert summaries.read("one", "upsell", list[int], later) == [2]
    assert summaries.read("two", "", list[int], later) is None
    assert summaries.read("one", "", list[int], later + OLDEST) == [3]
    assert summaries.read("one", "", list[int], later + OLDEST + timedelta(seconds=1)) is None
    engine.dispose()
