"""Options that several commands share, and what is made of them."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from features.errors import BadRequest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.run.stage_context import Job

ParamsFile = Annotated[
    Path,
    typer.Option("--params", "-p", help="The params file; it names the workspace and the mapping."),
]
_DATE = len("2026-04-01")
DEFAULT_PARAMS = Path("params.yaml")
TargetName = Annotated[
    str | None,
    typer.Option("--target", help="One of `targets` of the params file; none: the default target."),
]
Language = Literal["en", "ja"]


def job(params: Path, context: typer.Context | None = None, target: str | None = None) -> "Job":
    """Read the params file and return the job of a stage, with a progress bar.

    Parameters
    ----------
    params
        The params file.
    context
        Holds the clock; None for commands that need none.
    target
        The name of the target; None is the default.
    """
    from models.artifact import remote  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import ProgressLine, tracked  # noqa: PLC0415
    from pipelines.run.params_file import load  # noqa: PLC0415
    from pipelines.run.stage_context import Job  # noqa: PLC0415

    read = load(params, target)
    places = read.at(target=target)
    at = now(context) if context else None
    if places.store is not None:
        remote.check(places.store)
    return Job(read, places, at, tracked, ProgressLine())


def jobs(params: Path, context: typer.Context) -> "list[Job]":
    """Read the params file and return the job of every target, in the order of the file.

    Parameters
    ----------
    params
        The params file.
    context
        Holds the clock.
    """
    from models.artifact import remote  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import ProgressLine, tracked  # noqa: PLC0415
    from pipelines.run.params_file import load_all  # noqa: PLC0415
    from pipelines.run.stage_context import Job  # noqa: PLC0415

    at = now(context)
    made = [
        Job(read, read.at(target=name), at, tracked, ProgressLine())
        for name, read in load_all(params).items()
    ]
    if made[0].places.store is not None:  # all targets share it
        remote.check(made[0].places.store)
    return made


def target_of(made: "Job") -> str:
    """Return the name of a job's target, for its lines; "" where there is only one."""
    target = made.target
    return "" if target is None or len(made.params.targets) == 1 else target.name


def with_target(made: "Job", summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary, with the target before it where there are several.

    Parameters
    ----------
    made
        The job.
    summary
        What is to be printed.
    """
    return ({"target": target_of(made)} if target_of(made) else {}) | dict(summary)


def now(context: typer.Context) -> "pd.Timestamp":
    """Read the clock that `__main__` brought."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    return pd.Timestamp(context.obj())


def moment_or_day(written: str, option: str) -> "pd.Timestamp | date":
    """Read a moment, or a date without a time of day; without an offset a moment is UTC.

    >>> moment_or_day("2026-04-01", "--as-of")
    datetime.date(2026, 4, 1)

    Parameters
    ----------
    written
        An ISO date or time.
    option
        Where it was written, for the fault.

    Raises
    ------
    BadRequest
        If it is neither.
    """
    stamp = moment(written, option)
    return date.fromisoformat(written) if len(written) <= _DATE else stamp


def as_of_or_now(context: typer.Context, as_of: str | None, made: "Job") -> "pd.Timestamp":
    """Return the moment of `--as-of`, of a date its end; without it, that of the clock.

    Parameters
    ----------
    context
        Holds the clock.
    as_of
        As it was written.
    made
        The job whose tables name the time zone of a date.
    """
    return now(context) if as_of is None else moment_in(made, as_of, "--as-of")


def moment_in(made: "Job", written: str, option: str) -> "pd.Timestamp":
    """Read a moment; of a date alone, its end in the time zone of the tables.

    Parameters
    ----------
    made
        The job whose tables name the time zone.
    written
        An ISO date or time.
    option
        Where it was written, for the fault.

    Raises
    ------
    BadRequest
        If it is neither.
    BadTables
        If it is a date, and there are no tables.
    """
    from pipelines.stages.snapshot import moment_of  # noqa: PLC0415 - slow to import

    return moment_of(moment_or_day(written, option), made.places.tables)


def moment(written: str, option: str) -> "pd.Timestamp":
    """Read a moment; without an offset it is UTC.

    >>> moment("2026-04-01", "--as-of")
    Timestamp('2026-04-01 00:00:00+0000', tz='UTC')

    Parameters
    ----------
    written
        An ISO date or time.
    option
        Where it was written, for the fault.

    Raises
    ------
    BadRequest
        If it is no moment.
    """
    from pipelines.run.cohort_params import utc  # noqa: PLC0415 - slow to import

    try:
        stamp = utc(datetime.fromisoformat(written))
    except ValueError:
        stamp = None
    if stamp is None:
        raise BadRequest.of(
            f"{option} {written}",
            "a moment such as 2026-04-01 or 2026-04-01T09:00+09:00",
            "say it so",
        )
    return stamp
