"""What a notebook requests, as parameters of the stages."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from features.errors import BadRequest
from models.estimator.estimator_settings import ChosenTraining
from models.estimator.feature_table import Contract
from models.evaluation.settings import EvaluationSettings
from models.model.settings import TrainSettings
from pipelines.run import params_file
from pipelines.run.cohort_params import CohortParams
from pipelines.run.params import Params, TrainParams
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until
from pipelines.stages.train import plain

_ELIGIBLE: Final = (
    "repeat", "until_decided", "max_age_days", "reopen_after_days", "lost_stay", "after_outcome",
)  # fmt: skip


def params_of(params: Any, mapping: Path) -> Params:
    """Return the parameters of a params file, of its text, or the defaults, for a mapping.

    Parameters
    ----------
    params
        A path, the sections as a dictionary, `Params`, or None.
    mapping
        The mapping file.
    """
    if params is None or isinstance(params, Params):
        made = params or Params()
    elif isinstance(params, dict):
        made = params_file.parse(_yaml(params), "params")
    else:
        made = params_file.load(Path(params))
    return replace(made, source=replace(made.source, mapping=str(mapping)))


def chosen(settings: Any, points: Any, seed: int | None) -> ChosenTraining:
    """Return what a classifier trains with.

    Parameters
    ----------
    settings
        The section `train` as a dictionary or as it stands in `Params`, plain settings of a
        training, or None for the defaults.
    points
        A file of hand-given points; None is that of the section.
    seed
        Of every draw; None is that of the section.
    """
    if isinstance(settings, Mapping):
        settings = params_file.parse(_yaml({"train": dict(settings)}), "settings").train
    train = settings or TrainSettings()
    if not isinstance(train, TrainParams):
        return ChosenTraining(train, points, seed or 0)
    own = train.seed if seed is None else seed
    return ChosenTraining(train, points or train.points, own, train.proof, train.bands)


def evaluation_of(settings: Any, params: Params) -> EvaluationSettings:
    """Return the settings of an evaluation.

    Parameters
    ----------
    settings
        The section `evaluate` as a dictionary, settings, or None for those of the parameters.
    params
        The parameters.
    """
    if isinstance(settings, Mapping):
        return params_file.parse(_yaml({"evaluate": dict(settings)}), "settings").evaluate
    own: EvaluationSettings = settings or params.evaluate
    return own


def with_target(
    params: Params, target: str | None, horizon_days: float | None, cohort: dict[str, Any]
) -> Params:
    """Return the parameters for one target; the horizon is copied to where it is needed.

    Parameters
    ----------
    params
        The parameters.
    target
        The name of a target of the params file, or an outcome; None is that of the parameters.
    horizon_days
        Horizon of the labels; None is that of the parameters.
    cohort
        Further fields of `cohort`, such as `every_days`.

    Raises
    ------
    BadRequest
        If `cohort` has no such field.
    """
    known = [one.name for one in fields(CohortParams)]
    unknown = [name for name in cohort if name not in known]
    if unknown:
        raise BadRequest.of(", ".join(unknown), f"some of {', '.join(known)}", "correct the name")
    named = None if target is None else params.target(target)
    stated: dict[str, Any] = {} if target is None else {"outcome": target}
    if named is not None:
        stated = {"outcome": named.outcome, "horizon_days": named.horizon_days}
        eligible = {one.name: getattr(named.eligible, one.name) for one in fields(named.eligible)}
        stated |= {name: value for name, value in eligible.items() if value is not None}
    days = {} if horizon_days is None else {"horizon_days": float(horizon_days)}
    made = replace(params.cohort, **stated | cohort | days)
    horizon = made.horizon_days
    split, train = params.split, params.train
    return replace(
        params,
        targets=(),
        cohort=made,
        split=replace(split, horizon_days=horizon, embargo_days=_embargo(params, horizon)),
        train=replace(train, horizon_days=horizon),
    )


def contract_of(job: Job) -> Contract:
    """Return the contract of the tables of a job."""
    cohort, split = job.params.cohort, job.params.split
    return Contract(
        outcome=cohort.outcome,
        horizon_days=cohort.horizon_days,
        embargo_days=split.embargo_days or cohort.horizon_days,
        observed_until=observed_until(job.places.tables).isoformat(),
        cohort=json.dumps(plain(cohort), sort_keys=True),
    )


def eligible(params: Params, about: Mapping[str, Any]) -> Params:
    """Return the parameters with the eligibility that a model was trained with.

    Parameters
    ----------
    params
        The parameters.
    about
        What the artifact states; what is missing stays as in `params`.
    """
    cohort = about.get("cohort", {})
    own = {name: cohort[name] for name in _ELIGIBLE if name in cohort}
    days = float(about.get("horizon_days", params.cohort.horizon_days))
    return with_target(params, about.get("outcome"), days, own)


def _embargo(params: Params, horizon: float) -> float | None:
    days = params.split.embargo_days
    return None if days is None else max(days, horizon)


def _yaml(sections: dict[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - only where sections are written in Python

    return str(yaml.safe_dump(sections, allow_unicode=True, sort_keys=False))
