"""A leak that was left in the sample company's tables is named; without it nothing is."""

from functools import cache

import numpy as np

from features import build, labels, learn_catalog, snapshots
from features.catalog.catalog import CatalogSettings
from features.labels import Target
from features.snapshots import CohortRule
from features.timeline import from_moments, to_moments
from models.evaluation.single_features import Single, singles, suspects
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff
from models.stats.training_set import TrainingSet
from pipelines import sample

MODEL_AUC = 0.86
"""About the best that can be had from the sample company without a leak."""


@cache
def named(*, with_leaks: bool) -> tuple[Single, ...]:
    company = sample.make(sample.SampleSettings(800, 3))
    tables = company.tables(with_leaks=with_leaks)
    until = from_moments(np.array([company.ends_at]))[0]
    rows = snapshots.draw(tables, CohortRule(every_days=28, early_age_hours=()), until)
    label = labels.attach(rows, tables.outcomes, Target(), until)
    rows, label = rows[label.notna()].reset_index(drop=True), label.dropna()
    split = split_by_cutoff(to_moments(rows["cutoff"]), SplitSettings())
    settings = CatalogSettings(windows_days=(30.0,), min_support=3)
    catalog = learn_catalog.learn(tables, rows.iloc[split.learning], settings)
    frame = build.build(tables, rows, catalog)
    whole = TrainingSet.from_frame(frame, label.to_numpy())
    learning, test = whole.take(split.learning), whole.take(split.test)
    return suspects(singles(learning, test, catalog.features, MODEL_AUC))


def test_every_column_that_was_filled_after_the_win_is_named() -> None:
    suspects = {single.feature: single.grounds for single in named(with_leaks=True)}
    assert {"profile__contract_code", "profile__onboarding_owner"} <= set(suspects)
    assert "filled_later" in suspects["profile__contract_code"]


def test_the_honest_company_has_no_suspects() -> None:
    assert named(with_leaks=False) == ()
