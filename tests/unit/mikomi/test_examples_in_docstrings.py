"""The examples of everything public in `mikomi` run, on the company that these tests share."""

import doctest
from functools import cache, partial
from inspect import getmembers, isclass, isfunction
from pathlib import Path
from typing import Any

import pytest

import mikomi
from mikomi.explained import ExplainedLeads
from mikomi.judging import Evaluated
from models.estimator.lead_classifier import LeadEstimator
from models.evaluation.settings import EvaluationSettings
from tests.bench import QUICK, Bench
from tests.docs.test_blocks import ROOT

PUBLIC = {name: getattr(mikomi, name) for name in mikomi.__all__}
PUBLIC |= {"Evaluated": Evaluated, "ExplainedLeads": ExplainedLeads}
"""What `mikomi` offers, and what its functions return."""
OURS = ("mikomi.", "models.")
METHODS = {
    f"{owner}.{name}": one
    for owner, public in PUBLIC.items()
    if isclass(public)
    for name, one in getmembers(public, isfunction)
    if one.__module__.startswith(OURS) and not name.startswith("_")
}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def names_of(bench: Bench, monkeypatch: pytest.MonkeyPatch, new: Path) -> dict[str, Any]:
    """Return what the examples use; what would take long is made smaller."""
    settings = EvaluationSettings(redraws=5, learning_fractions=(), explained_rows=100)
    smaller = {
        "read": lambda *_: bench.company,
        "load": lambda *_: bench.model.model,
        "evaluate": cache(partial(mikomi.evaluate, settings=settings)),
    }
    for name, one in smaller.items():
        monkeypatch.setattr(mikomi, name, one, raising=False)
    return {
        "mikomi": mikomi,
        "company": bench.company,
        "learning": bench.learning,
        "test": bench.test,
        "drawn": mikomi.Snapshots.drawn(bench.learning.job),
        "model": bench.model,
        "ranking": bench.ranking,
        "settings": QUICK,
        "export": bench.export,
        "new": new / "mapping.yaml",
    }


def failures(name: str, public: object, names: dict[str, Any]) -> list[str]:
    """Run the examples of a docstring; return what differs."""
    shown: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for one in doctest.DocTestFinder(recurse=False).find(public, name, globs=dict(names)):
        for example in one.examples:
            example.options.pop(doctest.SKIP, None)
        runner.run(one, out=shown.append)
    return shown


def test_everything_public_has_examples() -> None:
    without = [
        name
        for name, one in {**PUBLIC, **METHODS}.items()
        if ">>> " not in (one.__doc__ or "") and "; see `" not in (one.__doc__ or "")
    ]
    assert without == []


def test_the_examples_run(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    public = {**PUBLIC, **METHODS}
    own = {"own_feature": mikomi.feature, "LeadEstimator": LeadEstimator}
    names = PUBLIC | own | names_of(bench, monkeypatch, tmp_path)
    differing = [line for name, one in public.items() for line in failures(name, one, names)]
    assert differing == []


def test_an_example_that_is_wrong_would_be_noticed(bench: Bench) -> None:
    def wrong() -> None:
        """Show something else.

        >>> len(company.tables.leads)  # doctest: +SKIP
        3
        """

    assert failures("wrong", wrong, {"company": bench.company})
