"""Command retrain: look whether the model is due, repair or train, gate, promote or not, report.

Decided here, with `--if-needed`, on what was brought and on the day it ends (no clock):

- no champion, or one trained on data older than `retrain.every_days`: train;
- an alarm of `mikomi monitor` on this champion: train, but recalibrate first where every alarm is
  about calibration; an absent or foreign report is ignored, which is reported;
- else recalibrate, which changes nothing unless it wins; a repair that wins and is refused: train.

A repair that is promoted makes training unnecessary, until something else says so. Training is the
stages of the pipeline, with their gates: failed leak checks and a lost trial leave the champion
where it is. What was looked at, decided and shown is written to `report.json` and `report.txt`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pandas as pd

from features.timeline import DAY
from models.artifact import artifact
from models.registry.registry import Registry
from models.registry.registry_types import Version
from pipelines.run.by_name import run_by_name
from pipelines.run.stage_context import Job
from pipelines.stages import promote
from pipelines.stages.snapshot import observed_until
from pipelines.storage.atomic import replacing, write_json, write_text

BRINGS: Final = ("ingest", "snapshot")
TRAINS: Final = ("featurize", "train", "evaluate", "leaks", "promote", "card")
Decided = Literal["nothing", "recalibrated", "retrained", "refused"]
Do = Callable[..., Any]
"""Runs a stage: (its name, the job, further arguments)."""


@dataclass(frozen=True)
class Look:
    """One thing that was checked: whether it requires training, and what was observed.

    `repairable` says that recalibration may be all it takes.
    """

    what: str
    due: bool
    finding: str
    repairable: bool = False

    def plain(self) -> dict[str, Any]:
        """Return plain facts, for `report.json`."""
        facts = asdict(self)
        return facts | {"found": facts.pop("finding")}


def run(
    job: Job, *, if_needed: bool = False, server_database: str | None = None, do: Do = run_by_name
) -> dict[str, Any]:
    """Bring the data, decide, do it, and write the report; return it.

    Parameters
    ----------
    job
        The parameters and places.
    if_needed
        Whether to look first; otherwise it is trained.
    server_database
        Of `ingest`: the URL of a server's database; None reads the mapping.
    do
        How a stage is done.
    """
    do("ingest", job, server_database)
    do("snapshot", job)
    former = promote.take_up(job, Registry(job.params.registry, job.places.registry))
    looks = (
        look(job, former) if if_needed else [Look("asked for", due=True, finding="no --if-needed")]
    )
    repair = _repair(job, looks, do) if former is not None and if_needed else None
    looks += _after(repair)
    decided = _decide(job, looks, repair, do)
    return _report(job, former, looks, (decided, repair))


def look(job: Job, champion: Version | None) -> list[Look]:
    """Check what may require a new model.

    Parameters
    ----------
    job
        The parameters and places.
    champion
        The version that answers; None if none does.
    """
    if champion is None:
        return [Look("champion", due=True, finding="no model answers yet")]
    one = artifact.load(job.places.champion)
    trained = pd.Timestamp(one.about["observed_until"])
    until = observed_until(job.places.tables)
    days = (until - trained).total_seconds() * 1e6 / DAY
    most = job.params.retrain.every_days
    age = Look(
        "age",
        days >= most,
        f"champion {champion.number} was trained on data until {trained:%Y-%m-%d}; they end on "
        f"{until:%Y-%m-%d} now, {days:.0f} days later, and {most:g} are allowed",
    )
    return [age, monitored(job, one.fingerprint)]


def monitored(job: Job, fingerprint: str) -> Look:
    """Read what the monitor observed about the champion.

    Parameters
    ----------
    job
        The parameters and places.
    fingerprint
        Of the champion.
    """
    path = job.places.monitor / "monitor.json"
    if not path.is_file():
        return Look("monitor", due=False, finding=f"not looked at: no {path}; run `mikomi monitor`")
    facts = json.loads(path.read_text("utf-8"))
    if facts.get("model", fingerprint) != fingerprint:
        return Look("monitor", due=False, finding="not looked at: it speaks of another model")
    alarms = facts.get("alarms", [])
    if facts["verdict"] != "alarm":
        return Look("monitor", due=False, finding=str(facts["verdict"]))
    texts = "; ".join(f"{one['check']}: {one['found']}" for one in alarms)
    only = bool(alarms) and all("calibration" in one["check"].casefold() for one in alarms)
    return Look("monitor", due=True, finding=f"alarm: {texts}", repairable=only)


def _repair(job: Job, looks: Sequence[Look], do: Do) -> dict[str, Any] | None:
    """Recalibrate where that may be all it takes."""
    if any(one.due and not one.repairable for one in looks):
        return None
    facts: dict[str, Any] = do("recalibrate", job)
    return facts


def _after(repair: dict[str, Any] | None) -> list[Look]:
    """Return the result of recalibration."""
    if repair is None:
        return []
    refused = repair["version"] is not None and not repair["recalibrated"]
    return [Look("calibration", due=refused, finding=repair["grounds"])]


def _decide(job: Job, looks: Sequence[Look], repair: dict[str, Any] | None, do: Do) -> Decided:
    """Do what is needed and say what came of it."""
    if repair is not None and repair["recalibrated"]:
        return "recalibrated"
    if not any(one.due for one in looks):
        return "nothing"
    for name in TRAINS:
        do(name, job)
    return "retrained" if _verdict(job)["promoted"] else "refused"


def _verdict(job: Job) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(job.places.promotion.read_text("utf-8"))
    return facts


def _report(
    job: Job,
    former: Version | None,
    looks: Sequence[Look],
    done: tuple[Decided, dict[str, Any] | None],
) -> dict[str, Any]:
    """Write what was looked at, decided and shown."""
    decided, repair = done
    champion = Registry(job.params.registry, job.places.registry).champion()
    trained = decided in ("retrained", "refused")
    verdict = _verdict(job) if trained else None
    grounds = [repair["grounds"]] if repair is not None and decided == "recalibrated" else []
    facts = {
        "decided": decided,
        "as_of": observed_until(job.places.tables).isoformat(),
        "former_champion": None if former is None else former.number,
        "champion": None if champion is None else champion.number,
        "looked_at": [one.plain() for one in looks],
        "recalibration": repair,
        "version": verdict["version"] if verdict else (repair or {}).get("version"),
        "grounds": verdict["grounds"] if verdict else grounds,
    }
    with replacing(job.places.retraining) as fresh:
        fresh.mkdir()
        write_json(fresh / "report.json", facts)
        write_text(fresh / "report.txt", "\n".join(lines(facts)) + "\n")
    return facts


def lines(facts: dict[str, Any]) -> list[str]:
    """Return the report in lines."""
    texts = {
        "nothing": "Nothing is needed.",
        "recalibrated": "Recalibrated; training was left out.",
        "retrained": "Trained anew, and promoted.",
        "refused": "Trained anew, and refused: the champion stays.",
    }
    looked_at = (
        f"  {one['what']}: {'due' if one['due'] else 'not due'}; {one['found']}"
        for one in facts["looked_at"]
    )
    return [
        f"{texts[facts['decided']]} Data until {facts['as_of'][:10]}.",
        f"Champion: version {facts['champion']} (before: {facts['former_champion'] or 'none'}).",
        "Looked at:",
        *looked_at,
        *(["Shown:", *(f"  {one}" for one in facts["grounds"])] if facts["grounds"] else []),
    ]
