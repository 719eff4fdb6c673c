"""The tables that the code works with, compared with those that a database has."""

from sqlalchemy import Engine, MetaData, inspect


def _expected() -> MetaData:
    """Return all our tables; each file of tables adds its own."""
    from serve.store import account_tables, erasures, tables, team_tables  # noqa: F401, PLC0415
    from serve.store.people import tables_users  # noqa: F401, PLC0415

    return tables.METADATA


def own_tables(engine: Engine) -> tuple[str, ...]:
    """Return the tables of a database that have names of ours."""
    names = inspect(engine).get_table_names()
    return tuple(sorted(set(names) & set(_expected().tables)))


def lacking(engine: Engine) -> tuple[str, ...]:
    """Return the tables and columns of ours that a database lacks, each by its name.

    Parameters
    ----------
    engine
        Of a database whose version is the newest.
    """
    there = inspect(engine)
    columns = {
        table: {str(one["name"]) for one in there.get_columns(table)}
        for table in there.get_table_names()
    }
    missing = [
        f"table {name}" if name not in columns else f"column {name}.{column.name}"
        for name, table in _expected().tables.items()
        for column in table.columns
        if column.name not in columns.get(name, ())
    ]
    return tuple(dict.fromkeys(missing))
