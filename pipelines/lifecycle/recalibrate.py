"""Command recalibrate: new outcomes repair the champion's probabilities, as a new version.

Decided here: only snapshots from which the champion has not learned take part, of those only the
matured. `models.lifecycle.recalibrate` says whether a shift, or a shift and a slope, wins; if
neither does, nothing is registered. What won is an artifact of its own, with the same trees, scores
and bands: a version that names the one it repairs, put on the trial of `promote` with
the answers of repairs that knew neither time nor lead of the judged rows. Its leak checks are those
of the version it repairs: the features are the same. It is as old as the data that the trees
learned from.
"""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features import build
from features.errors import BadRequest
from features.timeline import from_moments, to_moments
from models.artifact import artifact
from models.artifact.artifact import Artifact
from models.evaluation import paired_trial
from models.evaluation.paired_trial import TrialRows
from models.lifecycle import recalibrate
from models.lifecycle.recalibration import Matured, Recalibration, as_plain
from models.registry.registry import Registry
from models.registry.registry_types import Run, Version
from pipelines.lifecycle import recalibrated_card as card
from pipelines.run.engine import each
from pipelines.run.stage_context import Job
from pipelines.stages import champion_trial, promote
from pipelines.stages.champion_trial import LABELLED, RECALIBRATED
from pipelines.stages.promote import RECALIBRATES, Verdict
from pipelines.stages.snapshot import observed_until
from pipelines.stages.train import log
from pipelines.storage import partitions
from pipelines.storage.atomic import write_json


@dataclass(frozen=True)
class RecalibrationCase:
    """What is repaired, by which rows, and what was found.

    `rows` has `lead_id`, `cutoff`, `label`, `margin`, and `=attribute` for each segment.
    """

    version: Version
    champion: Artifact
    rows: pd.DataFrame
    matured: Matured
    repair: Recalibration


def run(job: Job) -> dict[str, Any]:
    """Try a recalibration; register it and judge it if there is one; return the decision.

    `recalibrated` says whether a repaired version answers now.
    """
    registry = Registry(job.params.registry, job.places.registry)
    one = look(job, registry)
    facts: dict[str, Any] = {
        "of": one.version.number,
        "as_of": observed_until(job.places.tables).isoformat(),
        "repair": as_plain(one.repair),
        "recalibrated": False,
    }
    if one.repair.kind == "none":
        facts |= {"version": None, "grounds": [one.repair.why]}
    else:
        facts |= _registered(job, registry, one)
    write_json(job.places.recalibration, facts)
    line = {key: facts[key] for key in ("of", "version", "recalibrated")}
    return line | {"repair": one.repair.kind, "grounds": "; ".join(facts["grounds"])}


def look(job: Job, registry: Registry) -> RecalibrationCase:
    """Decide whether new outcomes recalibrate the champion; nothing is changed.

    Parameters
    ----------
    job
        The parameters and places.
    registry
        The registry of models.

    Raises
    ------
    BadRequest
        If there is no champion.
    """
    version = promote.take_up(job, registry)
    if version is None:
        raise BadRequest.of(
            "no champion", "a model that answers", "run `mikomi promote` first, it needs no repair"
        )
    champion = artifact.load(job.places.champion)
    rows = since_learned(job, champion)
    matured = Matured(
        rows["margin"].to_numpy(np.float64),
        rows["label"].to_numpy(np.float64),
        pd.factorize(rows["lead_id"])[0].astype(np.int64),
        to_moments(rows["cutoff"]),
    )
    curve, embargo = champion.model.calibration, job.params.split.embargo
    repair = recalibrate.decide(curve, matured, embargo, job.params.recalibrate)
    return RecalibrationCase(version, champion, rows, matured, repair)


def since_learned(job: Job, champion: Artifact) -> pd.DataFrame:
    """Read the matured snapshots from which neither the trees nor a repair has learned.

    Parameters
    ----------
    job
        The parameters and places.
    champion
        The champion's artifact.
    """
    since = champion_trial.learned_until(champion)
    repairs = champion.about.get(RECALIBRATED, [])
    if repairs:
        after = pd.Timestamp(repairs[-1]["last_cutoff"]) + pd.Timedelta(microseconds=1)
        since = max(since, after)
    places = job.places
    task = partial(
        _part,
        tables=places.tables,
        snapshots=places.snapshots,
        model=places.reachable(places.champion),
        since=since,
    )
    count = partitions.count(places.tables)
    parts = list(job.track(each(task, range(count), job.params.engine), "recalibrate", count))
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


