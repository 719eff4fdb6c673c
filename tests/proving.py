"""A workspace of leads and outcomes alone, with a score in a file, weekly lists, and a test."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.run.cohort_params import CohortParams
from pipelines.run.incumbent_params import IncumbentParams
from pipelines.run.params import Params
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.storage import partitions
from pipelines.storage.partitions import Manifest
from tests.incumbent_scores import DAYS, START, company, honest, moment

LEADS = 1500
SEED = 8
END = START + pd.Timedelta(days=DAYS)


def job(root: Path) -> Job:
    """Write the tables, the score and the lists below a directory; return the job."""
    places = Workspace("proof", root)
    one = company(LEADS, SEED, strength=1.2)
    tables = one.tables()
    tables.leads["account_id"] = [f"A{n // 3}" for n in range(LEADS)]
    tables.outcomes["amount"] = 1000.0
    manifest = Manifest(
        name="proof",
        partitions=2,
        observed_until=END.isoformat(),
        attributes={"size": "category"},
        labels={"attributes": {"size": {"en": "Size", "ja": "規模"}}},  # type: ignore[arg-type]
    )
    partitions.write(tables, places.tables, manifest)
    score = honest(one, SEED)
    scores(root / "scores.csv", score)
    lists(root / "lists.csv", one.created, one.end, one.readiness)
    params = Params(
        workspace="proof",
        cohort=CohortParams(every_days=28.0, early_age_hours=()),
        incumbent=IncumbentParams(name="Old", scores=str(root / "scores.csv"), lead="id"),
    )
    backtest = replace(params.backtest, redraws=40, capacity=10)
    return Job(replace(params, backtest=backtest), places)


def scores(path: Path, score: object) -> None:
    lead, day, value = vars(score).values()
    frame = pd.DataFrame({"id": [f"L{n}" for n in lead], "at": moment(day), "score": value})
    frame.to_csv(path, index=False)


def lists(path: Path, created: object, end: object, readiness: object) -> None:
    """Write lists of 13 weeks: 15 leads by a good rank, 10 by lot."""
    rng, rows = np.random.default_rng(SEED), []
    born, died, ready = (np.asarray(one) for one in (created, end, readiness))
    listed: set[int] = set()
    for week in range(13):
        day = 366.0 + 7 * week
        there = np.flatnonzero((born < day) & (died > day))
        there = there[~np.isin(there, list(listed))]  # who was listed has been worked
        order = there[np.argsort(-(ready[there] + 0.3 * rng.standard_normal(len(there))))]
        drawn = rng.choice(order[15:], 10, replace=False)
        at = (START + pd.Timedelta(days=day)).isoformat()
        listed |= {*order[:15].tolist(), *drawn.tolist()}
        rows += [(f"L{n}", at, "rank", 95.0) for n in order[:15]]
        rows += [(f"L{n}", at, "lot", 30.0) for n in drawn]
    columns = ["lead_id", "at", "chosen_by", "score"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
