"""Leads that nobody worked: weighted, never invented, and unknown where nobody stands for them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from models.contact.rows import ContactRows, Floats
from models.contact.selection import selection, stability


def rows_of(seed: int, leads: int = 8000, steep: float = 2.0) -> tuple[ContactRows, Floats]:
    """Draw leads of whom likely ones are worked; return them, and the labels of all."""
    rng = np.random.default_rng(seed)
    interest = rng.normal(size=leads)
    probability = 1.0 / (1.0 + np.exp(2.0 - interest))
    contacted = rng.random(leads) < 0.05 + 0.9 / (1.0 + np.exp(-steep * interest))
    label = (rng.random(leads) < probability).astype(np.float64)
    known = np.where(contacted, label, np.nan)
    frame = pd.DataFrame({"interest": interest})
    unit = np.arange(leads)
    return ContactRows(frame, contacted, known, unit, None, probability), label


def test_worked_leads_stand_for_the_others() -> None:
    rows, label = rows_of(1)
    done = selection(rows, rows.unit.astype(float), weighted=True)
    worked, others, every = done.groups
    assert done.suffices
    assert others.converted.low <= label[~rows.contacted].mean() <= others.converted.high
    assert worked.converted.value > 2 * others.converted.value
    assert every.converted.low <= label.mean() <= every.converted.high
    assert all(one.excess.low <= 0.0 <= one.excess.high for one in done.groups)


def test_invented_labels_would_be_noticed() -> None:
    """The planted fault: empty labels counted as no conversion make the model look too high."""
    rows, _ = rows_of(1)
    invented = replace(rows, label=np.nan_to_num(rows.label))
    done = selection(invented, rows.unit.astype(float), weighted=False)
    assert done.groups[1].conversions == 0
    assert done.groups[2].excess.low > 0.0


def test_a_model_that_is_wrong_on_others_is_named() -> None:
    rows, _ = rows_of(2)
    assert rows.probability is not None
    low = np.where(rows.frame["interest"] < 0, 0.3 * rows.probability, rows.probability)
    done = selection(replace(rows, probability=low), rows.unit.astype(float), weighted=True)
    assert done.groups[1].excess.high < 0.0


def test_nobody_stands_for_kinds_that_were_never_worked() -> None:
    rows, _ = rows_of(3)
    never = rows.frame["interest"].to_numpy() < 0
    others = replace(
        rows,
        contacted=rows.contacted & ~never,
        label=np.where(rows.contacted & ~never, rows.label, np.nan),
    )
    done = selection(others, rows.unit.astype(float), weighted=True)
    assert done.covered < 0.9
    assert not done.suffices


def test_stability_grows_with_a_shift() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=2000)
    assert stability(first, rng.normal(size=2000)) < 0.02
    assert stability(first, rng.normal(1.0, size=2000)) > 0.5
    assert np.isnan(stability(first, first[:0]))
