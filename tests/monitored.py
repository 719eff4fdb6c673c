"""A champion taught by a company that stands still, and runs of the monitor on other companies."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from features import build, labels, learn_catalog, snapshots
from features.catalog.catalog import CatalogSettings
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, from_moments, to_moments
from models.artifact.artifact import Artifact
from models.explain.proof import learn_evidence
from models.explain.proof.evidence import Evidence
from models.model import reference
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from models.monitoring.age_matching import MonitoredRows
from models.monitoring.findings import MonitorReport
from models.monitoring.matured import calibrated
from models.monitoring.run import watch
from models.monitoring.settings import MonitorSettings
from models.stats.training_set import TrainingSet
from models.training import fit_model
from pipelines.lifecycle.monitor.matured import answered, matured_scores
from pipelines.lifecycle.monitor.rows import Moment, gather
from pipelines.sample.facets import seasons
from pipelines.sample.facets.seasons import START_MOMENT
from tests.still_companies import company, until

RULE = CohortRule(every_days=28, early_age_hours=(24,))
TARGET = Target("won", 90.0)
SPAN = 28 * DAY
LEARNED_MONTH = 12
LEARNED = START_MOMENT + seasons.days_in(LEARNED_MONTH) * DAY
LAST = LEARNED - TARGET.horizon
FIRST = START_MOMENT + SPAN
QUICK = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(penalties=(10.0,)),
    booster=BoosterSettings(max_trees=12, patience=4, threads=1),
)
USUAL = MonitorSettings()
CATALOG = CatalogSettings(windows_days=(7.0, 30.0), max_topics=4, sequence_length=1)


@cache
def champion(leads: int = 4000, seed: int = 900) -> Artifact:
    """Train on the first year of a still company; its reasons are left unproven."""
    return taught_by(company(leads, seed, LEARNED_MONTH).tables())


def taught_by(tables: Tables) -> Artifact:
    """Train on what was known after the first year."""
    tables = until(tables, LEARNED)
    end = from_moments(np.array([LEARNED]))[0]
    rows = snapshots.draw(tables, RULE, end)
    label = labels.attach(rows, tables.outcomes, TARGET, end)
    rows, label = rows[label.notna()].reset_index(drop=True), label.dropna()
    catalog = learn_catalog.learn(tables, rows, CATALOG)
    taught = TrainingSet.from_frame(build.build(tables, rows, catalog), label.to_numpy())
    model = fit_model.fit(taught, QUICK, seed=0)
    binning = learn_evidence._binning(taught, 0)
    counts = learn_evidence._counts(taught, binning)
    return Artifact(
        model,
        catalog,
        reference.learn(model.margin(taught.values)),
        Evidence(binning, *counts, (), {}),
        {"learned_until": end.isoformat()},
    )


def day(month: int, days: int = 0) -> int:
    """Return the moment some days after the beginning of a month since the start."""
    return START_MOMENT + (seasons.days_in(month) + days) * DAY


def both_at(
    tables: Tables, at: int, model: Artifact
) -> tuple[MonitoredRows, np.ndarray, Mapping[str, int]]:
    """Read today's rows and the reference of a company at a moment."""
    gathered = gather([until(tables, at)], model, RULE, Moment(at, FIRST, LAST, SPAN))
    cutoff = to_moments(pd.concat(gathered.rows, ignore_index=True)["cutoff"])
    return gathered.whole(model), cutoff, gathered.newest


def watched(
    tables: Tables, at: int, settings: MonitorSettings = USUAL, model: Artifact | None = None
) -> MonitorReport:
    """Run the monitor on a company as it was known at a moment."""
    model = model or champion()
    known = until(tables, at)
    gathered = gather([known], model, RULE, Moment(at, FIRST, LAST, SPAN))
    cutoff = to_moments(pd.concat(gathered.rows, ignore_index=True)["cutoff"])
    rows = answered([known], model, RULE, (LEARNED, at, SPAN))
    predictions = matured_scores(rows, known.outcomes, TARGET, from_moments(np.array([at]))[0])
    calibration = calibrated(predictions, "snapshots", settings)
    heard = (gathered.newest, gathered.strange())
    return watch(gathered.whole(model), cutoff, model, heard, calibration, settings)
