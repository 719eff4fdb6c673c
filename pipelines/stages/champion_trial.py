"""Champion and challenger on the newest matured period, each through its own saved artifact.

Decided here: the rows are the snapshots from which on neither has learned: after the challenger's
embargo and after what the champion states it has learned from. Each scores features built by its
own catalog. A champion without that statement is taken to have learned from all that was observed
then. A recalibrated model scores each row by the calibration that it had before it learned from
that row, so that a repair on the newest outcomes neither blocks challengers nor has the advantage
of known outcomes.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build
from features.catalog.catalog import Catalog
from features.timeline import from_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.artifact.remote import source
from models.evaluation import paired_trial
from models.evaluation.from_catalog import segments
from models.evaluation.paired_trial import Trial, TrialRows
from models.model.calibration import Calibration
from models.stats.metrics import Interval
from models.stats.training_set import Floats, Values
from pipelines.run.engine import each
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import matured_split
from pipelines.storage import frames, partitions

_SAME: Final = ("horizon_days", "outcome")
"""What both must predict."""
RECALIBRATED: Final = "recalibrated"
"""The key of a model's repairs, the oldest first; see `pipelines.lifecycle.recalibrate`."""
LABELLED: Final = ["lead_id", "cutoff", "label"]


@dataclass(frozen=True)
class Contest:
    """What came of it: the trial, if one could be held, on cutoffs from a moment on."""

    since: pd.Timestamp
    until: pd.Timestamp | None
    trial: Trial | None
    grounds: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return plain facts, for `promotion.json`."""
        facts: dict[str, Any] = {
            "since": self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
        }
        return facts | ({} if self.trial is None else trial_facts(self.trial))


def hold(job: Job, champion: Path) -> Contest:
    """Hold the trial of the workspace's model against a champion's artifact.

    Parameters
    ----------
    job
        The parameters and places.
    champion
        The directory of the champion's artifact.
    """
    both = artifact.load(champion), artifact.load(job.places.model)
    cutoffs, split = matured_split(job.places.snapshots, job.params.split)
    first = from_moments(np.array([cutoffs[split.test].min()]))[0]
    since = max(first, learned_until(both[0]))
    other = _other_question(both)
    if other:
        return Contest(since, None, None, (other,))
    rows = answered(job, (job.places.reachable(champion), job.places.model), since)
    if rows.empty:
        ground = f"no matured snapshot since {since:%Y-%m-%d}, from when on neither has learned"
        return Contest(since, None, None, (ground,))
    held = paired_trial.trial(sides(rows), job.params.promote)
    return Contest(since, rows["cutoff"].max(), held, held.grounds)


def learned_until(one: Artifact) -> pd.Timestamp:
    """Return the moment from which on a model has not learned, recalibrations left out."""
    repairs = one.about.get(RECALIBRATED, [])
    if repairs:
        return pd.Timestamp(repairs[0]["learned_before"])
    return pd.Timestamp(one.about.get("learned_until", one.about["observed_until"]))


def probability(one: Artifact, values: Values, cutoff: pd.Series) -> Floats:
    """Compute the probability of each row by the calibration that had not learned from it.

    Parameters
    ----------
    one
        The artifact.
    values
        Shape (rows, features): of its own catalog.
    cutoff
        Shape (rows,): the cutoffs.
    """
    margin = one.model.margin(values)
    probabilities = one.model.calibration.probability(margin)
    for repair in reversed(one.about.get(RECALIBRATED, [])):
        early = (cutoff < pd.Timestamp(repair["learned_until"])).to_numpy()
        probabilities[early] = Calibration.from_json(repair["before"]).probability(margin[early])
    return probabilities


def sides(rows: pd.DataFrame) -> TrialRows:
    """Return the rows in the form of a trial."""
    return TrialRows(
        rows["label"].to_numpy(np.float64),
        pd.factorize(rows["lead_id"])[0].astype(np.int64),
        rows["champion"].to_numpy(np.float64),
        rows["challenger"].to_numpy(np.float64),
        segments_of(rows),
    )


def segments_of(rows: pd.DataFrame) -> dict[str, NDArray[np.str_]]:
    """Read the columns `=attribute` back: attribute -> its value in every row."""
    attributes = [name for name in rows.columns if name.startswith("=")]
    return {name[1:]: rows[name].to_numpy().astype(np.str_) for name in attributes}


def answered(job: Job, models: tuple[Path, Path], since: pd.Timestamp) -> pd.DataFrame:
    """Score the matured snapshots since a moment by both models.

    Parameters
    ----------
    job
        The parameters and places.
    models
        The directories of champion and challenger.
    since
        The first cutoff.

    Returns
    -------
    One row a snapshot: `lead_id`, `cutoff`, `label`, `champion`, `challenger`, and `=attribute` for
    each segment.
    """
    places = job.places
    task = partial(
        _part, tables=places.tables, snapshots=places.snapshots, models=models, since=since
    )
    count = partitions.count(places.tables)
    parts = list(job.track(each(task, range(count), job.params.engine), "promote", count))
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


def _part(
    part: int, tables: Path, snapshots: Path, models: tuple[Path, Path], since: pd.Timestamp
) -> pd.DataFrame:
    rows = matured(snapshots, part, since)
    loaded = [artifact.load(place) for place in models]
    read = partitions.read_for_features(tables, part, *(one.catalog for one in loaded))
    answers = rows[LABELLED].copy()
    for name, one in zip(("champion", "challenger"), loaded, strict=True):
        frame = build.build(read, rows, one.catalog)
        values = frame.values  # noqa: PD011 - not a frame of pandas
        answers[name] = probability(one, values, rows["cutoff"])
        if name == "challenger":
            answers = pd.concat([answers, segment_columns(one.catalog, values)], axis=1)
    return answers


def matured(snapshots: Path, part: int, since: pd.Timestamp) -> pd.DataFrame:
    """Read the matured snapshots of a partition since a moment.

    Parameters
    ----------
    snapshots
        The directory of the snapshots.
    part
        The number of the partition.
    since
        The first cutoff.
    """
    drawn = pd.read_parquet(source(frames.part_path(snapshots, part)))
    return drawn[drawn["label"].notna() & (drawn["cutoff"] >= since)].reset_index(drop=True)


def segment_columns(catalog: Catalog, values: Values) -> pd.DataFrame:
    """Return the values of every segment, in columns `=attribute`.

    Parameters
    ----------
    catalog
        The catalog of the columns.
    values
        Shape (rows, features).
    """
    return pd.DataFrame({f"={name}": own for name, own in segments(catalog, values).items()})


def _other_question(both: tuple[Artifact, Artifact]) -> str:
    differs = [
        f"{name} {both[1].about.get(name)} and the champion's {both[0].about.get(name)}"
        for name in _SAME
        if both[0].about.get(name) != both[1].about.get(name)
    ]
    if not differs:
        return ""
    return f"another question: {', '.join(differs)}; give it a name of its own (registry.model)"


def trial_facts(trial: Trial) -> dict[str, Any]:
    """Return a trial as plain facts; what is not known is null."""

    def whole(gain: Interval) -> dict[str, float | None]:
        ends = {"value": gain.value, "low": gain.low, "high": gain.high}
        return {key: one if np.isfinite(one) else None for key, one in ends.items()}

    return {
        "snapshots": trial.rows,
        "leads": trial.leads,
        "conversions": trial.conversions,
        "log_loss": {"champion": trial.champion_loss, "challenger": trial.challenger_loss},
        "gain": whole(trial.gain),
        "allowed_loss": trial.allowed,
        "segments": [
            {
                "attribute": one.attribute,
                "value": one.value,
                "snapshots": one.rows,
                "conversions": one.conversions,
                "gain": whole(one.gain),
                "allowed_loss": one.allowed,
                "hurt": one.hurt,
            }
            for one in trial.segments
        ],
    }
