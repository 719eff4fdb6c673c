"""A small company for tests of the model's later parts: some features that matter, some noise."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.build import FeatureFrame
from features.catalog.catalog import Catalog, Vocabulary
from features.feature import Feature, Sentence, Text, Unit
from models.artifact.artifact import Artifact
from models.explain.proof import learn_evidence
from models.model import reference
from models.model.lead_model import LeadModel
from models.model.settings import BoosterSettings, TrainSettings
from models.stats.training_set import TrainingSet
from models.training import fit_model

NOISE = 6
SETTINGS = TrainSettings(folds=3, booster=BoosterSettings(max_trees=60, threads=1))


@dataclass(frozen=True)
class SmallModel:
    """A trained model with its training rows."""

    artifact: Artifact
    rows: TrainingSet
    frame: FeatureFrame

    @property
    def model(self) -> LeadModel:
        return self.artifact.model


def _feature(name: str, unit: Unit, concept: str, words: Text) -> Feature:
    view, measure, *window = name.split("__")
    days = float(window[0].removesuffix("d")) if window else None
    none = Text(f"no {words.en}", f"{words.ja}なし")
    sentence = Sentence(Text(f"{words.en}: {{value}}", f"{words.ja}: {{value}}"), none)
    key = concept if unit == "category" else ""
    return Feature(
        name, view, key, measure, days, unit, "nothing", "at once", concept, words, sentence
    )


def catalog() -> Catalog:
    """Return four concepts that matter, and `NOISE` noise concepts, two of them categories."""
    pricing = Text("visits to the pricing page", "料金ページの閲覧")
    noise = [
        _feature(
            f"profile__noise{i}",
            "category" if i < 2 else "number",
            f"noise{i}",
            Text(f"noise {i}", f"雑音{i}"),
        )
        for i in range(NOISE)
    ]
    return Catalog(
        (
            _feature("engagement__pricing_count__7d", "count", "pricing", pricing),
            _feature("engagement__pricing_count__30d", "count", "pricing", pricing),
            _feature("engagement__days_since_last", "days", "recency", Text("last seen", "最終")),
            _feature("profile__industry", "category", "industry", Text("industry", "業種")),
            _feature("profile__employees", "number", "employees", Text("employees", "従業員")),
            *noise,
        ),
        Vocabulary(
            categories={
                "industry": ("製造業", "金融", "小売", "建設"),
                "noise0": tuple("abcdefgh"),
                "noise1": tuple("xyz"),
            }
        ),
    )


def rows(count: int, seed: int, *, labels_are_noise: bool = False) -> TrainingSet:
    """Draw snapshots, two a lead, over 20 cutoffs a week apart."""
    rng = np.random.default_rng(seed)
    names = catalog()
    month = rng.poisson(1.0, count)
    employees = rng.lognormal(4.0, 1.0, count)
    columns = [
        rng.binomial(month, 0.4),
        month,
        rng.exponential(20.0, count),
        rng.integers(0, 5, count),
        np.where(rng.random(count) < 0.2, np.nan, employees),
        rng.integers(0, 9, count),
        rng.integers(1, 4, count),
        *(rng.normal(size=count) for _ in range(NOISE - 2)),
    ]
    values = np.column_stack(columns).astype(np.float32)
    values[rng.random(count) < 0.1, 2] = np.nan
    label = (rng.random(count) < true_probability(values)).astype(np.float64)
    if labels_are_noise:
        label = (rng.random(count) < 0.2).astype(np.float64)
    return TrainingSet(
        values=values,
        label=label,
        lead=np.arange(count, dtype=np.int64) // 2,
        cutoff=(np.arange(count, dtype=np.int64) * 20 // count) * 7 * 86_400_000_000,
        names=names.names,
        categorical=names.categorical,
    )


def true_probability(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probability that the labels are drawn with."""
    week, month, since, industry = (np.nan_to_num(values[:, i], nan=30.0) for i in range(4))
    margin = -2.5 + 0.9 * week + 0.3 * month - 0.03 * since + 1.2 * (industry == 2)
    margin += 0.8 * (week > 1) * (industry == 1)
    return np.asarray(1.0 / (1.0 + np.exp(-margin)), dtype=np.float64)


def frame_of(taken: TrainingSet) -> FeatureFrame:
    """Return the feature frame of some rows."""
    keys = pd.DataFrame(
        {
            "lead_id": [f"L{lead}" for lead in taken.lead],
            "cutoff": pd.to_datetime(taken.cutoff, unit="us", utc=True),
        }
    )
    return FeatureFrame(keys, taken.values, catalog())


@cache
def small_model(count: int = 3000, seed: int = 0, *, labels_are_noise: bool = False) -> SmallModel:
    """Train once for all tests of a process."""
    learning = rows(count, seed, labels_are_noise=labels_are_noise)
    model = fit_model.fit(learning, SETTINGS, seed=seed)
    names = catalog()
    artifact = Artifact(
        model=model,
        catalog=names,
        reference=reference.learn(model.margin(learning.values)),
        evidence=learn_evidence.learn(learning, model, names, (SETTINGS, None, seed)),
        about={"seed": seed},
    )
    return SmallModel(artifact, learning, frame_of(rows(500, seed + 1)))
