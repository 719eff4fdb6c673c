"""The main job on the sample company, by the command line, and the hashes of all that it writes.

Decided here: params.yaml of the repository with fewer folds, penalties, trees and redraws, as a
freeze need not be a good model. At 1,000 leads these rules keep the scorecard alone, so a second
training without the hand-given points stands beside it, whose model has trees.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pandas as pd
import yaml

from pipelines.__main__ import main
from tests.golden import digests

ROOT: Final = Path(__file__).parents[2]
LEADS, SEED = 1_000, 7
STAGES: Final = ("ingest", "snapshot", "featurize", "train", "evaluate", "leaks", "promote", "card")
_COMPUTED: Final = tuple(
    f"data/sample/export/contact_truth.parquet {column}"
    for column in ("probability", "probability_if_contacted")
)
"""Probabilities in a table whose other columns no CPU decides."""
_QUICK: Final[dict[str, dict[str, Any]]] = {
    "train": {
        "folds": 2,
        "scorecard": {"penalties": [3000.0, 300.0]},
        "booster": {"max_trees": 60, "patience": 15, "learning_rate": 0.1},
    },
    "evaluate": {"redraws": 100, "learning_fractions": [0.3]},
    "promote": {"confidence": 0.0},
}
_WITH_TREES: Final[dict[str, Any]] = {
    "points": None,
    "scorecard": {"penalties": [3000.0]},
    "proof": {"error_rate": 0.5},
}
MAIN, TREES = Path("artifacts/sample/model"), Path("artifacts/trees/model")
Items = dict[str, str]


def mikomi(*words: str) -> None:
    """Run the command line here, in this process.

    Raises
    ------
    RuntimeError
        If it does not end well.
    """
    with patch.object(sys, "argv", ["mikomi", *words]):
        try:
            code = main()
        except SystemExit as end:
            code = int(end.code or 0)
    if code:
        raise RuntimeError(f"`mikomi {' '.join(words)}` ended with {code}")


def make() -> None:
    """Run the whole job in the working folder: export, stages, ranking, the model with trees."""
    shutil.copytree(ROOT / "examples" / "sample", "examples/sample")
    params = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    for section, changed in _QUICK.items():
        params[section] |= changed
    _write("params.yaml", params)
    trees = params | {"workspace": "trees", "train": params["train"] | _WITH_TREES}
    _write("trees.yaml", trees)
    mikomi("sample", "--leads", str(LEADS), "--seed", str(SEED), "--out", "data/sample/export")
    for stage in STAGES:
        mikomi(stage)
    mikomi("score")
    mikomi("score", "--out", "scores.csv")
    with Path("mapping.schema.json").open("w", encoding="utf-8") as file, redirect_stdout(file):
        mikomi("schema")
    Path("data/trees").symlink_to("sample")
    mikomi("train", "--params", "trees.yaml")
    mikomi("score", "--params", "trees.yaml", "--model", str(TREES), "--out", "scores-trees.csv")


def _write(name: str, params: dict[str, Any]) -> None:
    Path(name).write_text(yaml.safe_dump(params, allow_unicode=True), "utf-8")


def everywhere() -> Items:
    """Return the hashes of what no CPU decides: counts, moments, texts, words."""
    data = Path("data/sample")
    items = {path.as_posix(): digests.of_bytes(path.read_bytes()) for path in _all(data, "*.csv")}
    inputs = [path for path in _all(data / "export", "*.parquet") if path.stem != "truth"]
    parts = [*_all(data / "tables", "*.parquet"), *_all(data / "snapshots", "*.parquet")]
    for path in [*inputs, *parts]:
        items |= _columns(path)
    items = {name: digest for name, digest in items.items() if name not in _COMPUTED}
    facts = [*_all(data, "*.json"), Path("mapping.schema.json")]
    return items | {path.as_posix(): digests.of_facts(path) for path in facts}


def _columns(path: Path) -> Items:
    return {
        f"{path.as_posix()} {name}": digest for name, digest in digests.of_columns(path).items()
    }


def here() -> Items:
    """Return the hashes of what floats decide: features, models, reports, rankings."""
    items = {"data/sample/export/truth": digests.of_table(Path("data/sample/export/truth.parquet"))}
    of_test = _columns(Path("data/sample/export/contact_truth.parquet"))
    items |= {name: of_test[name] for name in _COMPUTED}
    for path in _all(Path("data/sample/features"), "*.parquet"):
        for view, digest in digests.of_views(path).items():
            items[f"{path.as_posix()} {view}"] = digest
    for path in _outputs():
        is_table = path.suffix == ".parquet"
        items[path.as_posix()] = (
            digests.of_table(path) if is_table else digests.of_bytes(path.read_bytes())
        )
    return items


def figures() -> dict[str, float]:
    """Return figures that say, on a machine with other floats, whether the model is the same."""
    metrics = json.loads(Path("artifacts/sample/evaluation/metrics.json").read_text("utf-8"))
    values = {name: metrics[name] for name in ("auc", "log_loss")}
    for name in ("scores", "scores-trees"):
        ranking = pd.read_csv(f"{name}.csv").sort_values("lead_id")
        chosen = ranking.iloc[:: len(ranking) // 10].head(10)
        pairs = zip(chosen["lead_id"], chosen["probability"], strict=True)
        values |= {f"{name} {lead_id} probability": value for lead_id, value in pairs}
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def _outputs() -> Iterator[Path]:
    """List all that the job leaves but the registry, whose runs have clocks and ids of chance."""
    for path in [*_all(Path("artifacts"), "*"), *_all(Path(), "scores*.csv")]:
        if path.is_file() and path.parts[:2] != ("artifacts", "mlflow"):
            yield path


def _all(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.rglob(pattern) if folder != Path() else folder.glob(pattern))
