"""The command `mikomi feedback`: what people said about scores and did with leads, as a file.

Decided here: one JSON object a line, the newest first; names of people and leads stay ids.
"""

from pathlib import Path
from typing import Annotated

import typer


def feedback(
    out: Annotated[Path | None, typer.Option(help="The file; missing: standard output.")] = None,
    most: Annotated[int, typer.Option(min=1, help="How many verdicts at most.")] = 100_000,
) -> None:
    """Export the verdicts on scores, each with the answer it is about."""
    import msgspec  # noqa: PLC0415 - slow to import

    from serve.cli import command_store  # noqa: PLC0415

    judged = command_store.verdicts().judged(most)
    lines = [msgspec.json.encode(one).decode() for one in judged]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, "utf-8")
    typer.echo(f"{len(lines)} verdicts: {out}")
