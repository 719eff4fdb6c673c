"""Pooled connections: one that PostgreSQL has closed is replaced, the one used last comes first."""

import time
from pathlib import Path

from serve.store.engine import open_engine


def test_a_connection_that_the_server_has_closed_is_replaced(empty_postgres: str) -> None:
    engine, other = open_engine(empty_postgres), open_engine(empty_postgres)
    with engine.connect() as connection:
        process = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select pg_backend_pid()").scalar_one() == process
    with other.connect() as connection:
        connection.exec_driver_sql(f"select pg_terminate_backend({process})")
    deadline = time.monotonic() + 5.0
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select pg_backend_pid()").scalar_one() != process
    engine.dispose()
    other.dispose()


def test_the_connection_that_was_used_last_comes_first(url: str) -> None:
    engine = open_engine(url)
    first, second = engine.connect(), engine.connect()
    driver = second.connection.driver_connection
    first.close()
    second.close()
    with engine.connect() as again:
        assert again.connection.driver_connection is driver
    engine.dispose()
