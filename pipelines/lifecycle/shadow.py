"""Command shadow: champion and challenger on live leads, once their outcomes have matured.

Decided here: the server's database is read by SQL alone: `shadow_scores` holds the scores of both
for a request, `receipts` which lead and when, `outcomes` what became of it (see
`pipelines.lifecycle.server_database`). A label is missing until its horizon is over, here as
everywhere. The trial is that of `promote`, so its answer is what a promotion on live leads would
say; it promotes nobody.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import text

from features import labels
from features.errors import BadInput, MikomiError
from models.evaluation import paired_trial
from models.evaluation.paired_trial import TrialRows
from pipelines.lifecycle import server_database
from pipelines.run.stage_context import Job
from pipelines.stages.champion_trial import trial_facts
from pipelines.storage.atomic import write_json

_SCORES: Final = (
    "select r.lead_id, r.cutoff, s.probability, s.champion_probability,"
    " s.model_version as challenger, r.model_version as champion"
    " from shadow_scores s join receipts r on r.receipt_id = s.receipt_id"
    " where r.erased_at is null"
    " and s.model_fingerprint = :fingerprint"
)
_NEWEST: Final = (
    "select s.model_fingerprint"
    " from shadow_scores s join receipts r on r.receipt_id = s.receipt_id"
    " where {} order by s.receipt_id desc, s.at desc limit 1"
)


def run(job: Job, database: str, as_of: pd.Timestamp) -> dict[str, Any]:
    """Compare the newest challenger with the champions that it shadowed; return the facts.

    Parameters
    ----------
    job
        Its cohort defines what is predicted.
    database
        URL of the server's database.
    as_of
        Up to when outcomes are complete.
    """
    scores, outcomes = read(job, database)
    label = labels.attach(scores, outcomes, job.params.cohort.target, as_of)
    matured = scores[label.notna()].assign(label=label.dropna())
    held = paired_trial.trial(sides(matured), job.params.promote)
    facts = {
        "challenger": _versions(scores["challenger"]),
        "champions": _versions(scores["champion"]),
        "as_of": as_of.isoformat(),
        "shadowed": len(scores),
        "matured": len(matured),
        "mean_difference": _mean(scores["probability"] - scores["champion_probability"]),
        "mean_probability": {
            "champion": _mean(matured["champion_probability"]),
            "challenger": _mean(matured["probability"]),
            "converted": _mean(matured["label"]),
        },
        "grounds": held.grounds or (held.shown,),
        "passed": not held.grounds,
        **(trial_facts(held) if len(matured) else {}),
    }
    write_json(job.places.shadow, facts)
    names = ("challenger", "champions", "shadowed", "matured", "passed")
    summary = {name: facts[name] for name in names}
    return summary | {"grounds": "; ".join(held.grounds or (held.shown,))}


def read(job: Job, database: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the scores of live leads by both, and their outcomes.

    Parameters
    ----------
    job
        The parameters and places.
    database
        URL of the server's database.

    Raises
    ------
    BadInput
        If no challenger has scored.
    """
    with server_database.connected(database) as connection:
        if not server_database.has_table(connection, "shadow_scores"):
            raise _nothing("no table shadow_scores in the database")
        clause = server_database.target_clause(connection, "receipts", job)
        target = {"target": job.places.target or ""}
        newest = connection.execute(text(_NEWEST.format(clause)), target).scalar()
        if newest is None:
            raise _nothing("no shadow score yet")
        chosen = text(f"{_SCORES} and {clause}")
        scores = pd.read_sql(chosen, connection, params=target | {"fingerprint": newest})
        return server_database.timed(scores, "cutoff"), server_database.outcomes(connection, job)


def sides(rows: pd.DataFrame) -> TrialRows:
    """Return the rows in the form of a trial."""
    return TrialRows(
        rows["label"].to_numpy(np.float64),
        pd.factorize(rows["lead_id"])[0].astype(np.int64),
        rows["champion_probability"].to_numpy(np.float64),
        rows["probability"].to_numpy(np.float64),
        {},
    )


def _versions(numbers: pd.Series) -> str:
    return ", ".join(str(int(one)) for one in sorted(numbers.dropna().unique())) or "unnumbered"


def _mean(values: pd.Series) -> float | None:
    return float(values.mean()) if len(values) else None


def _nothing(observed: str) -> MikomiError:
    return BadInput.of(
        observed,
        "scores of a challenger",
        "start `mikomi serve` with MIKOMI_SHADOW_SHARE=1 and a challenger in the registry",
    )
