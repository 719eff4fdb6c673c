"""Options that several commands share, and what is made of them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.errors import BadRequest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.run.stage_context import Job

ParamsFile = Annotated[
    Path,
    typer.Option("--params", "-p", help="The params file; it names the workspace and the mapping."),
]
DEFAULT_PARAMS = Path("params.yaml")
Language = Literal["en", "ja"]


def job(params: Path, context: typer.Context | None = None) -> "Job":
    """Read the params file and return the job of a stage, with a progress bar.

    Parameters
    ----------
    params
        The params file.
    context
        Holds the clock; None for commands that need none.
    """
    from pipelines.commands.console import ProgressLine, tracked  # noqa: PLC0415 - slow to import
    from pipelines.run.params_file import load  # noqa: PLC0415
    from pipelines.run.stage_context import Job  # noqa: PLC0415

    read = load(params)
    return Job(read, read.at(), now(context) if context else None, tracked, ProgressLine())


def now(context: typer.Context) -> "pd.Timestamp":
    """Read the clock that `__main__` brought."""
    import pandas as pd  # noqa: PLC0415 - slow to import

    return pd.Timestamp(context.obj())


def as_of_or_now(context: typer.Context, as_of: str | None) -> "pd.Timestamp":
    """Return the moment of `--as-of`; without it, that of the clock.

    Parameters
    ----------
    context
        Holds the clock.
    as_of
        As it was written.
    """
    return now(context) if as_of is None else moment(as_of, "--as-of")


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
