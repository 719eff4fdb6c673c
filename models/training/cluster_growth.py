"""Growing the trees on a Dask cluster, by `lightgbm.dask`.

Decided here: every worker holds a contiguous range of the rows, in their order, and its rank is the
position of its range, so that the same rows on as many workers grow the same trees. On one worker
they are the trees that are grown locally; on several they are as good, not the same, because each
learns the bins of some features from its own rows and draws from its own rows
(benchmark `cluster`). How many trees, at which rate and from which margin is decided before.
Few rows go to few workers. Addresses and ports are removed from the text of the trees.
"""

import io
import re
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import BadInput
from models.model import booster_parameters
from models.model.booster import Booster
from models.model.settings import BoosterSettings
from models.stats.training_set import Floats, TrainingSet

_ROWS_A_WORKER: Final = 10_000
"""From fewer rows a worker would learn poor bins."""
_ALONE: Final = {
    "machines": "",
    "num_machines": "1",
    "local_listen_port": "12400",
    "tree_learner": "serial",
    "time_out": "120",
}
"""What the text of the trees holds if they are grown without a network."""


@dataclass(frozen=True)
class ClusterGrowth:
    """Grows trees on the workers of a cluster; called as `tree_growth.grow` is.

    Attributes
    ----------
    client
        A `distributed.Client` of the cluster.
    rows_a_worker
        The least rows of a worker.
    """

    client: Any
    rows_a_worker: int = _ROWS_A_WORKER

    def __call__(
        self,
        rows: TrainingSet,
        start: Floats,
        growth: tuple[int, float],
        settings: BoosterSettings,
        seed: int,
    ) -> Booster:
        """Grow a number of trees on all rows; the parameters are those of `tree_growth.grow`."""
        workers = self.workers(len(rows))
        trees, learning_rate = growth
        params = booster_parameters.parameters(settings, len(rows), learning_rate, seed)
        params |= booster_parameters.categories(len(rows)) | {
            "max_bin": booster_parameters.bins(len(rows))
        }
        ranges = [(rows.values, rows.label, start), workers]
        text = self._fit(ranges, params | {"n_estimators": trees}, booster_parameters.columns(rows))
        _check(text, len(workers))
        return Booster(without_network(text))

    def workers(self, rows: int) -> list[str]:
        """Choose the workers for that many rows: addresses, in order.

        Raises
        ------
        BadInput
            If the cluster has no worker.
        """
        there = sorted(self.client.scheduler_info(n_workers=-1)["workers"])
        if not there:
            raise BadInput.of("a cluster without workers", "one or more", "start workers")
        return there[: max(1, rows // self.rows_a_worker)]

    def _fit(self, ranges: list[Any], params: dict[str, Any], named: dict[str, Any]) -> str:
        from lightgbm.dask import DaskLGBMClassifier  # noqa: PLC0415 - slow to import, rarely used

        columns, workers = ranges
        del params["num_threads"], params["metric"]
        model = DaskLGBMClassifier(client=_InOrder(self.client), **params)
        with self.client.as_current(), redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Parameter n_jobs will be ignored")
            values, label, start = (self._spread(column, workers) for column in columns)
            model.fit(values, label, init_score=start, **named)
        return str(model.booster_.model_to_string())

    def _spread(self, column: NDArray[Any], workers: list[str]) -> Any:
        """Put one contiguous range of an array on each worker."""
        import dask  # noqa: PLC0415 - as above
        from dask import array  # noqa: PLC0415

        pieces = []
        for piece, worker in zip(np.array_split(column, len(workers)), workers, strict=True):
            held = self.client.scatter(piece, workers=[worker], hash=False)
            pieces.append(array.from_delayed(dask.delayed(held), piece.shape, piece.dtype))
        return array.concatenate(pieces)


class _InOrder:
    """A client whose `who_has` answers in the order of the request, by which workers are ranked.

    `distributed` answers in the order of a set, which differs from run to run.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def who_has(self, futures: list[Any]) -> dict[Any, Any]:
        workers = self._client.who_has(futures)
        return {future.key: workers[future.key] for future in futures}


def _check(text: str, workers: int) -> None:
    """Refuse trees that were grown by another number of workers than received rows."""
    match = re.search(r"^\[num_machines: (\d+)\]$", text, flags=re.MULTILINE)
    grown = int(match[1]) if match else 1
    if grown != workers:
        raise BadInput.of(
            f"trees grown by {grown} workers",
            f"by the {workers} that were given rows",
            "train again when the cluster is at rest",
        )


def without_network(text: str) -> str:
    r"""Return the text of the trees as it is written without a network.

    >>> without_network("[machines: 127.0.0.1:9]\n[num_machines: 2]\n[seed: 7]")
    '[machines: ]\n[num_machines: 1]\n[seed: 7]'
    """
    for name, value in _ALONE.items():
        text = re.sub(rf"^\[{name}: .*\]$", f"[{name}: {value}]", text, flags=re.MULTILINE)
    return text
