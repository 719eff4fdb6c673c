"""The search for settings of `train`: trials judged by time-ordered folds, before the test period.

Decided here: a trial is trained on what was known at the start of a fold, with the embargo, and
judged by log loss in it; the folds follow each other in time. The first trial is the settings as
they are, so the search ends no worse than it began. The study lies in a file, keyed by the data
and by everything that is not searched: a search that was interrupted goes on.
"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import optuna
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from features.errors import NotEnoughEvidence
from models.registry.registry import Registry
from models.registry.registry_types import Run
from models.stats.splits import split_by_cutoff
from models.stats.training_set import TrainingSet
from models.training import fit_model
from pipelines.run.params import TrainParams
from pipelines.run.stage_context import Job
from pipelines.stages.train import log
from pipelines.storage import frames
from pipelines.storage.accounts import account_codes
from pipelines.storage.atomic import fingerprint, write_json

SEARCHED: Final[dict[str, tuple[float, float, bool]]] = {
    "booster.max_leaves": (3, 8, False),
    "booster.learning_rate": (0.02, 0.15, True),
    "booster.min_leaf_rows": (5, 100, True),
    "booster.min_leaf_hessian": (0.5, 20.0, True),
    "booster.leaf_penalty": (0.5, 50.0, True),
    "booster.feature_share": (0.2, 1.0, False),
    "booster.row_share": (0.5, 1.0, False),
    "scorecard.max_bins": (5, 30, True),
}
"""Setting -> lowest, highest, whether on a logarithmic scale; what is whole stays whole."""


def run(job: Job) -> dict[str, Any]:
    """Search; return the best settings, with their log loss and that of the present ones."""
    rows = learning_rows(job)
    folds = list(time_folds(rows, job.params.tune.folds, job.params.split.embargo))
    study = _study(job)
    registry = Registry(job.params.registry, job.places.registry)
    known = _finished(study)
    whole = Run(f"tune-{study.study_name}", name=f"tune {study.study_name[:8]}")
    log(job, whole)
    for _ in job.track(range(known, job.params.tune.trials), "tune", job.params.tune.trials):
        trial = study.ask()
        chosen = suggest(trial, job.params.train)
        loss = judge(rows, folds, with_settings(job.params.train, chosen))
        study.tell(trial, loss)
        registry.log(_as_run(study.study_name, trial.number, chosen, loss))
    best = {"settings": study.best_params, "log_loss": study.best_value, "trials": _finished(study)}
    write_json(job.places.tuning / "best.json", best)
    log(job, replace(whole, metrics={"tune.log_loss": study.best_value}))
    return {
        **study.best_params,
        "log_loss": study.best_value,
        "log_loss_before": _complete(study)[0].value,
        "trials": _finished(study),
    }


def learning_rows(job: Job) -> TrainingSet:
    """Read everything before the embargo."""
    frame, label = frames.read_features(job.places.features)
    account = account_codes(job.places.tables, frame.keys["lead_id"])
    rows = TrainingSet.from_frame(frame, label, account)
    return rows.take(split_by_cutoff(rows, job.params.split).learning)


def time_folds(
    rows: TrainingSet, count: int, embargo: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the folds (what teaches, what judges), each later than the one before.

    The last half of the rows, by cutoff, is parted into `count` spans of about equal rows. A fold
    without conversions on either side is left out.

    Parameters
    ----------
    rows
        The rows before the test.
    count
        How many folds.
    embargo
        Microseconds, at least the horizon.

    Raises
    ------
    NotEnoughEvidence
        If no fold has conversions on both sides.
    """
    borders = np.unique(np.quantile(rows.cutoff, np.linspace(0.5, 1.0, count + 1), method="lower"))
    usable_folds = 0
    for begin, end in pairwise(borders):
        teach = np.flatnonzero(rows.cutoff + embargo <= begin)
        judged = np.flatnonzero((rows.cutoff > begin) & (rows.cutoff <= end))
        if all(0 < rows.label[part].sum() < len(part) for part in (teach, judged)):
            usable_folds += 1
            yield teach, judged
    if not usable_folds:
        raise NotEnoughEvidence.of(
            "no fold with conversions before and after its embargo",
            "a history several times as long as the horizon",
            "keep the default settings, which need no search",
        )


def suggest(trial: optuna.Trial, now: TrainParams) -> dict[str, float]:
    """Draw one value of every searched setting, whole where it is whole now.

    Parameters
    ----------
    trial
        The trial of the study.
    now
        The settings as they are.
    """
    drawn: dict[str, float] = {}
    for name, (low, high, logarithmic) in SEARCHED.items():
        if isinstance(_value(now, name), int):
            drawn[name] = trial.suggest_int(name, int(low), int(high), log=logarithmic)
        else:
            drawn[name] = trial.suggest_float(name, low, high, log=logarithmic)
    return drawn


def with_settings(now: TrainParams, chosen: dict[str, float]) -> TrainParams:
    """Return the settings with values in the place of `part.name`.

    >>> with_settings(TrainParams(), {"booster.max_leaves": 4}).booster.max_leaves
    4

    Parameters
    ----------
    now
        The settings as they are.
    chosen
        `part.name` -> value.
    """
    for name, value in chosen.items():
        part, field = name.split(".")
        now = replace(now, **{part: replace(getattr(now, part), **{field: value})})
    return now


def judge(
    rows: TrainingSet,
    folds: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    settings: TrainParams,
) -> float:
    """Return the mean log loss of the folds.

    Parameters
    ----------
    rows
        The rows before the test.
    folds
        Positions of what teaches and of what judges.
    settings
        The settings on trial.
    """
    losses = []
    for teach, judged in folds:
        model = fit_model.fit(rows.take(teach), settings, seed=settings.seed)
        later = rows.take(judged)
        losses.append(log_loss(later.label, model.probability(later.values), labels=[0.0, 1.0]))
    return float(np.mean(losses))


def _study(job: Job) -> optuna.Study:
    facts = frames.manifest(job.places.features, "featurize")
    key = fingerprint(facts["made_from"], asdict(job.params.split), asdict(job.params.train))[:16]
    job.places.tuning.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=key,
        storage=f"sqlite:///{(job.places.tuning / 'studies.db').absolute()}",
        load_if_exists=True,
        direction="minimize",
    )
    study.sampler = optuna.samplers.TPESampler(seed=job.params.tune.seed + _finished(study))
    if not _finished(study):
        study.enqueue_trial({name: _value(job.params.train, name) for name in SEARCHED})
    return study


def _finished(study: optuna.Study) -> int:
    return len(_complete(study))


def _complete(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    complete = (optuna.trial.TrialState.COMPLETE,)
    return list(study.get_trials(states=complete))


def _value(settings: TrainParams, name: str) -> float:
    part, field = name.split(".")
    value: float = getattr(getattr(settings, part), field)
    return value


def _as_run(study: str, number: int, chosen: dict[str, float], loss: float) -> Run:
    return Run(
        f"tune-{study}-{number}",
        params=chosen,
        metrics={"tune.log_loss": loss},
        name=f"tune {study[:8]}, trial {number}",
        tags={"mikomi.study": study},
        parent=f"tune-{study}",
    )