def _part(
    part: int, tables: Path, snapshots: Path, model: Path, since: pd.Timestamp
) -> pd.DataFrame:
    drawn = champion_trial.matured(snapshots, part, since)
    one = artifact.load(model)
    read = partitions.read_for_features(tables, part, one.catalog)
    values = build.build(read, drawn, one.catalog).values  # noqa: PD011
    rows = drawn[LABELLED].assign(margin=one.model.margin(values))
    return pd.concat([rows, champion_trial.segment_columns(one.catalog, values)], axis=1)


def _registered(job: Job, registry: Registry, one: RecalibrationCase) -> dict[str, Any]:
    """Register the repaired model as a version, judge it, and return the decision."""
    made = repaired(one, job)
    fingerprint = artifact.save(job.places.recalibrated, made)
    run_id = log(job, Run(fingerprint))
    version = registry.register(run_id, job.places.recalibrated)
    verdict = judged(job, one, version)
    registry.note(version, {RECALIBRATES: str(one.version.number)})
    promote.record(registry, version, verdict, promote.allowed_of(one.version))
    champion = promote.take_up(job, registry)
    facts = {
        "version": version.number,
        "model": fingerprint,
        "recalibrated": verdict.promoted,
        "champion": None if champion is None else champion.number,
        "grounds": list(promote.grounds_of(verdict)),
        "contest": verdict.contest,
        "outcomes": made.about[RECALIBRATED][-1],
    }
    written = card.write(job, registry, one.version, facts)
    return facts | {"card": written}


def repaired(one: RecalibrationCase, job: Job) -> Artifact:
    """Return the repaired artifact, with the outcomes that repaired it and what it was before.

    Parameters
    ----------
    one
        What is repaired, and by which rows.
    job
        The parameters and places.
    """
    about, cut = one.champion.about, one.repair.cut
    newest = one.rows if cut is None else one.rows.iloc[cut.newest]
    last = newest["cutoff"].max()
    learned = from_moments(np.array([int(one.matured.cutoff.max()) + job.params.split.embargo]))[0]
    block = {
        "of": one.champion.fingerprint,
        "version": one.version.number,
        "kind": one.repair.kind,
        "slope": one.repair.line[0],
        "shift": one.repair.line[1],
        "why": one.repair.why,
        "snapshots": len(newest),
        "leads": int(newest["lead_id"].nunique()),
        "conversions": int(newest["label"].sum()),
        "first_cutoff": newest["cutoff"].min().isoformat(),
        "last_cutoff": last.isoformat(),
        "observed_until": observed_until(job.places.tables).isoformat(),
        "before": one.champion.model.calibration.to_json(),
        "learned_before": about.get("learned_until", about["observed_until"]),
        "learned_until": learned.isoformat(),
    }
    horizon = job.params.cohort.horizon_days
    model = recalibrate.recalibrated(one.champion.model, one.matured, one.repair, horizon)
    more = {
        RECALIBRATED: [*about.get(RECALIBRATED, []), block],
        "learned_until": learned.isoformat(),
    }
    return replace(one.champion, model=model, about=about | more)


def judged(job: Job, one: RecalibrationCase, version: Version) -> Verdict:
    """Judge the repair by a trial against the version that it repairs.

    Parameters
    ----------
    job
        The parameters and places.
    one
        What is repaired, and by which rows.
    version
        The registered version of the repair.
    """
    if version.tags.get("verdict") == promote.ROLLED_BACK:
        return promote.rolled_back(version)
    assert one.repair.cut is not None  # noqa: S101 - for the type checker: a repair was judged
    mine = one.repair.cut.judged
    rows = one.rows.iloc[mine]
    both = TrialRows(
        one.matured.label[mine],
        one.matured.lead[mine],
        one.champion.model.calibration.probability(one.matured.margin[mine]),
        one.repair.held_out,
        champion_trial.segments_of(rows),
    )
    trial = paired_trial.trial(both, job.params.promote)
    facts = {
        "since": rows["cutoff"].min().isoformat(),
        "until": rows["cutoff"].max().isoformat(),
        **champion_trial.trial_facts(trial),
    }
    shown = (f"recalibrates champion {one.version.number}: {one.repair.why}", trial.shown)
    return Verdict(not trial.grounds, trial.grounds, shown, "champion", facts)
