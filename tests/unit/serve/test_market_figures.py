"""The figures of funnel and channels: what qualifies a lead, summaries, and their renewal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, insert, update

from serve.insight.deal_flow import QUALIFIED
from serve.ranking.channels import ChannelsFigures, channels_of
from serve.ranking.funnel import FunnelFigures, QualifiedSetting, funnel_of
from serve.ranking.market_summaries import MarketFigures, Renewal
from serve.store.engine import moment
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.summaries import OLDEST, Summaries
from serve.store.schema_versions import made
from serve.store.tables import LEAD_STEPS, STANDINGS
from serve.store.team_tables import HOT_MOMENTS, SUMMARIES
from serve.wire.team.standing import Deal, StageEntry
from tests.clocked import NOW

DAY = timedelta(days=1)
LEADS = 8


def deals_of(n: int, at: Any) -> list[Deal]:
    """Two of eight leads were won, one was lost, the others have no deal."""
    ends: dict[int, Any] = {0: "won", 1: "won", 2: "lost"}
    if n not in ends:
        return []
    stages = [StageEntry(stage=one, at=at + k * DAY) for k, one in enumerate(("opened", ends[n]))]
    end = stages[-1]
    return [
        Deal(
            deal_id="",
            stage=end.stage,
            stage_since=end.at,
            opened_at=at,
            amount=9.0,
            decided=ends[n],
            stages=stages,
        )
    ]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Leads that came in 300 days ago; they became hot, and some were assigned, soon after."""
    engine, created = made("sqlite://"), NOW - 300 * DAY
    rows = []
    for n in range(LEADS):
        deals = deals_of(n, created + 9 * DAY)
        rows.append(
            {
                "lead_id": f"L-{n}",
                "standing": {"won": "customer", "lost": "lost"}.get(
                    str(deals[0].decided if deals else ""), "call"
                ),
                "moved_at": moment(deals[0].stage_since if deals else created),
                "deals": msgspec.json.encode(deals).decode(),
                "owner_id": "sato" if n % 2 else "abe",
                "source": "web",
                "attributes": '{"industry":"製造業","campaign":"spring"}',
                "searched": "",
                "created_at": moment(created),
            }
        )
    hot = [
        {"lead_id": f"L-{n}", "target": "", "at": moment(created + 5 * DAY), "probability": 0.5}
        for n in (0, 1, 4, 5)
    ]
    steps = [
        {
            "lead_id": f"L-{n}",
            "kind": "assigned",
            "owner_id": "sato",
            "at": moment(created + 7 * DAY),
        }
        for n in (0, 6)
    ]
    early = moment(NOW - 700 * DAY)
    with engine.begin() as connection:
        connection.execute(insert(STANDINGS), rows)
        connection.execute(insert(HOT_MOMENTS), [*hot, hot[0] | {"lead_id": "X", "at": early}])
        connection.execute(insert(LEAD_STEPS), [*steps, steps[0] | {"lead_id": "X", "at": early}])
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("setting", "leads", "of_all", "opened"),
    [("hot", 4, 0.5, 0.5), ("handed_over", 2, 0.25, 0.5), ("automatic", 2, 0.25, 0.5)],
)
def test_the_step_of_qualified_leads_follows_the_setting(
    engine: Engine, setting: QualifiedSetting, leads: int, of_all: float, opened: float
) -> None:
    funnel = funnel_of(Cohorts(engine), "", setting, NOW)
    assert funnel.qualified.rule == ("hot" if setting == "hot" else "handed_over")
    step, opening = funnel.steps[1][0], funnel.steps[2][0]
    assert (step.name, step.leads) == (QUALIFIED, leads)
    assert step.of_all is not None
    assert step.of_all.value == of_all
    assert step.days == (5.0 if setting == "hot" else 7.0)
    assert opening.leads == 3
    assert opening.of_before is not None
    assert opening.of_before.value == opened, "of the qualified leads"
    for by, names in (("source", {"web"}), ("industry", {"製造業"}), ("owner_id", {"sato", "abe"})):
        groups = funnel.groups[by]
        assert {one.name for one in groups} == names
        counts = [round(one.qualified.value * one.leads) for one in groups if one.qualified]
        assert sum(counts) == leads


def test_hand_overs_count_only_if_they_were_recorded_for_all_these_leads(engine: Engine) -> None:
    with engine.begin() as connection:
        late = moment(NOW - 10 * DAY)
        connection.execute(update(LEAD_STEPS).values(at=late))
    funnel = funnel_of(Cohorts(engine), "", "automatic", NOW)
    assert funnel.qualified.rule == "hot"
    stated = funnel_of(Cohorts(engine), "", "handed_over", NOW)
    assert stated.qualified == ("handed_over", NOW - 10 * DAY)
    assert [one.name for one, _ in stated.steps if one.name == QUALIFIED] == []
    assert all(one.qualified is None for one in stated.groups["source"])
    assert all(one.qualified is None for one in stated.months), "no whole month yet"


def test_a_summary_gives_the_figures_back(engine: Engine) -> None:
    cohorts, summaries = Cohorts(engine), Summaries(engine)
    figures = MarketFigures(cohorts, summaries)
    figures.store("", "hot", NOW)
    later = NOW + timedelta(minutes=5)
    assert figures.funnel("", "hot", later) == funnel_of(cohorts, "", "hot", NOW)
    assert figures.channels("", later) == channels_of(cohorts, "", NOW)
    (channel,) = figures.channels("", later).groups["campaign"]
    assert (channel.name, channel.leads, channel.outcomes.won) == ("spring", LEADS, 2)
    assert figures.funnel("", "handed_over", later).at == later, "another setting is computed"
    old = NOW + OLDEST + DAY / 24
    assert figures.funnel("", "hot", old).at == old, "nobody renews it"
    with engine.begin() as connection:
        connection.execute(update(SUMMARIES).values(body='{"at": 1}'))
    assert summaries.read("channels", "", ChannelsFigures, later) is None, "another version's"
    assert summaries.read("funnel hot", "", FunnelFigures, later) is None


class Counting:
    """Figures whose computation takes as long as is said."""

    def __init__(self) -> None:
        self.at, self.took, self.stored = 0.0, 0.0, 0

    def store(self, *_: Any) -> None:
        self.stored += 1
        self.at += self.took

    def clock(self) -> float:
        return self.at


@pytest.mark.parametrize(
    ("took", "seconds", "changed", "renewed"),
    [
        (0.0, 4.0, True, False),
        (0.0, 6.0, True, True),
        (0.0, 3_500.0, False, False),
        (0.0, 3_700.0, False, True),
        (3.0, 30.0, True, False),
        (3.0, 70.0, True, True),
    ],
    ids=["too soon", "changed", "unchanged", "an hour", "costs too much", "a share of the time"],
)
def test_figures_are_renewed_when_leads_changed_and_at_little_cost(
    took: float, seconds: float, *, changed: bool, renewed: bool
) -> None:
    counting = Counting()
    renewal = Renewal(counting, "automatic", counting.clock)  # type: ignore[arg-type]
    counting.took = took
    assert renewal.step([""], NOW, changed=False), "at once after the start"
    counting.took = 0.0
    assert not renewal.step([""], NOW, changed=changed)
    counting.at += seconds
    assert renewal.step([""], NOW, changed=False) is renewed
    assert counting.stored == 1 + renewed
