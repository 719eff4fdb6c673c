"""Predictions whose horizon is over: those of the server's receipts, or the champion's own.

Decided here: what a server answered is what counts, so its receipts come first: of the champion,
one a lead and day, the first. While too few of them have matured, the champion scores snapshots
from which on it has not learned. Outcomes count that were known by the moment in question;
a label is missing until its horizon is over.
"""

import json
from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import text

from features import build, labels, snapshots
from features.build import CompiledCatalog
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import from_moments, to_moments
from models.artifact.artifact import Artifact
from models.evaluation.from_catalog import segments
from models.model.reference import BANDS
from models.monitoring.matured import MaturedPredictions
from pipelines.lifecycle import server_database
from pipelines.lifecycle.monitor.rows import Moment, known_from

SEGMENT: Final = "="
"""Columns that hold the value of an attribute begin so."""
_RECEIPTS: Final = text(
    "select lead_id, cutoff, answer from receipts"
    " where erased_at is null and answer is not null and model_fingerprint = :fingerprint"
    " and cutoff < :at order by cutoff, receipt_id"
)
_DO: Final = "name it with --database, or leave it out to judge the champion on the tables alone"
_NAMES: Final = ["lead_id", "outcome", "occurred_at", "known_at"]


def read(database: str, fingerprint: str, at: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read what a server answered before a moment, and the outcomes it was sent.

    Parameters
    ----------
    database
        URL of the server's database.
    fingerprint
        Of the champion.
    at
        The moment; receipts of later ones are not read.

    Returns
    -------
    `lead_id`, `cutoff`, `probability`, `band`; and the outcomes.

    Raises
    ------
    BadInput
        If it cannot be reached, or is no server's database.
    """
    moment = int(at.as_unit("us").asm8.astype(np.int64))
    with server_database.connected(database, _DO) as connection:
        values: dict[str, str | int] = {"fingerprint": fingerprint, "at": moment}
        scores = server_database.timed(pd.read_sql(_RECEIPTS, connection, params=values), "cutoff")
        outcomes = server_database.sent_outcomes(connection)
    answers = [json.loads(answer) for answer in scores.pop("answer")]
    scores["probability"] = np.array([one["probability"] for one in answers], np.float64)
    scores["band"] = pd.Series([one["band"] for one in answers], dtype="str")
    first = ~scores.assign(day=scores["cutoff"].dt.floor("D")).duplicated(["lead_id", "day"])
    return scores[first].reset_index(drop=True), outcomes


def with_segments(scores: pd.DataFrame, leads: pd.DataFrame, model: Artifact) -> pd.DataFrame:
    """Add the attributes of the leads that the tables know, in the words of the catalog.

    Parameters
    ----------
    scores
        One row a receipt.
    leads
        The leads of the tables.
    model
        The champion.
    """
    known = leads.drop_duplicates("lead_id").set_index("lead_id")
    for feature in model.catalog.features:
        taught = model.catalog.vocabulary.categories.get(feature.key)
        if feature.view == "profile" and taught is not None and feature.key in known:
            value = (
                known[feature.key].reindex(scores["lead_id"]).reset_index(drop=True).astype("str")
            )
            known_value = value.where(value.isin(taught) | value.isna(), "(other)")
            scores[SEGMENT + feature.key] = known_value.fillna("(missing)")
    return scores


def answered(
    parts: Iterable[Tables], model: Artifact, rule: CohortRule, when: tuple[int, int, int]
) -> pd.DataFrame:
    """Score snapshots of the tables by the champion.

    Parameters
    ----------
    parts
        The partitions of the tables.
    model
        The champion.
    rule
        Which snapshots are drawn.
    when
        From which moment on it has not learned, today, and how far the snapshots lie apart.

    Returns
    -------
    `lead_id`, `cutoff`, `probability`, `band`, and `=attribute` for each segment.
    """
    since, at, span = when
    calendar = Moment(at, since, at - 1, span).rule(rule)
    compiled, end = CompiledCatalog(model.catalog), from_moments(np.array([at - 1]))[0]
    answers = []
    for part in parts:
        rows = snapshots.draw(part, calendar, end)[["lead_id", "cutoff"]]
        values = build.build(part, rows, compiled).values  # noqa: PD011 - not a frame
        band = model.reference.band(model.reference.score(model.model.margin(values)))
        rows = rows.assign(probability=model.model.probability(values), band=np.array(BANDS)[band])
        named = {SEGMENT + name: own for name, own in segments(model.catalog, values).items()}
        answers.append(rows.assign(**named))
    return pd.concat(answers, ignore_index=True)


def matured_scores(
    scores: pd.DataFrame, outcomes: pd.DataFrame, target: Target, until: pd.Timestamp
) -> MaturedPredictions:
    """Attach the labels that are known at a moment, and return what has matured.

    Parameters
    ----------
    scores
        One row a score: `lead_id`, `cutoff`, `probability`, `band`.
    outcomes
        The outcomes.
    target
        What is predicted.
    until
        The moment until which outcomes are complete.
    """
    moment = int(until.as_unit("us").asm8.astype(np.int64))
    heard = outcomes[known_from(outcomes) < moment]
    label = labels.attach(scores, heard, target, until)
    matured = label.notna()
    rows = scores[matured]
    named = [name for name in rows.columns if name == "band" or name.startswith(SEGMENT)]
    columns = {name: rows[name].to_numpy(object).astype(np.str_) for name in named}
    return MaturedPredictions(
        label=label[matured].to_numpy(np.float64),
        probability=rows["probability"].to_numpy(np.float64),
        lead=pd.factorize(rows["lead_id"])[0].astype(np.int64),
        cutoff=to_moments(rows["cutoff"]),
        band=columns.pop("band"),
        segments={name.removeprefix(SEGMENT): values for name, values in columns.items()},
        waiting=int((~matured).sum()),
    )


def outcomes_of(parts: Iterable[Tables], more: pd.DataFrame | None = None) -> pd.DataFrame:
    """Join the outcomes of the tables with those that a server was sent.

    Parameters
    ----------
    parts
        The partitions of the tables.
    more
        Outcomes of a server; None if no server is read.
    """
    own = [
        one.outcomes.assign(known_at=from_moments(known_from(one.outcomes)))[_NAMES]
        for one in parts
    ]
    whole = pd.concat([*own, *([] if more is None else [more[_NAMES]])], ignore_index=True)
    return whole.drop_duplicates(_NAMES[:3], ignore_index=True)
