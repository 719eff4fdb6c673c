"""The figures that the pages about contact value quote are those of the benchmark."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "benchmarks/results/contact.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["", ".ja"])
def test_pages_quote_the_benchmark(language: str) -> None:
    page = (ROOT / f"docs/how-to/contact-value{language}.md").read_text("utf-8")
    mail, gate = RESULTS["hillstrom"]["mean"], RESULTS["gate"]
    for name in ("contact_value", "probability", "anyone"):
        assert f"{100 * mail[name]:.0f} %" in page
    assert f"{gate['leads']:,}" in page
    assert f"{100 * gate['called']:.0f} %" in page
    others = [gate[name]["not_called"] for name in ("plain", "worked")]
    for value in (others[0]["mean_truth"], *(one["mean_probability"] for one in others)):
        assert f"{100 * value:.1f}" in page


@pytest.mark.parametrize("name", ["gate", "larger_gate"])
def test_empty_labels_that_stay_empty_keep_the_model_calibrated(name: str) -> None:
    plain, worked = (RESULTS[name][labels]["not_called"] for labels in ("plain", "worked"))
    assert worked["ece"] <= worked["ece_floor_95"]
    assert plain["ece"] > plain["ece_floor_95"]


def test_what_the_pages_conclude_holds_in_the_benchmark() -> None:
    assert RESULTS["planted"]["as_many_as_it_helps_of_oracle"] >= 0.95
    for one in RESULTS["nothing"].values():
        silent = one["answers"].get("unknown", 0) + one["answers"].get("none", 0)
        assert silent >= 0.95 * one["worlds"]
