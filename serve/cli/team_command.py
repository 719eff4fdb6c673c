"""The commands `mikomi team` and `mikomi spend`: as the pages do, on the database of the server."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from serve.stored_leads.store import Store

BY = "command"


def team() -> typer.Typer:
    """Return the commands about salespeople."""
    group = typer.Typer(no_args_is_help=True, help="Describe salespeople: level, room, skills.")
    group.command(name="list")(list_reps)
    group.command(name="set")(set_rep)
    group.command(name="away")(away)
    group.command(name="remove")(remove)
    group.command(name="load")(load)
    return group


def spend() -> typer.Typer:
    """Return the commands about what channels cost."""
    group = typer.Typer(no_args_is_help=True, help="Enter what channels cost.")
    group.command(name="load")(load_spend)
    group.command(name="list")(list_spend)
    return group


def list_reps(context: typer.Context) -> None:
    """List the salespeople with their room in this week."""
    store = open_store()
    reps = store.team.reps()
    loads = store.team.loads(reps, "", context.obj().astimezone(company_zone()))
    for rep in reps:
        load_ = loads[rep.owner_id]
        skills = "; ".join(f"{kind}: {', '.join(own)}" for kind, own in rep.skills.items())
        typer.echo(
            f"{rep.owner_id:<16} {rep.level:<8} {rep.capacity:>4} a week,"
            f" {load_.assigned} assigned, room for {load_.free}"
            f"{' (away)' if load_.away else ''}  {skills}"
        )


def set_rep(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="The owner_id of their leads.")],
    level: Annotated[str, typer.Option(help="junior, regular or senior.")] = "regular",
    capacity: Annotated[int, typer.Option(help="New leads a week.")] = 30,
    skill: Annotated[
        list[str] | None, typer.Option(help="As industry=製造業,金融; repeated for each kind.")
    ] = None,
) -> None:
    """Describe a salesperson; replaces what was stored."""
    pairs = [one.partition("=")[::2] for one in skill or ()]
    skills = {kind: [text for text in values.split(",") if text] for kind, values in pairs}
    raw = {"level": level, "capacity": capacity, "skills": skills}
    _put(open_store(), owner, raw, context.obj())
    typer.echo(f"{owner} is described")


def away(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="The owner_id of their leads.")],
    first: Annotated[str, typer.Argument(help="The first day, as 2026-06-01.")],
    last: Annotated[str, typer.Argument(help="The last day.")],
) -> None:
    """Add an absence, both days included."""
    from serve.wire.bodies import refuse  # noqa: PLC0415 - slow to import
    from serve.wire.team.reps import AbsenceBody, absence_faults  # noqa: PLC0415

    body: AbsenceBody = _converted({"first_on": first, "last_on": last}, AbsenceBody, owner)
    refuse(absence_faults(body))
    open_store().team.add_absence(owner, body, BY, context.obj())
    typer.echo(f"{owner} is away from {body.first_on} to {body.last_on}")


def remove(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="The owner_id of their leads.")],
) -> None:
    """Take a salesperson out of the team; their leads stay theirs."""
    open_store().team.remove(owner, BY, context.obj())
    typer.echo(f"{owner} is not in the team any more")


def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="YAML: by owner_id, level, capacity and skills.")],
) -> None:
    """Describe the salespeople of a file."""
    import yaml  # noqa: PLC0415 - slow to import

    from features.errors import BadRequest  # noqa: PLC0415

    try:
        raw = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise BadRequest.of(f"{file}: {error}", "a YAML file", "correct the path") from error
    if not isinstance(raw, dict):
        raise BadRequest.of(f"{file}: no names", "owner_id: {level: ..}", "correct the file")
    store = open_store()
    for owner, one in raw.items():
        _put(store, str(owner), one, context.obj())
    typer.echo(f"{len(raw)} salespeople are described")


def load_spend(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: source, month, amount, and campaign.")],
    *,
    today: Annotated[
        bool, typer.Option("--today", help="Move the months until the last is this one.")
    ] = False,
) -> None:
    """Enter the spend of a file; amounts of the same source and month are replaced."""
    lines = _spend_lines(file)
    if today:
        lines = _moved(lines, context.obj())
    open_store().spend.put(lines, BY, context.obj())
    typer.echo(f"{len(lines)} amounts: {file}")


def list_spend() -> None:
    """List the spend, the newest month first."""
    for one in open_store().spend.campaigns():
        typer.echo(f"{one.month}  {one.amount:>14,.0f}  {one.source}  {one.campaign}".rstrip())


def _put(store: "Store", owner: str, raw: Any, at: Any) -> None:
    from serve.wire.bodies import refuse  # noqa: PLC0415 - slow to import
    from serve.wire.team.reps import RepBody, rep_faults  # noqa: PLC0415

    body: RepBody = _converted(raw, RepBody, owner)
    refuse(rep_faults(body))
    store.team.put(owner, body, BY, at)


def _converted(raw: Any, kind: Any, owner: str) -> Any:
    import msgspec  # noqa: PLC0415 - slow to import

    from features.errors import BadRequest  # noqa: PLC0415

    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise BadRequest.of(f"{owner}: {error}", "level, capacity, skills", "correct it") from error


def _spend_lines(file: Path) -> list[Any]:
    """Read a table of spend; all faults are reported at once."""
    import re  # noqa: PLC0415 - only here

    from features.errors import BadRequest, Fault  # noqa: PLC0415
    from serve.store.team.spend import SpendLine  # noqa: PLC0415

    faults, lines = [], []
    try:
        rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    except (OSError, ValueError) as error:
        raise BadRequest.of(f"{file}: {error}", "a CSV file in UTF-8", "correct it") from error
    for n, row in enumerate(rows, start=2):
        amount, month = str(row.get("amount") or "").replace(",", ""), str(row.get("month") or "")
        right = re.fullmatch(r"\d+(\.\d+)?", amount) and re.fullmatch(
            r"\d{4}-(0[1-9]|1[0-2])", month
        )
        if right and row.get("source") is not None:
            campaign = str(row.get("campaign") or "")
            lines.append(SpendLine(str(row["source"]), month, float(amount), campaign))
        else:
            faults.append(Fault(f"line {n}: {row}", "source, 2026-05, an amount", "correct it"))
    if faults or not lines:
        raise BadRequest(faults or [Fault(f"{file}: no lines", "source, month, amount", "fill it")])
    return lines


def _moved(lines: list[Any], now: Any) -> list[Any]:
    """Move the months of some lines by one span, until the last of them is the present one."""
    months = {one.month: 12 * int(one.month[:4]) + int(one.month[5:]) - 1 for one in lines}
    ahead = 12 * now.year + now.month - 1 - max(months.values())
    numbers = {month: divmod(number + ahead, 12) for month, number in months.items()}
    return [
        one._replace(month="{:04d}-{:02d}".format(*_counted(numbers[one.month]))) for one in lines
    ]


def _counted(month: tuple[int, int]) -> tuple[int, int]:
    """Return year and month, counted from 1."""
    return month[0], month[1] + 1


def open_store() -> "Store":
    """Open everything that is stored."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    return command_store.store()


def company_zone() -> Any:
    """Return the time zone of the company."""
    import os  # noqa: PLC0415 - only here
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from serve.settings import Settings  # noqa: PLC0415

    return ZoneInfo(Settings.read(os.environ).time_zone)
