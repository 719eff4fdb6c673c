"""The search: folds in time order with the embargo, settings put where they belong."""

from dataclasses import replace

import numpy as np
import pytest

from features.errors import NotEnoughEvidence
from features.timeline import DAY
from models.stats.training_set import TrainingSet
from pipelines.lifecycle.tune import SEARCHED, time_folds, with_settings
from pipelines.run.params import TrainParams
from tests.small_model import rows


def overlapping(taught: TrainingSet, embargo: int, embargo_of_folds: int) -> bool:
    """Return whether a label that teaches was decided inside the rows that are judged."""
    folds = time_folds(taught, 3, embargo_of_folds)
    return any(
        taught.cutoff[teach].max() + embargo > taught.cutoff[judged].min()
        for teach, judged in folds
    )


def test_every_fold_is_later_than_what_teaches_by_the_embargo() -> None:
    taught = rows(600, seed=3)
    assert len(list(time_folds(taught, 3, 14 * DAY))) == 3
    assert not overlapping(taught, 14 * DAY, 14 * DAY)


def test_folds_without_an_embargo_would_be_noticed() -> None:
    assert overlapping(rows(600, seed=3), 14 * DAY, 0)


def test_rows_without_conversions_cannot_be_searched() -> None:
    taught = rows(200, seed=3)
    with pytest.raises(NotEnoughEvidence, match="no fold"):
        list(time_folds(replace(taught, label=np.zeros(len(taught))), 3, DAY))


@pytest.mark.parametrize("name", SEARCHED)
def test_every_searched_setting_exists_and_can_be_set(name: str) -> None:
    part, field = name.split(".")
    low = SEARCHED[name][0]
    assert getattr(getattr(with_settings(TrainParams(), {name: low}), part), field) == low
