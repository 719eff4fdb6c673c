"""The command `mikomi load-ranking`: a finished batch ranking into the server's database."""

import os
from pathlib import Path
from typing import Annotated

import typer


def load_ranking(
    context: typer.Context,
    ranking: Annotated[Path, typer.Argument(help="A ranking that `mikomi score` wrote, .parquet.")],
) -> None:
    """Let a server take over a finished ranking, so that it need not score all leads first.

    Refused, with the reason, unless it is by the server's own model, as of a moment between the
    server's latest ranking and now, and of leads that the server stores. The server adds trends and
    forecasts by and by. MIKOMI_DATABASE_URL and MIKOMI_MODELS name the server's, as for `serve`.
    """
    from serve.cli.opening import open_existing  # noqa: PLC0415
    from serve.ranking import batch_ranking  # noqa: PLC0415 - slow to import
    from serve.scoring.pointer import pointed_fingerprint  # noqa: PLC0415
    from serve.settings import Settings  # noqa: PLC0415
    from serve.store.engine import moment  # noqa: PLC0415

    settings = Settings.read(os.environ)
    target = batch_ranking.facts_of(ranking).target
    folder = settings.models / "targets" / target if target else settings.models
    model = pointed_fingerprint(folder)
    engine = open_existing(settings.database_url)
    facts = batch_ranking.take_over(ranking, engine, model, moment(context.obj()))
    typer.echo(f"{facts.leads} leads of {ranking} are the server's ranking now")
