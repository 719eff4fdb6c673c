"""Erasing persons from everything that the product wrote, on request or when they are old.

Decided here: one command reaches every package that registered an eraser in `features.erasers`. It
prints what was removed from where, and what cannot be reached; nobody is told that a person is gone
while copies remain elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from features import erasers
from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile

if TYPE_CHECKING:
    from pathlib import Path

PANEL = "Privacy"


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (erase, retention):
        app.command(rich_help_panel=PANEL)(command)
    if _of_files not in erasers.FACTORIES:
        erasers.FACTORIES.append(_of_files)


def erase(
    context: typer.Context,
    leads: Annotated[list[str], typer.Argument(help="The ids of the leads.")],
    params: ParamsFile = DEFAULT_PARAMS,
) -> None:
    """Erase leads from the files of the workspace and from the server's database.

    Tables, features, predictions, rankings, quarantine, leftovers of killed runs, DVC's cache, and
    everything that the server stored; an audit line without an id stays. It can be run again.
    """
    from features.errors import BadRequest  # noqa: PLC0415 - slow to import
    from features.reading.normalize import folded  # noqa: PLC0415

    at, every = context.obj(), _erasers(params)
    ids = {folded(one) for one in leads}
    removed = [one for each in every for one in each.erase(ids, at)]
    _report(removed, every)
    if not removed:
        raise BadRequest.of(
            "nothing of these leads", "leads of this workspace or server", "check the ids"
        )


def retention(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, help="Erase leads silent for more days than this.")],
    receipts_days: Annotated[
        int | None,
        typer.Option(min=1, help="Empty receipts older than so many days; missing: as --days."),
    ] = None,
    params: ParamsFile = DEFAULT_PARAMS,
) -> None:
    """Erase leads with which nothing happened for a time, and empty old receipts.

    What counts is its creation, activities, outcomes, changes, steps of people and feedback, until
    now; not when it was received or scored. A lead stays while any place knows of something newer.
    Quarantined rows and leftovers of killed
    runs older than this are removed whole. Run it daily.
    """
    now, every = context.obj(), _erasers(params)
    before = now - timedelta(days=days)
    last: dict[str, datetime] = {}
    for each in every:
        for lead_id, at in each.last_moments(now).items():
            last[lead_id] = max(at, last.get(lead_id, at))
    old = {lead_id for lead_id, at in last.items() if at < before}
    removed = [one for each in every for one in (each.erase(old, now) if old else ())]
    emptied = now - timedelta(days=receipts_days or days)
    removed += [one for each in every for one in each.expire(before, emptied, now)]
    typer.echo(f"{len(old)} leads were silent since {before:%Y-%m-%d}")
    _report(removed, every)


def _erasers(params: "Path") -> list[erasers.PersonEraser]:
    made = (factory(params) for factory in erasers.FACTORIES)
    return [one for one in made if one is not None]


def _report(removed: Sequence[erasers.Removed], every: Sequence[erasers.PersonEraser]) -> None:
    for one in removed:
        typer.echo(f"removed  {one.amount} {one.what}: {one.place}")
    for place in dict.fromkeys(place for each in every for place in each.beyond):
        typer.echo(f"not reached  {place}")


def _of_files(params: "Path") -> erasers.PersonEraser | None:
    from pipelines.lifecycle.erasure import files  # noqa: PLC0415 - slow to import

    return files.eraser(params)
