"""What the workers of a cluster must reach, and whether they do."""

import typer

from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile, TargetName, job


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cluster", rich_help_panel="Stages")(cluster)


def cluster(params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None) -> None:
    """Print the paths that workers must reach, and try whether every worker does.

    With `engine.kind: dask` each worker compares what it sees there with what this machine sees,
    and its code with the code here. The exit code is 1 when a worker reaches other files or none.
    """
    from features.errors import BadInput  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.run import reach  # noqa: PLC0415
    from pipelines.run.shared_task import absolute, content  # noqa: PLC0415

    made = job(params, target=target)
    for place in made.places.worker_places():
        out().print(f"{absolute(place)}  {content(place) or 'nothing yet'}", soft_wrap=True)
    if made.params.engine.kind != "dask":
        out().print(f"engine.kind: {made.params.engine.kind}: no workers on other machines")
        return
    answers = reach.of_workers(made.params.engine, made.places.worker_places())
    for worker, faults in sorted(answers.items()):
        out().print(f"{worker}  {'reaches other files' if faults else 'reaches them'}")
    unreached = [fault for faults in answers.values() for fault in faults]
    if unreached:
        raise BadInput(unreached)
