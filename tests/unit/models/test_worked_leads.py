"""A model of worked leads, moved along the chance of being worked: kinds that are seldom worked."""

from dataclasses import replace

import numpy as np

from models.model.lead_model import LeadModel
from models.model.settings import (
    BoosterSettings,
    CalibrationSettings,
    ScorecardSettings,
    TrainSettings,
)
from models.stats.log_odds import expit, logit
from models.stats.training_set import TrainingSet, Values
from models.training import fit_model, worked_leads

SETTINGS = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(penalties=(100.0, 30.0)),
    booster=BoosterSettings(max_trees=1, threads=1),
    calibration=CalibrationSettings(kinds=()),
)
KINDS, FOLDS = 6, 5
NAMES = tuple(f"kind_{n}" for n in range(KINDS))


def leads(rows: int, seed: int) -> tuple[Values, np.ndarray, np.ndarray, np.ndarray]:
    """Draw leads: what they are, whether worked, whether they convert, how likely that is."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2, (rows, KINDS)).astype(np.float32)
    good = values.sum(axis=1) - KINDS / 2
    truth = expit(-3.0 + 0.7 * good)
    return values, rng.random(rows) < expit(1.2 * good - 1.0), rng.random(rows) < truth, truth


def fitted(rows: TrainingSet) -> LeadModel:
    return fit_model.fit(rows, SETTINGS, None, 3)


def taught(seed: int) -> tuple[LeadModel, LeadModel, Values]:
    values, worked, converted, _ = leads(6000, seed)
    mine = np.flatnonzero(worked)
    rows = TrainingSet(
        values[mine],
        converted[mine].astype(np.float64),
        np.arange(len(mine)),
        np.zeros(len(mine), np.int64),
        NAMES,
        np.zeros(KINDS, np.bool_),
    )
    plain = fitted(rows)
    held_out, fold = np.empty(len(rows)), np.arange(len(rows)) % FOLDS
    for one in range(FOLDS):
        made = fitted(rows.take(np.flatnonzero(fold != one)))
        held_out[fold == one] = logit(made.probability(rows.values[fold == one]))
    columns = np.arange(KINDS)
    return plain, worked_leads.teach(plain, rows, held_out, values[~worked], columns), values


def test_kinds_that_are_seldom_worked_are_no_longer_too_high() -> None:
    excess = []
    for seed in range(3):
        plain, made, _ = taught(seed)
        values, worked, _, truth = leads(20_000, seed + 50)
        excess.append(
            [
                float(np.log(one.probability(values[side]).mean() / truth[side].mean()))
                for one in (plain, made)
                for side in (worked, ~worked)
            ]
        )
    plain_worked, plain_others, worked, others = np.mean(excess, axis=0)
    assert plain_others > 0.2
    assert abs(others) < 0.6 * plain_others
    assert abs(worked - plain_worked) < 0.1


def test_nothing_moves_without_others_or_conversions() -> None:
    plain, _, values = taught(9)
    rows = TrainingSet(
        values[:500],
        np.zeros(500),
        np.arange(500),
        np.zeros(500, np.int64),
        NAMES,
        np.zeros(KINDS, np.bool_),
    )
    margin, columns = np.zeros(500), np.arange(KINDS)
    assert worked_leads.teach(plain, rows, margin, values, columns) is plain
    some = replace(rows, label=np.ones(500))
    assert worked_leads.teach(plain, some, margin, values[:0], columns) is plain
