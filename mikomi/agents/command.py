"""The command `mikomi mcp`."""

import os
from typing import Annotated, Final, Literal

import typer

from pipelines.commands.own_server import own_server

KEY: Final = "MIKOMI_KEY"
PORT: Final = 8765


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Serving")(mcp)


def mcp(
    *,
    to: Annotated[
        str | None,
        typer.Option(
            help="The mikomi server; none: this machine's, by MIKOMI_HOST and MIKOMI_PORT."
        ),
    ] = None,
    over: Annotated[
        Literal["stdio", "http"], typer.Option(help="How the language model's program connects.")
    ] = "stdio",
    port: Annotated[int, typer.Option(help="Of HTTP, on 127.0.0.1, under /mcp.")] = PORT,
    lang: Annotated[Literal["en", "ja"], typer.Option(help="The language of sentences.")] = "en",
    owner: Annotated[str | None, typer.Option(help="Only leads of this owner are read.")] = None,
    grant_feedback: Annotated[
        bool,
        typer.Option(
            "--grant-feedback", help="Let verdicts of people be recorded. Without, all only reads."
        ),
    ] = False,
) -> None:
    """Answer language models by MCP: ranking, leads, reasons, changes, receipts.

    Over stdio an API key (scopes `score` and `read`) is read from MIKOMI_KEY, if the server asks
    for one. Over HTTP each caller sends a key of their own as `Authorization: Bearer`, and it is
    passed on.
    """
    from mikomi.agents.server import AgentSettings, run  # noqa: PLC0415 - slow to import

    over_http = over == "http"
    settings = AgentSettings(
        url=to or own_server(),
        key=None if over_http else os.environ.get(KEY),
        language=lang,
        owner=owner,
        grants_feedback=grant_feedback,
        over_http=over_http,
    )
    run(settings, port)
