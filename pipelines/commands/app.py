"""The commands: each reads its options, calls one function and prints what it gave.

Decided here: the order in which `--help` lists them, which is the order of the work. Whatever is
slow to import is imported inside the command that needs it, so that `--help` is there at once.
Packages that the pipelines know nothing of, such as the server, add commands by the entry points
`mikomi.commands`.
"""

from importlib.metadata import entry_points

import typer

from pipelines.commands import (
    connect,
    data,
    inspect,
    monitoring,
    privacy,
    proving,
    ranking,
    send,
    stages,
)

app = typer.Typer(
    name="mikomi",
    help="Which sales leads will become customers, how sure that is, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for panel in (data, inspect, stages, ranking, send, connect):
    panel.add(app)
for added in sorted(entry_points(group="mikomi.commands"), key=lambda one: one.name):
    added.load()(app)
monitoring.add(app)
proving.add(app)
privacy.add(app)
