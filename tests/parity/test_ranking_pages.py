"""Pages of the ranking, the same on SQLite and on a real PostgreSQL server."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from serve.errors import BadBody
from serve.store.engine import open_engine, time_of
from serve.store.ranking import hits
from serve.store.ranking.filters import RankingFilter, searched
from serve.store.ranking.ranking import StoredRanking
from serve.store.schema_versions import upgrade
from serve.store.tables import RANKING
from serve.store.text_contains import text_contains

LEADS = 250


def row(n: int) -> dict[str, Any]:
    margin = (-1.5, 0.1, 0.1 + 0.2, 1e-17, 2.0)[n * 7 % 5]
    return {
        "lead_id": f"リード-{n:03d}",
        "rank_key": -margin,
        "probability": 0.5,
        "score": 50.0,
        "band": ("cold", "warm", "hot")[n % 3],
        "trend": "steady",
        "owner_id": None if n % 5 == 0 else f"owner-{n % 2}",
        "source": "web",
        "account_id": None,
        "attributes": '{"industry":"製造業","employees":12.5}',
        "reasons": '[{"code":"c","feature":1,"value":null,"contribution":0.1,"leads":9,'
        '"converted_leads":3}]',
        "searched": searched(f"リード-{n:03d} Ａcme_{n}%"),
        "created_at": n,
        "last_activity_at": None if n % 2 else n,
        "last_activity_type": None,
        "woke_up_at": n if n % 10 == 0 else None,
        "crossed_at": None,
        "band_falls_at": None,
        "as_of": 1_000 + n,
        "model_fingerprint": "f",
    }


@pytest.fixture
def engine(url: str) -> Any:
    opened = open_engine(url)
    upgrade(opened)
    with opened.begin() as connection:
        connection.execute(insert(RANKING), [row(n) for n in range(LEADS)])
    yield opened
    opened.dispose()


def walked(engine: Engine, wanted: RankingFilter, limit: int) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = StoredRanking(engine).page(wanted, cursor, limit)
        ids += [one.lead_id for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(ids)
            return ids


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (RankingFilter(), lambda _: True),
        (RankingFilter(band="hot"), lambda one: one["band"] == "hot"),
        (
            RankingFilter(owner_id="owner-1", band="cold"),
            lambda one: one["owner_id"] == "owner-1" and one["band"] == "cold",
        ),
        (RankingFilter(q="ACME_1%"), lambda one: "acme_1%" in one["searched"]),
    ],
)
def test_pages_are_the_whole_ranking_once(engine: Engine, wanted: RankingFilter, fits: Any) -> None:
    rows = sorted(
        (one for n in range(LEADS) if fits(one := row(n))),
        key=lambda one: (one["rank_key"], one["lead_id"]),
    )
    for limit in (7, 50, LEADS):
        assert walked(engine, wanted, limit) == [one["lead_id"] for one in rows]


def test_a_page_goes_on_where_it_was_though_leads_were_added(engine: Engine) -> None:
    ranking = StoredRanking(engine)
    first = ranking.page(RankingFilter(), None, 20)
    with engine.begin() as connection:
        hotter = row(900) | {"rank_key": -99.0}
        connection.execute(insert(RANKING), [hotter])
    rest = ranking.page(RankingFilter(), first.next_cursor, LEADS)
    shown_ids = [one.lead_id for one in (*first.rows, *rest.rows)]
    assert len(shown_ids) == len(set(shown_ids)) == LEADS


def test_one_row_has_its_moments_and_values(engine: Engine) -> None:
    one = StoredRanking(engine).one(" リード-010 ")
    assert one is not None
    assert one.attributes == {"industry": "製造業", "employees": 12.5}
    assert one.reasons[0].value is None
    assert one.as_of.isoformat() == "1970-01-01T00:00:00.001010+00:00"
    assert one.woke_up_at is not None
    assert StoredRanking(engine).one("nobody") is None


def test_the_place_of_a_lead_is_among_all_that_are_open_now(engine: Engine) -> None:
    ranking = StoredRanking(engine)
    margins = [one.margin for one in ranking.page(RankingFilter(), limit=1_000).rows]
    one = ranking.one("リード-010")
    assert one is not None
    place = ranking.place(" リード-010 ")
    assert place == (sum(margin > one.margin for margin in margins) + 1, LEADS)
    assert 1 < place.number < LEADS
    assert ranking.place("nobody") is None


@pytest.mark.parametrize("cursor", ["x", "!", "bm8", "é", "W10"])
def test_a_made_up_cursor_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(BadBody, match="cursor"):
        StoredRanking(engine).page(RankingFilter(), cursor)
    with pytest.raises(BadBody, match="limit"):
        StoredRanking(engine).page(RankingFilter(), None, 0)


@pytest.mark.parametrize("near", [0, 5_000], ids=["all are looked at", "the hottest are enough"])
@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (RankingFilter(q="acme_1", band="hot"), lambda one: "acme_1" in one["searched"]),
        (RankingFilter(attributes={"industry": "製造業"}), lambda _: True),
        (RankingFilter(attributes={"industry": "製造"}), lambda _: False),
        (
            RankingFilter(q="acme_7%", q_owners=frozenset(["owner-1"])),
            lambda one: one["owner_id"] == "owner-1" or "acme_7%" in one["searched"],
        ),
        (RankingFilter(q="ACME_1", woke_since=time_of(100)), lambda one: one["woke_up_at"] or 0),
    ],
    ids=["text and band", "attribute", "part of a value", "text or owner", "moment"],
)
def test_a_search_is_counted_and_walked_in_one_look(
    engine: Engine, wanted: RankingFilter, fits: Any, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hits, "NEAR", near)
    rows = [one for n in range(LEADS) if fits(one := row(n))]
    if wanted.woke_since is not None:
        rows = [one for one in rows if one["woke_up_at"] >= 100 and "acme_1" in one["searched"]]
    bands = {band: sum(one["band"] == band for one in rows) for band in ("hot", "warm", "cold")}
    shown = [one for one in rows if wanted.band in (None, one["band"])]
    shown.sort(key=lambda one: (one["rank_key"], one["lead_id"]))
    ids, cursor = [], None
    while True:
        page, counted = StoredRanking(engine).searched(wanted, cursor, 7)
        assert counted == {band: count for band, count in bands.items() if count}
        assert page.total == len(shown)
        ids += [one.lead_id for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert ids == [one["lead_id"] for one in shown]


def test_a_text_is_looked_for_as_it_is(engine: Engine) -> None:
    """The planted fault: signs of LIKE that would find more than was asked for."""
    with engine.connect() as connection:
        for text, times in (("acme_1%", 1), ("acme_1_", 0), ("%", LEADS), ("ACME", 0)):
            query = select(func.count()).where(text_contains(RANKING.c.searched, text))
            assert connection.execute(query).scalar_one() == times, text
            alike = select(func.count()).where(RANKING.c.searched.like(f"%{text}%"))
            assert connection.execute(alike).scalar_one() >= times
