"""The stages one by one, all of them in order, and the search for settings."""

import os
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from features.errors import BadInput, Fault, MikomiError
from pipelines.commands.options import (
    DEFAULT_PARAMS,
    ParamsFile,
    TargetName,
    job,
    jobs,
    target_of,
)

if TYPE_CHECKING:
    from pipelines.run.stage_context import Job

STAGES: Final = {
    "ingest": "Read the export through its mapping into checked canonical tables.",
    "snapshot": "Draw the (lead, cutoff) rows and attach their labels.",
    "featurize": "Learn the catalog from the training period and compute every feature.",
    "train": "Train scorecard, trees and calibration; save the artifact and log the run.",
    "evaluate": "Judge the model against named baselines on the test period; write the report.",
    "leaks": """Check data and features for what was not known at the cutoff; promotion asks for it.

    The exit code is 4 when a check failed that `promote.allow_leaks` does not allow, so that CI
    stops; a warning is no failure.
    """,
    "promote": """Register the model, and make it champion if it beats the baselines.

    The exit code is 3 when the version was refused and the champion stays, so that CI stops.
    """,
    "card": "Write the model card of the version that was judged, and keep it with the version.",
}

NOT_PROMOTED: Final = 3
"""Exit code of `promote`, `run` and `retrain` when what was trained was refused."""
LEAKS_FAILED: Final = 4
"""Exit code of `leaks` and `run` when a leak check failed that is not allowed."""
_NOTHING_YET: Final = "No model answers yet, so nothing is scored. What helps:"
EXPERIMENT: Final = "DVC_EXP_NAME"
"""Set by DVC while it runs an experiment, which is about figures: a refusal does not end it."""

ServerDatabase = Annotated[
    str | None,
    typer.Option(
        "--server-database",
        help="The database of a server: take what a CRM has sent, without a mapping.",
    ),
]
FormerName = Annotated[str | None, typer.Option("--source", hidden=True)]
"""The former name of `--server-database`, which scripts may still use."""


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for name, words in STAGES.items():
        made = ingest if name == "ingest" else _command(name)
        app.command(name, help=words, rich_help_panel="Stages")(made)
    app.command("run", rich_help_panel="Stages")(run)
    app.command("tune", rich_help_panel="Stages")(tune)
    app.command("segments", rich_help_panel="Stages")(segments)
    app.command("backtest", rich_help_panel="Stages")(backtest)
    app.command("retrain", rich_help_panel="Stages")(retrain)
    app.command("cluster", rich_help_panel="Stages")(cluster)


def ingest(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    server_database: ServerDatabase = None,
    source: FormerName = None,
) -> None:
    """Do the stage ingest."""
    _do("ingest", job(params, context), server_database or source)


def run(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    server_database: ServerDatabase = None,
    source: FormerName = None,
) -> None:
    """Run all the stages in order, from the mapping to the report and the verdict.

    Every stage is done anew; `dvc repro` does only what has changed. A stage that was interrupted
    goes on with the partitions that it had finished.

    Where the params file lists `targets`, the tables are read once and the later stages are done
    for each target in the order of the list. What is refused of one target does not stop the next;
    it is reported at the end. The stages of dvc.yaml are those of the default target.

    The exit code is 4 when a leak check failed that `promote.allow_leaks` does not allow; the later
    stages are done all the same, the model card included. That a version was refused is a result,
    which is printed with its grounds: the exit code is 0. `mikomi promote` alone ends with 3 then.
    """
    made = jobs(params, context)
    _do("ingest", made[0], server_database or source)
    faults: list[Fault] = []
    codes = [0]
    for one in made:
        try:
            ended = [_exit_code(name, _do(name, one)) for name in list(STAGES)[1:]]
            codes += [code for code in ended if code != NOT_PROMOTED]
        except MikomiError as error:
            if len(made) == 1:
                raise
            faults += [
                Fault(f"target {target_of(one)}: {fault.observed}", fault.expected, fault.do)
                for fault in error.faults
            ]
    if faults:
        raise BadInput(faults)
    raise typer.Exit(max(codes))


def retrain(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    server_database: ServerDatabase = None,
    source: FormerName = None,
    target: TargetName = None,
    *,
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Look first: age, monitor, calibration; repair or train."),
    ] = False,
) -> None:
    """Bring the newest data, train, gate, promote or not, and report; for a scheduler.

    With `--if-needed` it looks whether the champion is too old (`retrain.every_days`), whether
    `mikomi monitor` raised an alarm, and whether recalibration alone repairs it. The exit code is 0
    when nothing was needed or a version was promoted, 3 when what was trained was refused and the
    champion stays, 2 when something was wrong with the input. What was decided and why is written
    to `artifacts/<workspace>/retrain/report.json` and `report.txt`.
    """
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle import retrain as retraining  # noqa: PLC0415 - slow to import

    made = job(params, context, target)
    database = server_database or source
    summary = retraining.run(made, if_needed=if_needed, server_database=database, do=_do)
    of_target = [f"Target {target_of(made)}."] if target_of(made) else []
    out().print("\n".join([*of_target, *retraining.lines(summary)]), markup=False)
    if summary["decided"] == "refused":
        raise typer.Exit(NOT_PROMOTED)


