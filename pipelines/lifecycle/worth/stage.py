"""Command worth: the money receipt of a quarter, as a page and JSON.

Decided here: the former score is that of the section `incumbent`; recency is the latest activity.
Parts are bands of the score, and attributes of the leads that are asked for; salespeople are a part
only if they are named, because few leads each make every comparison of them chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadInput
from features.tables import Tables
from features.timeline import to_moments
from models.audit.history import ScoreHistory
from models.stats.training_set import Floats
from models.worth import receipt
from models.worth.receipt import Contribution
from pipelines.incumbent import score_history
from pipelines.lifecycle.audit.case import RECENT, AuditedCohort, last_activity
from pipelines.lifecycle.audit.stage import cohort_of, read_tables
from pipelines.lifecycle.worth import lists as weekly
from pipelines.lifecycle.worth.rows import QuarterRows, of_quarter, quarter_of
from pipelines.reports.worth import writing
from pipelines.reports.worth.page import QuarterAccount
from pipelines.run.stage_context import Job
from pipelines.storage.atomic import replacing

FORMER: Final = "incumbent"


@dataclass(frozen=True)
class WorthRequest:
    """Which lists, which quarter, by which parts, and what a call costs.

    Attributes
    ----------
    database, file
        Where the lists are: URL of a server's database, or a file instead.
    quarter
        Such as 2026Q1; None for the newest.
    by
        Attributes of leads by which the extra wins are divided.
    cost_per_call
        In the company's currency; None: not stated.
    """

    database: str
    file: Path | None = None
    quarter: str | None = None
    by: tuple[str, ...] = ()
    cost_per_call: float | None = None


def run(job: Job, request: WorthRequest, as_of: pd.Timestamp) -> dict[str, Any]:
    """Write the receipt of a quarter, and return its facts.

    Parameters
    ----------
    job
        The parameters and places.
    request
        What is asked for.
    as_of
        Up to when outcomes are complete.
    """
    lists = (
        weekly.of_server(job, request.database)
        if request.file is None
        else weekly.of_file(job, request.file)
    )
    tables = read_tables(job) if (job.places.tables / "manifest.json").is_file() else None
    cohort = AuditedCohort(_rule(job, tables), job.params.cohort.target, as_of)
    horizon = pd.Timedelta(job.params.cohort.horizon_days, "D")
    quarter = quarter_of(lists, request.quarter, horizon, as_of)
    orders = _orders(job, tables)
    rows = of_quarter(lists, quarter, cohort, tables, orders)
    parts = _parts(job, rows, tables, request.by)
    about = QuarterAccount(
        quarter=rows.quarter,
        as_of=f"{as_of:%Y-%m-%d}",
        horizon_days=job.params.cohort.horizon_days,
        waiting=rows.waiting,
        former=job.params.incumbent.title,
        cost_per_call=request.cost_per_call,
    )
    done = receipt.receipt(rows.leads)
    with replacing(job.places.worth) as fresh:
        fresh.mkdir()
        facts = writing.write(done, parts, about, fresh, job.params.workspace)
    return facts | {"report": str(job.places.worth / writing.PAGES["en"])}


def _rule(job: Job, tables: Tables | None) -> Any:
    return job.params.cohort.rule if tables is None else cohort_of(job).rule


def _orders(job: Job, tables: Tables | None) -> dict[str, Callable[[pd.DataFrame], Floats]]:
    """Return the orders of other lists, for leads at a moment."""
    if tables is None:
        return {}
    former = score_history.of_job(job)
    orders: dict[str, Callable[[pd.DataFrame], Floats]] = {}
    if former is not None:
        orders[FORMER] = former.at
    index = pd.Index(tables.leads["lead_id"])
    last = last_activity(tables, index)
    if last is not None:
        orders[RECENT] = partial(_at, last, index)
    return orders


def _at(history: ScoreHistory, leads: pd.Index, keys: pd.DataFrame) -> Floats:
    lead = leads.get_indexer(pd.Index(keys["lead_id"])).astype(np.int64)
    return history.at_rows(lead, to_moments(keys["cutoff"]))[0]


def _parts(
    job: Job, rows: QuarterRows, tables: Tables | None, by: tuple[str, ...]
) -> list[Contribution]:
    """Divide the extra wins by band of the score, and by attributes."""
    parts = []
    score = rows.rows["score"].to_numpy(np.float64)
    if np.isfinite(score).any():
        bands = job.params.train.bands
        band = np.where(score >= bands.hot, "hot", np.where(score >= bands.warm, "warm", "cold"))
        parts += receipt.contributions(rows.leads, "band", band)
    for name in by:
        parts += receipt.contributions(rows.leads, name, _attribute(rows, tables, name))
    return parts


def _attribute(rows: QuarterRows, tables: Tables | None, name: str) -> NDArray[np.str_]:
    listed = [] if tables is None else [*tables.attributes(), "owner_id"]
    if tables is None or name not in tables.leads:
        raise BadInput.of(
            f"--by {name}", f"an attribute of the leads: {', '.join(listed)}", "correct --by"
        )
    values = tables.leads.set_index("lead_id")[name].reindex(rows.rows["lead_id"])
    return values.fillna("–").astype("str").to_numpy().astype(np.str_)
