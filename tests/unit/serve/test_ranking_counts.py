"""What can be chosen and counted in the ranking, and that a search reads no more than it must."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, Select, select

from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.ranking.counts import RankingCounts
from serve.store.ranking.filters import RankingFilter, conditions
from serve.store.ranking.ranking import StoredRanking
from serve.store.schema_versions import upgrade
from serve.store.tables import RANKING
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted, plant

SOURCES = ("web", "広告", None)
OWNERS = ("sato", "suzuki", None, "Abe")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
    upgrade(engine)
    return engine


@pytest.fixture
def planted(engine: Engine) -> list[Planted]:
    leads = [
        Planted(
            f"L-{n}",
            calls=n,
            owner_id=OWNERS[n % len(OWNERS)],
            attributes={"industry": "it"} | ({"source": source} if source else {}),
        )
        for n, source in ((n, SOURCES[n % len(SOURCES)]) for n in range(12))
    ]
    plant(engine, LoadedModel(served.artifact()), leads, NOW)
    return leads


def test_choices_are_all_values_there_are(engine: Engine, planted: list[Planted]) -> None:
    owners, sources = RankingCounts(engine).choices(RankingFilter())
    assert owners == sorted({one.owner_id for one in planted if one.owner_id})
    assert sources == sorted(
        {str(one.attributes["source"]) for one in planted if "source" in one.attributes}
    )


def test_choices_are_those_of_the_owners_who_are_visible(
    engine: Engine, planted: list[Planted]
) -> None:
    mine = [one for one in planted if one.owner_id in ("sato", None)]
    choices = RankingCounts(engine).choices(RankingFilter(owners=frozenset(["sato", None])))
    assert choices.owners == ["sato"]
    assert choices.sources == sorted({str(one.attributes.get("source", "web")) for one in mine})


def test_an_empty_ranking_has_no_choices(engine: Engine) -> None:
    assert RankingCounts(engine).choices(RankingFilter()) == ([], [])
    assert RankingCounts(engine).bands(RankingFilter()) == {}


@pytest.mark.parametrize("q", ["L-1", "広告", "nothing"])
def test_a_total_counted_by_band_is_the_total_of_the_page(
    engine: Engine, planted: list[Planted], q: str
) -> None:
    wanted = RankingFilter(q=q)
    page, bands = StoredRanking(engine).page(wanted, limit=2), RankingCounts(engine).bands(wanted)
    assert len(planted) > page.total == sum(bands.values())
    assert StoredRanking(engine).page(wanted, limit=2, total=sum(bands.values())) == page


def test_a_search_reads_an_index_and_not_the_reasons(engine: Engine) -> None:
    wanted = RankingFilter(q="L-1", attributes={"industry": "it"}, crossed_since=NOW)
    query = select(RANKING.c.lead_id).where(*conditions(wanted)).order_by(RANKING.c.rank_key)
    assert "COVERING INDEX ix_ranking_narrowing" in _plan(engine, query)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop index ix_ranking_narrowing")
    assert "COVERING" not in _plan(engine, query)


def _plan(engine: Engine, query: Select[tuple[str]]) -> str:
    statement = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"explain query plan {statement}").all())
    engine.dispose()
    return plan
