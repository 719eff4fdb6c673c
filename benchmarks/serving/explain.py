"""Exact reasons: state tables against `pred_contrib`, and a million leads ranked with reasons.

Decided here: values are drawn at random for the columns of a real catalog; all CPU figures are of
one thread, in turns in one process; every pair of rivals is compared for equality first. The bars:
20 times `pred_contrib` on the same model, 100 times `pred_contrib` on 31 leaves x 300 trees, 50 us
a lead alone and in batch, 120 CPU seconds for a million leads from features to ranked reasons.
"""

import argparse
import time
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.harness import interleave, write
from features.build import FeatureFrame
from features.catalog.catalog import Catalog, Vocabulary
from features.learn_catalog import catalog_of
from models.artifact.artifact import Artifact
from models.explain.proof import learn_evidence
from models.explain.trees import tree_text
from models.explain.trees.tree_shap_tables import tabulate
from models.model import reference
from models.model.calibration import Calibration
from models.model.interval import ProbabilityInterval
from models.model.lead_model import Counts, LeadModel
from models.model.settings import TrainSettings
from models.scoring.scorer import Scorer
from models.stats.training_set import TrainingSet
from models.training import fit_model
from models.training.combine import Plan

MODELS = {"4 leaves x 800": (4, 800), "6 leaves x 600": (6, 600), "8 leaves x 600": (8, 600)}
LARGE = (31, 300)
SINGLES = 200
Values = NDArray[np.float32]


def company() -> Catalog:
    """Return a catalog of a usual size: six activity types, three topics, two categories."""
    vocabulary = Vocabulary(
        activity_types=("page_view", "email_open", "call", "meeting", "download", "seminar"),
        topics=(("page_view", "pricing"), ("page_view", "cases"), ("download", "whitepaper")),
        valued=(("page_view", "dwell_seconds"),),
        categories={
            "industry": ("製造業", "金融", "小売", "建設", "物流", "医療"),
            "source": ("web", "seminar", "referral", "ad"),
        },
        numbers=("employees",),
    )
    return catalog_of(vocabulary)


def draw(catalog: Catalog, count: int, seed: int) -> Values:
    """Draw values: counts mostly zero, times skewed, some codes, some holes."""
    rng = np.random.default_rng(seed)
    columns = []
    for feature in catalog.features:
        if feature.is_category:
            column = rng.integers(0, 7, count).astype(np.float64)
        elif feature.unit == "count":
            column = rng.poisson(rng.gamma(0.5, 1.5, count)).astype(np.float64)
        else:
            column = rng.exponential(20.0, count)
            column[rng.random(count) < 0.2] = np.nan
        columns.append(column)
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.float32)


