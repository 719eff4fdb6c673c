"""Stage promote: the evaluated model becomes a version, and the champion if it has earned it.

Decided here, the rule. With no champion it stands against every baseline, over redraws by lead of
the test period: in log loss, which judges the probabilities, the model is better in at least
`confidence` of them; in AUC, which judges the order alone, the baseline is not better in as many.
And there is a signal at all. With a champion there is a trial (`models.evaluation.paired_trial`) on
the newest matured period. Either way no leak check fails, and a version that was rolled back stays
away. Otherwise the version stays challenger. The grounds, of a refusal or a promotion, are recorded
in the registry and in `promotion.json`. A refusal is an answer, not an exception: the stage ends
and the champion stays the same; the command ends with an exit code of its own.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from features.errors import BadInput
from models.artifact import artifact
from models.artifact.remote import local_copy
from models.registry.registry import Registry
from models.registry.registry_types import Run, Version
from pipelines.run.stage_context import Job
from pipelines.stages import champion_trial
from pipelines.stages.evaluate import COMPARISONS
from pipelines.stages.first_model import next_steps
from pipelines.stages.train import log
from pipelines.storage.atomic import replacing, write_json

JUDGED: Final = ("auc", "log_loss")
"""Not to be worse in, and to be better in, beyond noise."""
ROLLED_BACK: Final = "rolled back"
RECALIBRATES: Final = "recalibrates"
"""Tag of a version: the number of the one whose probabilities it repairs."""
SUCCESSOR: Final = "successor"
NEXT_STEPS: Final = "next_steps"
"""In the summary when the first model was refused, so that there is no champion."""
MOST_LETTERS: Final = 4000
"""Of a tag of the registry."""


@dataclass(frozen=True)
class Verdict:
    """Whether the model has earned the title; the grounds if not, and what was shown if so.

    `judged_by` is `baselines`, `champion`, `title`, for who holds the title already, or
    `successor`, for whom the champion repairs; `contest` has the facts of a trial against the
    champion.
    """

    promoted: bool
    grounds: tuple[str, ...]
    shown: tuple[str, ...] = ()
    judged_by: str = "baselines"
    contest: dict[str, Any] | None = None


def run(job: Job) -> dict[str, Any]:
    """Register the version, judge it, and return the verdict."""
    places = job.places
    facts = json.loads((places.evaluation / COMPARISONS).read_text("utf-8"))
    fingerprint = artifact.read_fingerprint(places.model)
    _belong_together(facts, fingerprint)
    registry = Registry(job.params.registry, places.registry)
    run_id = log(job, Run(fingerprint))
    with local_copy(places.model) as model:
        version = registry.register(run_id, model)
    former = registry.champion()
    verdict = judged(job, registry, version, facts)
    allowed = job.params.promote.allow_leaks
    verdict = held_back(verdict, leaked(job, fingerprint), allowed)
    record(registry, version, verdict, allowed)
    champion = take_up(job, registry)
    summary = {
        "version": version.number,
        "promoted": verdict.promoted,
        "champion": None if champion is None else champion.number,
    }
    steps = _steps(job, verdict, facts) if champion is None else {}
    facts = {
        "model": fingerprint,
        "former_champion": None if former is None else former.number,
        "judged_by": verdict.judged_by,
        "grounds": grounds_of(verdict),
        "contest": verdict.contest,
        "allowed_leaks": allowed,
    }
    write_json(places.promotion, summary | facts | steps)
    return summary | {
        "judged_by": verdict.judged_by,
        "grounds": "; ".join(grounds_of(verdict)),
        **steps,
    }


def _steps(job: Job, verdict: Verdict, facts: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return what to do when the first model was refused, as it stands in the summary."""
    params = job.params
    steps = next_steps(verdict.grounds, facts["verdict"], params.train.points)
    return {NEXT_STEPS: steps}


def judged(job: Job, registry: Registry, version: Version, facts: dict[str, Any]) -> Verdict:
    """Judge a version: against the champion, or against the baselines where there is none.

    Parameters
    ----------
    job, registry
        The parameters and places; the registry of models.
    version
        The registered version.
    facts
        Of the evaluation: its verdict and comparisons.
    """
    champion = registry.champion()
    if version.tags.get("verdict") == ROLLED_BACK:
        return rolled_back(version)
    if champion is None:
        return judge(facts, job.params.promote.confidence)
    if champion.number == version.number:
        known = version.tags.get("grounds", "the champion already")
        return Verdict(promoted=True, grounds=(), shown=(known,), judged_by="title")
    if champion.tags.get(RECALIBRATES) == str(version.number):
        ground = f"champion {champion.number} is version {version.number}, recalibrated since"
        return Verdict(promoted=False, grounds=(ground,), judged_by=SUCCESSOR)
    with TemporaryDirectory(dir=job.places.artifacts, prefix=".champion-") as folder:
        place = Path(folder) / "model"
        registry.fetch(str(champion.number), place)
        held = champion_trial.hold(job, place)
    shown = () if held.trial is None else (f"champion {champion.number}: {held.trial.shown}",)
    return Verdict(not held.grounds, held.grounds, shown, "champion", held.plain())


def rolled_back(version: Version) -> Verdict:
    """Refuse a version that was champion and had to go, with the reason of the rollback."""
    why = version.tags.get("grounds", "")
    return Verdict(promoted=False, grounds=(f"version {version.number} was rolled back: {why}",))


def grounds_of(verdict: Verdict) -> tuple[str, ...]:
    """Return what decided: what was shown for it, or what spoke against it."""
    return verdict.shown if verdict.promoted else verdict.grounds


