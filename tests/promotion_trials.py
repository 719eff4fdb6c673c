"""Simulated promotions: models that were trained on little and on much, judged on fresh leads.

Decided here: both models are trained for real on the small company, whose true probabilities are
known, so that which is truly better is known too, and by how much. Each trial draws new leads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from models.evaluation.paired_trial import Trial, TrialRows, trial
from models.evaluation.settings import TrialSettings
from models.stats.metrics import log_loss
from models.stats.training_set import Floats
from models.training import fit_model
from tests.small_model import SETTINGS, rows, true_probability

Judge = Callable[[TrialRows, TrialSettings], Trial]


@dataclass(frozen=True)
class Pair:
    """A worse and a better model, and the true log loss of each."""

    worse: Callable[..., Floats]
    better: Callable[..., Floats]
    worse_loss: float
    better_loss: float


def pair(few: int, many: int, seed: int) -> Pair:
    """Train on few and on many leads; measure both by the truth."""
    sample = rows(40_000, seed=10_000 + seed)
    true = true_probability(sample.values)
    trained = [fit_model.fit(rows(2 * n, seed=seed), SETTINGS, seed=seed) for n in (few, many)]
    losses = [true_loss(model.probability(sample.values), true) for model in trained]
    return Pair(trained[0].probability, trained[1].probability, *losses)


def at_the_bound(one: Pair, allowed: float, seed: int) -> Pair:
    """Make of the better model one that is truly worse by exactly what is allowed: too sure."""
    sample = rows(40_000, seed=10_000 + seed)
    true = true_probability(sample.values)
    known = one.better(sample.values)
    low, high = 1.0, 8.0
    for _ in range(40):
        factor = (low + high) / 2
        worse = true_loss(surer(known, factor), true) > (1.0 + allowed) * one.better_loss
        low, high = (low, factor) if worse else (factor, high)
    loss = true_loss(surer(known, low), true)
    return Pair(lambda values: surer(one.better(values), low), one.better, loss, one.better_loss)


def surer(probability: Floats, factor: float) -> Floats:
    """Multiply the log-odds."""
    odds = np.log(probability) - np.log1p(-probability)
    return np.asarray(1.0 / (1.0 + np.exp(-factor * odds)))


def true_loss(probability: Floats, true: Floats) -> float:
    """Compute the expected log loss, by the true probabilities."""
    both = [np.full(len(true), label) for label in (1.0, 0.0)]
    converted = log_loss(label=both[0], probability=probability, weight=true) * true.mean()
    return float(
        converted
        + log_loss(label=both[1], probability=probability, weight=1.0 - true) * (1.0 - true.mean())
    )


def trials(
    one: Pair, leads: int, seeds: range, judge: Judge = trial
) -> Iterator[tuple[bool, bool]]:
    """Report of every trial whether the truly better model is promoted, and the truly worse."""
    for seed in seeds:
        drawn = rows(2 * leads, seed=20_000 + seed)
        worse, better = one.worse(drawn.values), one.better(drawn.values)
        industry = np.nan_to_num(drawn.values[:, 3], nan=-1).astype(int).astype(np.str_)
        segments = {"industry": industry}
        settings = TrialSettings(redraws=400, seed=seed)
        yield tuple(  # type: ignore[misc]
            not judge(TrialRows(drawn.label, drawn.lead, *sides, segments), settings).grounds
            for sides in ((worse, better), (better, worse))
        )