def label(values: Values, seed: int) -> NDArray[np.float64]:
    """Draw outcomes that depend on two dozen columns, some of them together."""
    rng = np.random.default_rng(seed)
    known = np.log1p(np.nan_to_num(np.abs(values[:, :: max(1, values.shape[1] // 24)])))
    weight = np.random.default_rng(0).normal(size=known.shape[1])
    margin = (known - known.mean(axis=0)) @ weight + 0.4 * known[:, 0] * known[:, 1] - 2.5
    return (rng.random(len(values)) < 1.0 / (1.0 + np.exp(-margin))).astype(np.float64)


def booster(values: Values, catalog: Catalog, leaves: int, trees: int) -> lightgbm.Booster:
    """Train a booster of a given shape."""
    spelled = {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "feature_fraction": 0.5,
        "verbosity": -1,
        "num_threads": 2,
        "seed": 0,
    }
    data = lightgbm.Dataset(
        values,
        label(values, 1),
        categorical_feature=np.flatnonzero(catalog.categorical).tolist(),
        params={"verbosity": -1},
    )
    trained = lightgbm.train(spelled, data, trees)
    return lightgbm.Booster(model_str=trained.model_to_string())


def compare(name: str, values: Values, catalog: Catalog, few: int) -> dict[str, Any]:
    """Measure one model by tables and by `pred_contrib`, after comparing both."""
    leaves, trees = MODELS[name]
    model = booster(values[:20_000], catalog, leaves, trees)
    parsed = tree_text.parse(model.model_to_string())
    tabulate(parsed)
    begun = time.perf_counter()
    tables = tabulate(parsed)
    built = time.perf_counter() - begun
    assert tables is not None  # noqa: S101
    probe = values[-few:]
    theirs = np.asarray(model.predict(probe, pred_contrib=True, num_threads=1))
    difference = float(np.abs(tables.explain(probe)[0] - theirs[:, :-1]).max())
    assert difference < 1e-9, difference  # noqa: S101
    singles = [values[row : row + 1] for row in range(SINGLES)]
    timed = interleave(
        {
            "tables": lambda: tables.explain(values),
            "single": lambda: [tables.explain(row) for row in singles],
            "pred_contrib": lambda: model.predict(probe, pred_contrib=True, num_threads=1),
        },
        rounds=5,
    )
    batch = timed["tables"].cpu_seconds / len(values) * 1e6
    lightgbms = timed["pred_contrib"].cpu_seconds / few * 1e6
    return {
        "leaves": leaves,
        "trees": trees,
        "pred_contrib_us_per_lead": lightgbms,
        "tables_us_per_lead": batch,
        "tables_single_us_per_lead": timed["single"].cpu_seconds / SINGLES * 1e6,
        "times_pred_contrib": lightgbms / batch,
        "table_megabytes": tables.nbytes / 1e6,
        "build_seconds": built,
        "largest_difference": difference,
    }


def large_model(values: Values, catalog: Catalog, few: int) -> float:
    """Measure `pred_contrib` on the large model: microseconds a lead."""
    model = booster(values[:20_000], catalog, *LARGE)
    timed = interleave(
        {"large": lambda: model.predict(values[:few], pred_contrib=True, num_threads=1)}, rounds=3
    )
    return timed["large"].cpu_seconds / few * 1e6


def artifact(values: Values, catalog: Catalog) -> Artifact:
    """Train a whole model with as many trees as training makes by default."""
    rows = TrainingSet(
        values=values,
        label=label(values, 2),
        lead=np.arange(len(values), dtype=np.int64),
        cutoff=np.zeros(len(values), dtype=np.int64),
        names=catalog.names,
        categorical=catalog.categorical,
    )
    settings = TrainSettings()
    plan = Plan(penalty=3.0, trees=400, learning_rate=0.05)
    parts = fit_model.carry_out(rows, plan, settings, None, 0)
    counts = Counts(len(rows), len(rows), rows.conversions)
    model = LeadModel(
        rows.names,
        rows.categorical,
        parts.scorecard,
        parts.booster,
        replace(parts.weights, scorecard=1.0, trees=1.0),
        Calibration(),
        ProbabilityInterval(),
        counts,
        plan.to_json(),
    )
    return Artifact(
        model,
        catalog,
        reference.learn(model.margin(values)),
        learn_evidence.learn(rows, model, catalog, (settings, None, 0)),
    )


def ranking(made: Artifact, values: Values, leads: int) -> dict[str, Any]:
    """Measure features to ranked list with reasons in both languages, and one lead alone."""
    scorer, catalog = Scorer(made), made.catalog
    keys = pd.DataFrame(
        {
            "lead_id": np.arange(len(values)).astype(str),
            "cutoff": pd.Timestamp("2026-04-01", tz="UTC"),
        }
    )
    frame = FeatureFrame(keys, values, catalog)
    rows = [FeatureFrame(keys[k : k + 1], values[k : k + 1], catalog) for k in range(SINGLES)]
    one = interleave(
        {
            "explain": lambda: [scorer.explainer.explain(row.values) for row in rows],
            "score": lambda: [scorer.score(row).reasons_of(0) for row in rows],
        },
        rounds=5,
    )
    parts = {"score": 0.0, "sentences_and_table": 0.0, "rank": 0.0}
    scores = []
    for _ in range(leads // len(values)):
        begun = time.process_time()
        scored = scorer.score(frame)
        between = time.process_time()
        table = scored.to_frame()
        parts["score"] += between - begun
        parts["sentences_and_table"] += time.process_time() - between
        scores.append(scored.margin)
    begun = time.process_time()
    np.argsort(-np.concatenate(scores), kind="stable")
    parts["rank"] = time.process_time() - begun
    return {
        "leads": leads,
        "features": len(catalog.features),
        "trees": 0 if made.model.booster is None else made.model.booster.trees,
        "reasons_per_lead": float((scored.selected.concept >= 0).sum() / len(values)),
        "cpu_seconds": sum(parts.values()),
        "cpu_seconds_of": parts,
        "explain_one_us": one["explain"].cpu_seconds / SINGLES * 1e6,
        "score_one_with_reasons_us": one["score"].cpu_seconds / SINGLES * 1e6,
        "columns": list(table.columns),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=100_000)
    options = parser.parse_args(argv)
    catalog = company()
    values = draw(catalog, 20_000, 0)
    results = {name: compare(name, values, catalog, 200) for name in MODELS}
    large = large_model(values, catalog, 60)
    for result in results.values():
        result["times_large_pred_contrib"] = large / result["tables_us_per_lead"]
        print({key: round(value, 2) for key, value in result.items()})
    many = draw(catalog, min(options.batch, options.leads), 3)
    ranked = ranking(artifact(values, catalog), many, options.leads)
    print(ranked)
    write(
        "explain",
        {
            "models": results,
            "pred_contrib_31_leaves_x_300_us_per_lead": large,
            "ranking": ranked,
        },
        "lightgbm",
        "numba",
        "numpy",
    )


if __name__ == "__main__":
    main()
