"""Whom a score compares with when every lead was decided before observation ended."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.stages import train

END, CUTOFF = pd.Timestamp("2026-03-01", tz="UTC"), pd.Timestamp("2026-01-05", tz="UTC")


@pytest.mark.parametrize(("open_at_end", "at"), [(3, END), (0, CUTOFF)])
def test_the_open_leads_of_the_last_cutoff_stand_in(
    monkeypatch: pytest.MonkeyPatch, open_at_end: int, at: pd.Timestamp
) -> None:
    def margins(job: Any, model: Any, catalog: Any, moment: pd.Timestamp) -> Any:
        del job, model, catalog
        return np.zeros(open_at_end if moment == END else 5)

    cutoffs = pd.DataFrame({"cutoff": [CUTOFF - pd.Timedelta(days=9), CUTOFF]})
    monkeypatch.setattr(train, "_margins_at", margins)
    monkeypatch.setattr(train, "observed_until", lambda _: END)
    monkeypatch.setattr(train.frames, "read_snapshots", lambda *_: cutoffs)
    job: Any = SimpleNamespace(places=SimpleNamespace(tables="tables", snapshots="snapshots"))
    nothing: Any = None
    result, moment = train.open_margins(job, nothing, nothing)
    assert (len(result), moment) == (open_at_end or 5, at)
