"""The command `mikomi setup`: the database and the first administrator's key."""

import typer


def setup(context: typer.Context) -> None:
    """Create the database of a server and the first administrator's key, which is shown once.

    Set MIKOMI_REQUIRE_KEYS=yes, before or after: nobody is answered without a key, even by an empty
    database. A server that runs already takes the key up within seconds.
    """
    from features.errors import BadRequest  # noqa: PLC0415 - slow to import
    from serve.cli import command_store  # noqa: PLC0415

    keys = command_store.keys(new=True)
    if keys.all():
        raise BadRequest.of("a database with keys", "one without", "see `mikomi key list`")
    key_id, key = keys.create("administrator", frozenset({"admin"}), 6_000, context.obj())
    typer.echo(f"key {key_id} of the administrator; it is not shown again:", err=True)
    typer.echo(key)
    command_store.note(f"made key {key_id} (admin) for administrator", context.obj())
    typer.echo("start the server with MIKOMI_REQUIRE_KEYS=yes; users: `mikomi user add`", err=True)
