"""The commands `mikomi user`: who may sign in to the pages, and their names there.

Decided here: a password is read from the terminal without echo, or from standard input; never from
an argument, which every process of the machine could read.
"""

import getpass
import sys
from typing import Annotated

import typer


def made() -> typer.Typer:
    """Return the group of commands."""
    users = typer.Typer(no_args_is_help=True, help="Make, list and disable users of the pages.")
    users.command(name="add")(add)
    users.command(name="list")(list_users)
    users.command(name="call")(call)
    users.command(name="disable")(disable)
    users.command(name="enable")(enable)
    users.command(name="role")(role)
    users.command(name="password")(password)
    users.command(name="link")(link)
    users.command(name="unlink")(unlink)
    return users


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="By which they sign in.")],
    role: Annotated[
        str,
        typer.Option(
            help="sales (own and unowned leads), marketing, manager or admin (all leads)."
        ),
    ] = "sales",
    owner: Annotated[
        str | None, typer.Option(help="The owner_id of a sales user's leads; missing: the name.")
    ] = None,
    called: Annotated[
        str | None,
        typer.Option(help="Their name on the pages; missing: see docs/how-to/integrating.md."),
    ] = None,
    *,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They sign in by the sign-in provider alone.")
    ] = False,
) -> None:
    """Make a user; the password is asked for, or read from standard input."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import
    from serve.store.people.users import User  # noqa: PLC0415

    own = owner or (name if role == "sales" else None)
    user = User(name, role, own, display_name=called)
    command_store.users(new=True).add(user, None if no_password else _secret(), context.obj())
    _note(context, name, "add")
    leads = f", whose leads are those of owner {own}" if own else ""
    typer.echo(f"user {name} ({role}) may sign in{leads}")


def list_users() -> None:
    """List the users."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    for user in command_store.users().all():
        state = "disabled" if user.disabled else "in use"
        called = f"  {user.display_name}" if user.display_name else ""
        line = f"{user.user_id:<24} {user.role:<8} {state:<9} owner {user.owner_id or '-'}"
        typer.echo(line + called)


def call(
    context: typer.Context,
    name: str,
    called: Annotated[str, typer.Argument(help='Their name on the pages; "" takes it away.')],
) -> None:
    """Call a user by another name on the pages."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    command_store.users().call(name, called)
    _note(context, name, "call")
    typer.echo(f"user {name} is called {called or name}")


def disable(context: typer.Context, name: str) -> None:
    """Let a user in no more, and end their sessions."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    command_store.users().disable(name, context.obj())
    _note(context, name, "disable")
    typer.echo(f"user {name} is disabled")


def enable(context: typer.Context, name: str) -> None:
    """Let a disabled user sign in again."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    command_store.users().enable(name)
    _note(context, name, "enable")
    typer.echo(f"user {name} may sign in again")


def role(
    context: typer.Context,
    name: str,
    role: Annotated[str, typer.Argument(help="sales, marketing, manager or admin.")],
    owner: Annotated[
        str | None, typer.Option(help="The owner_id of a sales user's leads; missing: the name.")
    ] = None,
) -> None:
    """Change what a user may do, and end their sessions."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    own = owner or (name if role == "sales" else None)
    command_store.users().set_role(name, role, own)
    _note(context, name, "role")
    typer.echo(f"user {name} is now {role}" + (f", owner {own}" if own else ""))


def password(context: typer.Context, name: str) -> None:
    """Set another password for a user, and end their sessions."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    command_store.users().set_password(name, _secret())
    _note(context, name, "password")
    typer.echo(f"user {name} has another password")


def link(
    context: typer.Context,
    name: str,
    email: Annotated[
        str | None, typer.Option(help="The address that the provider has verified.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="The provider's id of the person; safer than an address.")
    ] = None,
) -> None:
    """Let a user sign in by the provider of MIKOMI_OIDC_ISSUER as well."""
    from features.errors import BadRequest  # noqa: PLC0415 - slow to import
    from serve.cli import command_store  # noqa: PLC0415
    from serve.store.people.identities import of_email, of_subject  # noqa: PLC0415

    issuer = command_store.issuer()
    if not (email or (subject and issuer)):
        wanted = "--email, or --subject and MIKOMI_OIDC_ISSUER as the server has it"
        raise BadRequest.of("a link to nobody", wanted, "name whom the provider means")
    identities = command_store.identities()
    if email:
        identities.link(name, of_email(email))
    if subject:
        identities.link(name, of_subject(issuer, subject))
    _note(context, name, "link")
    typer.echo(f"user {name} may sign in as {' and '.join(filter(None, (email, subject)))}")


def unlink(context: typer.Context, name: str) -> None:
    """Remove all that was linked to a user; a session goes on until it ends."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    removed = command_store.identities().unlink(name)
    _note(context, name, "unlink")
    typer.echo(f"{removed} links of user {name} removed")


def _note(context: typer.Context, name: str, what: str) -> None:
    """Add the line to the audit that the page of users adds."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import
    from serve.store.people.users import name_of  # noqa: PLC0415

    command_store.note(f"changed user {name_of(name)}: {what}", context.obj())


def _secret() -> str:
    """Prompt twice at a terminal; else read the first line of standard input."""
    from features.errors import BadRequest  # noqa: PLC0415 - slow to import

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise BadRequest.of("two different passwords", "the same twice", "try again")
    return first
