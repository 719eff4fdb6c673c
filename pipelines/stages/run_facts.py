"""What a run of MLflow states besides its parameters: its data, its figures, what it cost.

Decided here: a figure of the model is `test.<metric>`, with the ends of its interval beside it, one
of a baseline `baseline.<name>.<metric>`, so that two runs are compared with what any method reaches
on their data. What a stage cost is a system metric (`system/...`), as MLflow shows those.
"""

import resource
from collections.abc import Mapping

import numpy as np

from features.catalog.catalog import Catalog
from models.registry.registry_types import RunData
from models.stats.metrics import Interval
from models.stats.training_set import TrainingSet
from pipelines.storage.partitions import Manifest

_MEGABYTE = 1024.0


def learned_from(rows: TrainingSet, catalog: Catalog, manifest: Manifest) -> RunData:
    """Describe the rows that a model learns from: its columns, and how many there are of what.

    Parameters
    ----------
    rows
        The rows before the embargo.
    catalog
        The columns of the rows.
    manifest
        Of the tables that the rows were made from.
    """
    converted = rows.label == 1.0
    return RunData(
        columns={one.name: "double" for one in catalog.features},
        profile={
            "snapshots": len(rows),
            "leads": len(np.unique(rows.lead)),
            "converted_snapshots": int(converted.sum()),
            "converted_leads": len(np.unique(rows.lead[converted])),
            **{f"table_{name}_rows": count for name, count in manifest.rows.items()},
        },
    )


def figures(measured: Mapping[str, Mapping[str, Interval]], model: str) -> dict[str, float]:
    """Return the figures of a model and those of its baselines, with their intervals, by name.

    Parameters
    ----------
    measured
        Name of a method -> metric -> value with its interval.
    model
        The name of the model among them.
    """
    named: dict[str, float] = {}
    for method, metrics in measured.items():
        of = "test" if method == model else f"baseline.{method}"
        for metric, one in metrics.items():
            name = f"{of}.{metric}"
            named |= {name: one.value, f"{name}_low": one.low, f"{name}_high": one.high}
    return {name: value for name, value in named.items() if np.isfinite(value)}


def cpu_seconds() -> float:
    """Return the CPU time of this process so far, with that of its finished children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def cost(stage: str, before: float) -> dict[str, float]:
    """Return what a stage cost: CPU seconds, and the most memory that its process has held.

    Parameters
    ----------
    stage
        Its name.
    before
        The CPU time of the process when the stage began.
    """
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE
    return {
        f"system/{stage}_cpu_seconds": cpu_seconds() - before,
        f"system/{stage}_max_memory_megabytes": most,
    }
