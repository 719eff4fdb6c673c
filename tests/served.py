"""A small model of real features, as a server would have it, and leads to ask it about."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.build import FeatureFrame, build
from features.timeline import to_moments
from models.artifact.artifact import Artifact, save
from models.explain.proof import learn_evidence
from models.model import reference
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from models.stats.follow_up import FollowUp, ObservedRows
from models.stats.training_set import TrainingSet
from models.training import fit_model
from models.training.time import newest_rows
from serve.scoring.pointer import point
from tests import builders

SETTINGS = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(penalties=(30.0,)),
    booster=BoosterSettings(max_trees=30, threads=1),
)
SIZE = builders.Company(leads=250, activities=4_000, outcomes=200, changes=100, seed=3)


@cache
def features() -> tuple[FeatureFrame, pd.DataFrame]:
    """Compute the features that the model is trained on, and their snapshots."""
    tables = builders.company(SIZE)
    rows = builders.snapshots(tables, 3, each=6)
    return build(tables, rows, builders.learned(tables, rows)), rows


@cache
def artifact(seed: int = 0) -> Artifact:
    """Train once for all tests of a process; calls and the industry are what tells."""
    built, rows = features()
    catalog, values = built.catalog, np.asarray(built.values)
    random = np.random.default_rng(seed)
    names = {name: n for n, name in enumerate(catalog.names)}
    calls = values[:, names["engagement__call_count__30d"]]
    margin = -2.0 + 1.5 * np.nan_to_num(calls) + 0.8 * (values[:, names["profile__industry"]] == 1)
    label = (random.random(len(margin)) < 1.0 / (1.0 + np.exp(-margin))).astype(np.float64)
    lead = np.unique(rows["lead_id"], return_inverse=True)[1].astype(np.int64)
    taught = TrainingSet(
        values, label, lead, to_moments(rows["cutoff"]), catalog.names, catalog.categorical
    )
    days = np.where(label == 1.0, 30.0 * random.random(len(label)), np.inf)
    known = ObservedRows(taught, FollowUp(days, np.full(len(days), 90.0)))
    newest = ObservedRows(taught.take(days < 0.0), known.follow_up.take(days < 0.0))
    model = newest_rows.teach(fit_model.fit(taught, SETTINGS, seed=seed), known, newest, 30.0)
    return Artifact(
        model=model,
        catalog=catalog,
        reference=reference.learn(model.margin(taught.values)),
        evidence=learn_evidence.learn(taught, model, catalog, (SETTINGS, None, seed)),
        about={"horizon_days": 30.0, "seed": seed},
    )


def body(activities: int) -> dict[str, Any]:
    """Return the body for a lead with activities in the month before June 2026."""
    kinds = ("page_view", "call", "email_open", "inquiry")
    done = [
        {
            "activity_type": kinds[n % len(kinds)],
            "occurred_at": f"2026-05-{1 + n % 28:02d}T{n % 24:02d}:{n % 60:02d}:00Z",
            "topic": "pricing",
            "dwell_seconds": 10.0 + n,
        }
        for n in range(activities)
    ]
    return {
        "lead_id": "L-1",
        "created_at": "2026-04-01T00:00:00Z",
        "owner_id": "sato",
        "attributes": {"industry": "製造業", "employees": 120},
        "activities": done,
    }


def lay_down(folder: Path, seed: int = 0) -> str:
    """Put the model into a server's folder of models, and give its fingerprint."""
    model = artifact(seed)
    save(folder / "models" / model.fingerprint, model)
    return model.fingerprint


LABELS = {"en": "Upsell", "ja": "追加契約"}


def lay_down_target(folder: Path, name: str, seed: int) -> str:
    """Put a model for another target beside the server's own, point at it, give its fingerprint."""
    own = folder / "targets" / name
    about = artifact(seed).about | {"target": {"name": name, "label": LABELS}, "outcome": "opened"}
    model = replace(artifact(seed), about=about)
    save(own / "models" / model.fingerprint, model)
    point(own, model.fingerprint, 3)
    return model.fingerprint


@contextmanager
def server(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run `mikomi serve` on a free port of loopback until it is ready; end it afterwards."""
    port = free_port()
    variables = {
        "MIKOMI_PORT": str(port),
        "MIKOMI_MODELS": str(folder),
        "MIKOMI_REGISTRY": str(folder / "no registry"),
        "MIKOMI_DATABASE_URL": f"sqlite:///{folder / 'mikomi.db'}",
        "MIKOMI_POLL_SECONDS": "0.05",
        "MIKOMI_ACCESS_LOG": "no",
    }
    command = [Path(sys.executable).parent / "mikomi", "serve"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(  # noqa: S603 - our own command
            command, env=os.environ | variables | settings, stderr=log, stdout=log
        )
        try:
            _wait_until_ready(running, port, folder / "log")
            yield running, port
        finally:
            running.terminate()
            running.wait(120)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_ready(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(3_600):  # a busy machine needs long
        try:
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        assert running.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def ask(port: int, method: str, path: str, content: bytes | None = None) -> tuple[int, bytes]:
    """Send one request."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, content)
        answer = connection.getresponse()
        return answer.status, answer.read()
