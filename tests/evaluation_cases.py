"""Small cases to evaluate: a company with a signal, without one, with a planted leak."""

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog, Vocabulary
from features.feature import Feature, Sentence, Text, Unit
from features.timeline import DAY, from_moments
from models.evaluation import evaluation
from models.evaluation.evaluation import Case, Evaluation
from models.evaluation.settings import EvaluationSettings
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from models.stats import split_plan
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff
from models.stats.training_set import TrainingSet
from models.training import fit_model

HORIZON_DAYS = 30.0
TRAIN = TrainSettings(
    horizon_days=HORIZON_DAYS,
    folds=3,
    scorecard=ScorecardSettings(penalties=(30.0, 3.0)),
    booster=BoosterSettings(max_trees=20, patience=10),
)
SETTINGS = EvaluationSettings(redraws=40, learning_fractions=(0.5,), explained_rows=200)
START = 19_700 * DAY


def feature(name: str, view: str, key: str, unit: Unit) -> Feature:
    words = Text(name, f"特徴 {key}")
    return Feature(
        name=name,
        view=view,
        key=key,
        measure="value",
        window_days=None,
        unit=unit,
        missing_means="not known",
        known_when="always",
        concept=name,
        concept_label=words,
        sentence=Sentence(words, words),
    )


CATALOG = Catalog(
    features=(
        feature("engagement__days_since_last", "engagement", "", "days"),
        feature("engagement__visit_count__30d", "engagement", "visit", "count"),
        feature("profile__industry", "profile", "industry", "category"),
        feature("profile__budget", "profile", "budget", "number"),
    ),
    vocabulary=Vocabulary(
        categories={"industry": ("retail", "<steel>")},
        labels={
            "industry": Text("Industry", "業種"),
            "industry=retail": Text("retail", "小売"),
        },
    ),
)


def rows(*, signal: bool = True, leak: bool = False, seed: int = 0) -> TrainingSet:
    """Make 400 leads with five snapshots each; the fourth feature may be filled after the win."""
    rng = np.random.default_rng(seed)
    leads, each = 400, 5
    lead = np.repeat(np.arange(leads), each)
    cutoff = (
        START + (rng.integers(0, 300, leads)[lead] + 14 * np.tile(np.arange(each), leads)) * DAY
    )
    since, visits = rng.exponential(20, len(lead)), rng.poisson(2.0, len(lead))
    industry = rng.integers(0, 3, leads)[lead].astype(np.float64)
    odds = -1.6 + (0.5 * (visits - 2.0) - 0.06 * (since - 20) + 0.7 * (industry == 1)) * signal
    label = (rng.random(len(lead)) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    budget = rng.normal(size=len(lead))
    if leak:
        budget = np.where(label == 1.0, budget, np.nan)
    values = np.column_stack([since, visits, industry, budget]).astype(np.float32)
    return TrainingSet(values, label, lead, cutoff, CATALOG.names, CATALOG.categorical)


def case_of(whole: TrainingSet, seed: int = 0) -> Case:
    """Train on the earlier rows; the later ones are the test."""
    settings = SplitSettings(horizon_days=HORIZON_DAYS)
    split = split_by_cutoff(whole, settings)
    learning, test = whole.take(split.learning), whole.take(split.test)
    age: NDArray[np.float64] = np.tile([0.1, 1.0, 5.0, 40.0, 100.0], len(whole) // 5)[split.test]
    keys = pd.DataFrame(
        {
            "lead_id": whole.lead.astype(str),
            "cutoff": from_moments(whole.cutoff),
            "kind": "calendar",
        }
    )
    keys["kind"] = "calendar"
    until = keys["cutoff"].max() + pd.Timedelta(days=HORIZON_DAYS)
    return Case(
        model=fit_model.fit(learning, TRAIN, seed=seed),
        catalog=CATALOG,
        learning=learning,
        test=test,
        horizon_days=HORIZON_DAYS,
        train=TRAIN,
        age_days=age,
        plan=split_plan.plan(keys, pd.Series(whole.label), settings, (7.0, 30.0), until),
    )


@cache
def evaluated(kind: str) -> Evaluation:
    """Evaluate `signal`, `noise` or `leak`, once for all tests."""
    whole = rows(signal=kind != "noise", leak=kind == "leak")
    return evaluation.evaluate(case_of(whole), SETTINGS)
