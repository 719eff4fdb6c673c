"""A champion of many trees for the benchmarks of speed, in place of the demo's own.

    python -m benchmarks champion_of_trees

Decided here: held-out data may find few trees, or none, worth growing on the sample company, and a
speed without trees says little about other companies. So as many trees as are wanted are grown on
the champion's scorecard, at a rate so small that every one has all its leaves; what they add to the
quality is not the question. The model is registered and crowned as any other, so that server, batch
and peers use it; `make demo` or `mikomi rollback` brings the former champion back.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks import champion
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.model import reference
from models.model.lead_model import Weights
from models.registry.registry import Registry
from models.registry.registry_types import Run
from models.training import fit_model, tree_growth
from pipelines.run.params_file import load
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.stages import promote, train
from serve.processes.follow import follow

ROOT: Final = Path(__file__).parents[2]
MADE: Final = ROOT / "artifacts" / "bench" / "champion_of_trees"
TREES: Final = 400
LEAVES: Final = 8
RATE: Final = 0.01


def main(arguments: list[str] | None = None) -> None:
    """Grow the trees, register the model and make it the champion; `make demo` first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.champion_of_trees")
    parser.add_argument("--trees", type=int, default=TREES)
    options = parser.parse_args(arguments)
    job = Job(load(ROOT / "params.yaml"), Workspace("sample", ROOT))
    registry = Registry(job.params.registry, job.places.registry)
    made = with_trees(job, artifact.load(job.places.model), options.trees)
    version = registry.register(
        train.log(job, Run(artifact.save(MADE, made), name=f"{options.trees} trees")), MADE
    )
    registry.crown(version, {"verdict": "promoted", "grounds": "many trees, for benchmarks"})
    promote.take_up(job, registry)
    champion.SERVED.mkdir(parents=True, exist_ok=True)
    follow(registry, champion.SERVED)
    print(f"champion {version.number}: {champion.size(made.model)}")


def with_trees(job: Job, trained: Artifact, trees: int) -> Artifact:
    """Put so many trees on the scorecard of a model, and measure open leads anew."""
    rows, catalog = train.learning_rows(job)
    settings, seed = job.params.train, job.params.train.seed
    rows = fit_model.learnable(rows, settings, seed)
    start = trained.model.scorecard.margin(rows.values)
    booster = replace(settings.booster, max_leaves=LEAVES)
    model = replace(
        trained.model,
        booster=tree_growth.grow(rows, start, (trees, RATE), booster, seed),
        weights=Weights(1.0, 1.0),
        choices={"plan": "trees of a benchmark"},
    )
    margins, _ = train.open_margins(job, model, catalog)
    return replace(trained, model=model, reference=reference.learn(margins, job.params.train.bands))
