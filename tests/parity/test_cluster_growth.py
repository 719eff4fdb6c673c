"""Trees grown by `lightgbm.dask`: on one worker ours to the byte, on more ranked by their rows.

One worker is asked here, over a real address. Of several LightGBM listens on every interface of the
machine, so `benchmarks/quality/cluster.py` measures them on a network of its own.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from distributed import Client

from features.errors import BadInput, BadParams
from models.model.settings import BoosterSettings, TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import cluster_growth, fit_model, tree_growth
from models.training.cluster_growth import ClusterGrowth
from models.training.combine import Plan
from pipelines.run.engine import EngineSettings, growing
from tests.small_model import rows

ONE = BoosterSettings(threads=1)
GROWTH = (12, 0.1)


@pytest.fixture(scope="module")
def client(scheduler: str) -> Iterator[Client]:
    with Client(scheduler, set_as_default=False) as client:
        yield client


def taught() -> tuple[TrainingSet, Floats]:
    """Return rows, and for each a margin to start from."""
    some = rows(1500, 0)
    return some, np.linspace(-3.0, 0.0, len(some))


def test_trees_of_one_worker_are_ours_to_the_byte(client: Client) -> None:
    some, start = taught()
    ours = tree_growth.grow(some, start, GROWTH, ONE, 7)
    assert ours.trees == 12
    assert ClusterGrowth(client)(some, start, GROWTH, ONE, 7).text == ours.text
    assert "127.0.0.1" not in ours.text


def test_a_plan_carried_out_with_a_worker_gives_our_model(client: Client) -> None:
    some, _ = taught()
    plan, settings = Plan(3.0, trees=12, learning_rate=0.1), TrainSettings(folds=2, booster=ONE)
    ours, theirs = (
        fit_model.carry_out(some, plan, settings, None, 1, grow)
        for grow in (tree_growth.grow, ClusterGrowth(client))
    )
    assert ours.booster is not None
    assert theirs.booster == ours.booster
    assert np.array_equal(theirs.margin(some), ours.margin(some))


@pytest.mark.parametrize("fault", ["margin", "seed", "category"])
def test_what_is_lost_on_the_way_would_be_noticed(client: Client, fault: str) -> None:
    some, start = taught()
    ours = tree_growth.grow(some, start, GROWTH, ONE, 7)
    if fault == "margin":
        start = np.zeros_like(start)
    if fault == "category":
        some = TrainingSet(**vars(some) | {"categorical": np.zeros_like(some.categorical)})
    theirs = ClusterGrowth(client)(some, start, GROWTH, ONE, 8 if fault == "seed" else 7)
    assert theirs.text != ours.text


def test_holders_come_in_the_order_of_the_request(client: Client) -> None:
    held = [client.scatter(number, hash=False) for number in range(12)]
    keys = [future.key for future in held]
    assert list(cluster_growth._InOrder(client).who_has(held)) == keys
    plain = [list(client.who_has(held[:n])) for n in range(2, 13)]
    assert plain != [keys[:n] for n in range(2, 13)]


def cluster(*addresses: str) -> Any:
    """Stand in for a client: it knows the addresses of workers."""
    return SimpleNamespace(scheduler_info=lambda **_: {"workers": dict.fromkeys(addresses)})


def test_few_rows_go_to_few_workers_in_the_order_of_addresses() -> None:
    growth = ClusterGrowth(cluster("tcp://c", "tcp://a", "tcp://b"), rows_a_worker=1000)
    assert growth.workers(10) == ["tcp://a"]
    assert growth.workers(2500) == ["tcp://a", "tcp://b"]
    assert growth.workers(90_000) == ["tcp://a", "tcp://b", "tcp://c"]
    with pytest.raises(BadInput, match="without workers"):
        ClusterGrowth(cluster()).workers(10)


def test_trees_of_workers_without_rows_are_refused() -> None:
    cluster_growth._check("[num_machines: 2]\n", 2)
    with pytest.raises(BadInput, match="grown by 1 workers"):
        cluster_growth._check("[num_machines: 1]\n", 2)


def test_workers_need_a_cluster() -> None:
    with growing("here", EngineSettings()) as grow:
        assert grow is tree_growth.grow
    with pytest.raises(BadParams, match=r"train\.grown: workers with engine\.kind: local"):
        growing("workers", EngineSettings()).__enter__()
