"""What a run states: figures of the model and of its baselines, its data, its cost."""

import math

from models.stats.metrics import Interval
from pipelines.stages import run_facts


def test_figures_have_their_intervals_and_baselines_their_names() -> None:
    model = {"auc": Interval(0.8, 0.7, 0.9), "lift": Interval(math.nan, math.nan, math.nan)}
    other = {"auc": Interval(0.6, 0.5, 0.7)}
    assert run_facts.figures({"mikomi": model, "base_rate": other}, "mikomi") == {
        "test.auc": 0.8,
        "test.auc_low": 0.7,
        "test.auc_high": 0.9,
        "baseline.base_rate.auc": 0.6,
        "baseline.base_rate.auc_low": 0.5,
        "baseline.base_rate.auc_high": 0.7,
    }


def test_a_stage_costs_time_and_memory() -> None:
    before = run_facts.cpu_seconds()
    assert sum(number * number for number in range(200_000)) > 0
    cost = run_facts.cost("train", before)
    assert cost["system/train_cpu_seconds"] > 0.0
    assert cost["system/train_max_memory_megabytes"] > 1.0