def tune(
    context: typer.Context, params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None
) -> None:
    """Search for better settings of `train` by time-ordered folds of the training period.

    Every trial is kept in a study, so that an interrupted search goes on; the best settings are
    printed as a section for params.yaml. The test period is never looked at.
    """
    _do("tune", job(params, context, target))


def segments(
    context: typer.Context, params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None
) -> None:
    """Show which segment would earn a model of its own; none is trained.

    Segments enter the one model as shrunken effects. One earns its own only if a scorecard of its
    own rows, beside the shared model, gains more than `segments.least_gain` on the test period,
    shown by an interval that holds for all segments at once. `mikomi evaluate` computes the
    same for its report; this command computes it alone.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.lifecycle import segments as judging  # noqa: PLC0415 - slow to import

    made = job(params, context, target)
    summary = judging.run(made)
    columns = (
        "segment",
        "snapshots",
        "of them converted",
        "log loss",
        "own model",
        "gain",
        "from",
        "to",
        "earns",
    )
    rows = [
        (
            *(f"{one['attribute']} = {one['value']}", one["rows"], one["conversions"]),
            *(one["shared_loss"], one["own_loss"]),
            *(f"{one['gain'][end]:+.4f}" for end in ("value", "low", "high")),
            one["earns"],
        )
        for one in summary["segments"]
    ]
    title = "Would a segment earn a model of its own?"
    out().print(table(f"{title} {target_of(made)}".rstrip(), columns, rows))
    earned = ", ".join(summary["earned"]) or "none"
    out().print(f"earn their own model: {earned} (of {summary['asked']} with enough conversions)")


def backtest(
    context: typer.Context, params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None
) -> None:
    """Train at rolling origins in the past and judge on what came after; write the report.

    The model meets every baseline at each origin, trained once, again at every cadence of
    `backtest.retrain_days`, or only recalibrated. At an origin only what had matured by then is
    learned from. Interrupted, it goes on where it was; `engine: {kind: processes}` works on several
    origins at once.
    """
    _do("backtest", job(params, context, target))


def _command(name: str) -> Callable[..., None]:
    def stage(
        context: typer.Context, params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None
    ) -> None:
        code = _exit_code(name, _do(name, job(params, context, target)))
        raise typer.Exit(0 if EXPERIMENT in os.environ else code)

    return stage


def _exit_code(name: str, summary: Mapping[str, Any]) -> int:
    """Return the exit code of a stage that has ended, from its summary."""
    if name == "leaks":
        return LEAKS_FAILED if "fail" in summary else 0
    refused = name == "promote" and not summary["promoted"]
    return NOT_PROMOTED if refused and summary["judged_by"] != "successor" else 0


def _do(name: str, made: "Job", *more: str | None) -> Mapping[str, Any]:
    from pipelines.commands.console import out, written  # noqa: PLC0415 - slow to import
    from pipelines.run.by_name import run_by_name  # noqa: PLC0415

    began = perf_counter()
    summary: Mapping[str, Any] = run_by_name(name, made, *more)
    seconds = perf_counter() - began
    words = "  ".join(
        f"{key.replace('_', ' ')} {written(value)}"
        for key, value in summary.items()
        if key != "next_steps"
    )
    of_target = "" if name == "ingest" else target_of(made)
    before = f"{name:<10} {of_target}".rstrip() if of_target else f"{name:<10}"
    out().print(f"[bold]{before}[/] {words}  [dim]{seconds:.1f} s[/]")
    if steps := summary.get("next_steps"):
        out().print("\n".join([_NOTHING_YET, *(f"  - {one}" for one in steps)]), markup=False)
    return summary


def cluster(
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    to: Annotated[
        str | None,
        typer.Option("--out", help="The ranking that `mikomi score --out` will write."),
    ] = None,
) -> None:
    """Print the paths that workers must reach, and try whether every worker does.

    They are those of a run and of `mikomi score`, the champion and the folder of `--out` included.
    With `engine.kind: dask` each worker compares what it sees there with what this machine sees:
    the manifests, the size and the end of each file beside them, and the code. Below the folders
    that workers write, each must see a file of this machine, and write one. In folders this machine
    compares tables and models with the hashes of their manifests, once.

    The exit code is 2 when a worker reaches other files or none, 5 when a file is damaged or the
    cluster does not answer.
    """
    from models.artifact.remote import place as placed  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.run import reach  # noqa: PLC0415
    from pipelines.run.shared_task import absolute, content  # noqa: PLC0415
    from pipelines.scoring.database_table import is_database  # noqa: PLC0415

    made = job(params, target=target)
    written = made.places.worker_outputs()
    if to is not None and not is_database(to):
        written = tuple(dict.fromkeys((*written, placed(to).parent)))
    for place in made.places.worker_places():
        out().print(f"{absolute(place)}  {content(place) or 'nothing yet'}", soft_wrap=True)
    for place in written:
        out().print(f"{absolute(place)}  workers write below it", soft_wrap=True)
    if made.params.engine.kind != "dask":
        out().print(f"engine.kind: {made.params.engine.kind}: no workers on other machines")
        return
    answers = reach.of_workers(made.params.engine, made.places.worker_places(), written)
    for worker, faults in sorted(answers.items()):
        out().print(f"{worker}  {'reaches other files' if faults else 'reaches them'}")
    unreached = [fault for faults in answers.values() for fault in faults]
    if unreached:
        raise BadInput(unreached)
