"""The order is judged by itself, within moments: log loss can fall while the order suffers."""

import numpy as np
import pytest

from models.explain.proof.held_out_loss import Cost, Harm
from models.explain.proof.held_out_order import fall
from models.stats import metrics
from models.stats.auc_error import auc_parts
from models.stats.metrics import margin_log_losses
from models.stats.training_set import Floats
from models.training.gain import error_of_sum

ROWS = 4000
SURE = Cost(-5.0, 1.0, 100.0)


def drawn(seed: int = 0) -> tuple[Floats, Floats]:
    """Draw a signal, and outcomes that follow it."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=ROWS)
    return signal, (rng.random(ROWS) < 1.0 / (1.0 + np.exp(1.0 - signal))) * 1.0


def test_log_loss_can_fall_while_the_order_suffers() -> None:
    signal, label = drawn()
    blurred = signal + np.random.default_rng(1).normal(size=ROWS)
    bold, modest = 4.0 * signal - 1.0, 0.5 * blurred - 1.0
    one = np.zeros(ROWS, dtype=np.int64)
    losses = [margin_log_losses(label=label, margin=each).mean() for each in (bold, modest)]
    assert losses[1] < losses[0]
    total, gain, parts = fall(label, one, bold, modest)
    error = error_of_sum(parts, np.arange(ROWS))
    assert total > 5.0 * error
    order = Cost(total, error, gain)
    assert Harm(SURE, SURE).is_small(0.005)
    assert not Harm(SURE, order).is_small(0.005)
    assert Harm(SURE, SURE._replace(rise=-1.0)).is_small(0.0)
    assert not Harm(order, SURE).is_small(0.005)


def test_a_model_that_is_no_better_than_none_loses_nothing_only_if_it_gains() -> None:
    assert Cost(-2.0, 1.0, -3.0).is_small(0.005)
    assert not Cost(-0.5, 1.0, -3.0).is_small(0.005)
    assert not Cost(0.0, 0.5, 0.0).is_small(1.0)


def test_which_moment_converts_more_often_is_no_order() -> None:
    signal, label = drawn()
    moment = np.repeat(np.arange(4), ROWS // 4)
    label = np.where((moment == 3) & (signal > -1.0), 1.0, label)
    calendar = signal + 3.0 * (moment == 3)
    assert fall(label, moment, calendar, signal)[0] == 0.0
    one = np.zeros(ROWS, dtype=np.int64)
    assert fall(label, one, calendar, signal)[0] > 10.0, "the planted fault: moments are mixed"


def test_a_moment_of_one_outcome_tells_nothing() -> None:
    signal, label = drawn()
    moment = (np.arange(ROWS) < 100).astype(np.int64)
    label = np.where(moment == 1, 0.0, label)
    total, gain, parts = fall(label, moment, signal, -signal)
    rest = moment == 0
    alone = fall(label[rest], moment[rest], signal[rest], -signal[rest])
    assert (total, gain) == alone[:2]
    assert not parts[~rest].any()


def test_the_error_is_that_of_redrawn_leads() -> None:
    signal, label = drawn()
    lead = np.arange(ROWS) // 4
    rng = np.random.default_rng(2)
    rows = np.arange(ROWS).reshape(-1, 4)
    drawn_again = [rows[rng.integers(0, len(rows), len(rows))].ravel() for _ in range(300)]
    auc = [metrics.auc(label=label[one], probability=signal[one]) for one in drawn_again]
    assert error_of_sum(auc_parts(label, signal), lead) == pytest.approx(np.std(auc), rel=0.15)
