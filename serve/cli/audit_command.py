"""The command `mikomi audit-log`: who signed in, exported, erased or assigned what."""

from datetime import timedelta
from typing import Annotated

import typer


def audit_log(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="How many days back.")] = 30,
) -> None:
    """Print the audit of a server, the oldest line first."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    for line in command_store.audit().lines(context.obj() - timedelta(days=days)):
        counts = ", ".join(f"{name} {count}" for name, count in line.counts.items() if count)
        parts = (f"{line.at:%Y-%m-%d %H:%M:%S}", line.who or "-", line.what, line.lead_id, counts)
        typer.echo("  ".join(part for part in parts if part))