def take_up(job: Job, registry: Registry) -> Version | None:
    """Copy the registry's champion into the workspace; an empty folder if there is none.

    Parameters
    ----------
    job
        The parameters and places.
    registry
        The registry of models.
    """
    champion = registry.champion()
    with replacing(job.places.champion) as fresh:
        if champion is None:
            fresh.mkdir()
        else:
            registry.fetch("champion", fresh)
    return champion


def record(registry: Registry, version: Version, verdict: Verdict, allowed: dict[str, str]) -> None:
    """Write the verdict and its grounds beside the version, and move the title.

    What is written already stays, of a version that was rolled back or has a repaired successor.

    Parameters
    ----------
    registry
        The registry of models.
    version
        The judged version.
    verdict
        Its verdict.
    allowed
        Failed leak checks that are allowed: code -> the written reason.
    """
    tags = {
        "verdict": "promoted" if verdict.promoted else "refused",
        "grounds": "; ".join(grounds_of(verdict))[:MOST_LETTERS],
    }
    tags |= (
        {"allowed_leaks": json.dumps(allowed, ensure_ascii=False)[:MOST_LETTERS]} if allowed else {}
    )
    if version.tags.get("verdict") == ROLLED_BACK or verdict.judged_by == SUCCESSOR:
        return
    if verdict.promoted:
        registry.crown(version, tags)
    else:
        registry.note(version, tags)
    registry.describe(version, f"{tags['verdict']}: {tags['grounds']}")


def allowed_of(version: Version) -> dict[str, str]:
    """Read which failed leak checks a version was allowed, each with the reason."""
    allowed: dict[str, str] = json.loads(version.tags.get("allowed_leaks", "{}"))
    return allowed


def judge(facts: dict[str, Any], confidence: float) -> Verdict:
    """Judge the comparisons of an evaluation by the rule.

    >>> one = {"against": "odoo", "metric": "log_loss", "better_share": 0.8, "gain": 0.01}
    >>> judge({"verdict": "signal", "comparisons": [one]}, confidence=0.9).grounds
    ('log_loss: better than odoo in 80 % of the redraws (gain 0.0100), 90 % asked for',)
    >>> judge({"verdict": "signal", "comparisons": [one | {"metric": "auc"}]}, 0.9).promoted
    True

    Parameters
    ----------
    facts
        The evaluation's verdict and comparisons.
    confidence
        The share of redraws in which the model must win; see `PromoteParams`.
    """
    grounds = []
    least = dict(zip(JUDGED, (min(confidence, 1.0 - confidence), confidence), strict=True))
    if facts["verdict"] not in ("signal", "ranking_only"):
        grounds.append(f"the evaluation found {facts['verdict'].replace('_', ' ')}")
    for one in facts["comparisons"]:
        share = one["better_share"]
        wanted = least.get(one["metric"])
        if wanted is not None and (share is None or share < wanted):
            shown_share = "an unknown share" if share is None else f"{share:.0%}".replace("%", " %")
            required = f"{wanted:.0%}".replace("%", " %")
            grounds.append(
                f"{one['metric']}: better than {one['against']} in {shown_share} of the redraws "
                f"(gain {one['gain'] or 0.0:.4f}), {required} asked for"
            )
    shown = tuple(
        f"{one['metric']}: better than {one['against']} in {one['better_share']:.0%} of the "
        f"redraws (gain {one['gain'] or 0.0:.4f})".replace("% of", " % of")
        for one in facts["comparisons"]
        if one["metric"] in least and one["better_share"] is not None
    )
    return Verdict(not grounds, tuple(grounds), shown)


def leaked(job: Job, fingerprint: str) -> list[dict[str, Any]]:
    """Return the leak checks that failed on this model.

    Parameters
    ----------
    job
        The parameters and places.
    fingerprint
        Of the model.

    Raises
    ------
    BadInput
        If the checks have not run on this model.
    """
    path = job.places.leaks
    if not path.is_file():
        raise BadInput.of(f"no {path}", "what `leaks` writes", "run `mikomi leaks` first")
    leaks = json.loads(path.read_text("utf-8"))
    if leaks["model"] != fingerprint:
        raise BadInput.of(
            f"leak checks of model {leaks['model'][:12]}, and the model {fingerprint[:12]}",
            "leak checks of the model that is to be promoted",
            "run `mikomi leaks` first",
        )
    return [one for one in leaks["answers"] if one["verdict"] == "fail"]


def held_back(verdict: Verdict, failed: list[dict[str, Any]], allowed: dict[str, str]) -> Verdict:
    """Refuse for failed leak checks, unless each is allowed by its code with a reason.

    >>> failed = [{"code": "L002", "title": "availability", "found": "Tags: AUC 0.95 alone"}]
    >>> held_back(Verdict(True, ()), failed, {}).grounds
    ('leak check L002 availability: Tags: AUC 0.95 alone',)
    >>> held_back(Verdict(True, ()), failed, {"L002": "filled at creation, asked sales"}).promoted
    True
    >>> held_back(Verdict(True, ()), failed, {"L002": " "}).promoted
    False

    Parameters
    ----------
    verdict
        The verdict so far.
    failed
        Failed leak checks.
    allowed
        Failed leak checks that are allowed: code -> the written reason.
    """
    grounds = verdict.grounds + tuple(
        f"leak check {one['code']} {one['title']}: {one['found']}"
        for one in failed
        if not allowed.get(one["code"], "").strip()
    )
    return replace(verdict, promoted=not grounds, grounds=grounds)


def _belong_together(facts: dict[str, Any], fingerprint: str) -> None:
    if facts["model"] != fingerprint:
        raise BadInput.of(
            f"an evaluation of model {facts['model'][:12]}, and the model {fingerprint[:12]}",
            "an evaluation of the model that is to be promoted",
            "run `mikomi evaluate` first",
        )
