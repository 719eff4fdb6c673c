"""Counts of leads by source, owner and attribute, the same on SQLite and PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from serve.store.engine import made, moment
from serve.store.ranking.cohorts import Cohorts
from serve.store.tables import STANDINGS
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
    assert cohorts.dealt(edges[0], edges[-1], by) == []
    assert cohorts.lost_deals(edges[0]) == []
    assert cohorts.sleeping(edges[0]) == (0, 0)
    engine.dispose()
