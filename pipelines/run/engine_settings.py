"""Which engine works on the partitions: the section `engine` of params.yaml."""

from dataclasses import dataclass
from typing import Literal

from features.errors import BadParams
from models.stats.limits import Count, Name


@dataclass(frozen=True)
class EngineSettings:
    """What processes the partitions.

    Attributes
    ----------
    kind
        `local`: this process, one partition after the other, with the threads that the kernels
        use. `processes`: so many `workers` on this machine. `dask`: a cluster.
    scheduler
        Address of the cluster, `tcp://host:port`; none starts one on this machine.
    workers
        How many processes, or the processes of a cluster that is started here.
    threads
        Threads of each process that computes features and scores; results do not depend on it.
        Those of LightGBM are `train.booster.threads`.
    """

    kind: Literal["local", "processes", "dask"] = "local"
    scheduler: Name | None = None
    workers: Count = 2
    threads: Count = 2

    def __post_init__(self) -> None:
        """Refuse an address that would never be used, and an engine without workers."""
        if self.kind != "dask" and self.scheduler is not None:
            raise BadParams.of(
                f"scheduler: {self.scheduler} with kind: {self.kind}",
                "an address only for the kind `dask`",
                "set kind: dask, or remove the address",
            )
        if self.workers < 1:
            raise BadParams.of(f"workers: {self.workers}", "at least 1", "correct it")
