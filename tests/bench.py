"""The lines of a notebook on a small company, trained once for all tests that share it."""

from dataclasses import dataclass
from pathlib import Path

import mikomi
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from pipelines.sample.company import SampleSettings, make
from pipelines.sample.write import write

MAPPING = Path(__file__).parents[1] / "examples" / "sample" / "mapping.yaml"
QUICK = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(max_bins=8, penalties=(30.0,)),
    booster=BoosterSettings(max_trees=10, threads=1),
)
FEATURES = {"windows_days": [30.0, 90.0], "min_support": 20, "max_topics": 2, "sequence_length": 1}
POINTS = str(MAPPING.with_name("scorecard.yaml"))
COHORT = {"horizon_days": 90, "every_days": 56, "early_age_hours": (24.0,)}


@dataclass
class Bench:
    """A company, its snapshots, a model and the ranking by it."""

    export: Path
    company: mikomi.Company
    learning: mikomi.Snapshots
    test: mikomi.Snapshots
    model: mikomi.LeadClassifier
    ranking: mikomi.RankedTable


def trained(folder: Path) -> Bench:
    """Write an export into a folder, read it, and train on it."""
    write(make(SampleSettings(leads=500, seed=5)), folder / "export")
    company = mikomi.read(MAPPING, {"features": FEATURES})
    learning, test = company.snapshots("won", **COHORT).split()
    model = mikomi.LeadClassifier(points=POINTS, settings=QUICK)
    model.fit(learning.features(), learning.label)
    return Bench(folder / "export", company, learning, test, model, company.rank(model))
