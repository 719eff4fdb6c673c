"""The registry: runs, versions, aliases; a registered model answers elsewhere as it does here."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mikomi
from features.errors import BadRequest
from models.artifact import artifact
from models.estimator import feature_table
from models.estimator.feature_table import Contract
from models.registry.mlflow_client import addressed, mlflow_module
from models.registry.pyfunc_model import ANSWER_COLUMNS, RankedLeads
from models.registry.registry import FORMER_TAG, Registry
from models.registry.registry_types import RegistrySettings, Run
from serve.processes.follow import follow
from serve.scoring import model_cards
from serve.scoring.pointer import point
from tests.small_model import small_model


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry")
    artifact.save(folder / "model", small_model().artifact)
    example_rows().to_parquet(folder / "asked.parquet")
    return folder


@pytest.fixture(scope="module")
def registry(place: Path) -> Registry:
    made = Registry(RegistrySettings(), place / "mlflow")
    run_id = made.log(run(), {"report": place / "asked.parquet"})
    made.crown(made.register(run_id, place / "model", example_rows()), {"verdict": "promoted"})
    return made


def example_rows() -> pd.DataFrame:
    frame = small_model().frame
    rows = np.asarray(frame.values, dtype=np.float64)[:40]
    return pd.DataFrame(rows, columns=list(frame.catalog.names))


def run() -> Run:
    fingerprint = small_model().artifact.fingerprint
    facts = {"train.seed": 1}, {"auc": 0.75}, {"leads.csv": "ab" * 32}, "c0ffee"
    return Run(fingerprint, *facts, name="won 90d", tags={"mikomi.target": "won"})


def answered(place: Path) -> pd.DataFrame:
    here = RankedLeads()
    here.load(place / "model")
    return here.predict(example_rows())


def test_a_run_remembers_what_it_was_made_from(registry: Registry) -> None:
    run_id = registry.find_run(run().fingerprint)
    assert run_id is not None
    logged = registry._client.get_run(run_id)
    assert logged.data.params == {"train.seed": "1"}
    assert logged.data.metrics == {"auc": 0.75}
    assert logged.data.tags["mlflow.source.git.commit"] == "c0ffee"
    assert logged.inputs.dataset_inputs[0].dataset.name == "leads.csv"
    assert logged.info.status == "FINISHED"
    assert logged.info.run_name == "won 90d"
    assert logged.data.tags["mikomi.target"] == "won"
    assert [one.path for one in registry._client.list_artifacts(run_id)] == ["report"]


def test_the_same_artifact_is_logged_and_registered_once(registry: Registry, place: Path) -> None:
    run_id = registry.log(Run(run().fingerprint, metrics={"lift": 3.0}))
    again = registry.register(run_id, place / "model", example_rows())
    assert run_id == registry.find_run(run().fingerprint)
    assert [version.number for version in registry.versions()] == [again.number] == [1]


def test_the_champion_is_named_and_comes_back_to_the_bit(registry: Registry, place: Path) -> None:
    champion = registry.champion()
    assert champion is not None
    assert champion.aliases == ("champion",)
    assert champion.tags["verdict"] == "promoted"
    registry.fetch("champion", place / "fetched")
    assert artifact.load(place / "fetched").fingerprint == run().fingerprint


def test_the_card_is_stored_with_its_version(registry: Registry, place: Path) -> None:
    server = place / "server"
    server.mkdir()
    point(server, run().fingerprint, 1)
    assert not follow(registry, server)
    assert model_cards.read(server, 1) is None
    (place / "card").mkdir()
    (place / "card" / "card.json").write_text('{"format": 1}', "utf-8")
    registry.log(Run(run().fingerprint), {"card": place / "card"})
    assert not follow(registry, server)
    assert model_cards.read(server, 1) == {"format": 1}
    assert not model_cards.fetch(registry, registry.version("1"), server)


def test_an_alias_that_mlflow_itself_moved_is_respected(registry: Registry, place: Path) -> None:
    other = Registry(RegistrySettings(registry.url, model="moved"), place / "unused")
    client, files = other._client, str(place / "model")
    client.create_registered_model("moved")
    for _ in range(3):
        client.create_model_version("moved", files)
    other.crown(other.version("1"), {"verdict": "promoted"})
    client.set_registered_model_alias("moved", "champion", "3")
    assert [one.number for one in (other.champion(), other.former()) if one is not None] == [3, 1]
    other.restore(other.former(), {"verdict": "rolled back"})
    client.set_registered_model_alias("moved", "champion", "2")
    champion = other.champion()
    assert champion is not None
    assert champion.tags[FORMER_TAG] == "1"
    other.crown(other.version("3"), {})
    assert other.former().number == 2


def test_planted_fault_without_a_note_the_first_champion_has_no_former(
    registry: Registry, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Registry(RegistrySettings(registry.url, model="forgotten"), place / "unused")
    monkeypatch.setattr(Registry, "_observe", lambda *_: None)
    other._client.create_registered_model("forgotten")
    for _ in range(2):
        other._client.create_model_version("forgotten", str(place / "model"))
    other.crown(other.version("1"), {})
    other._client.set_registered_model_alias("forgotten", "champion", "2")
    with pytest.raises(BadRequest, match="champion 2, the first"):
        other.former()


def test_notebooks_load_it_by_its_address(registry: Registry) -> None:
    model = mikomi.load("models:/mikomi@champion", registry=registry.url)
    assert model.fingerprint == run().fingerprint
    assert mikomi.load("models:/mikomi/1", registry=registry.url).fingerprint == model.fingerprint
    rows = small_model().frame
    table = feature_table.table_of(rows, Contract("won", 90.0, 90.0, "2026-01-01"))
    again = model.explain(table.reset_index()).scores.probability
    assert again.tolist() == small_model().model.probability(rows.values).tolist()


def test_an_unknown_version_is_named(registry: Registry) -> None:
    with pytest.raises(BadRequest, match="version 7"):
        registry.version("7")


def test_no_code_and_no_pickle_lies_in_the_registry(registry: Registry, place: Path) -> None:
    assert registry.champion() is not None
    files = [path for path in (place / "mlflow").rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".joblib"}]
    code = [path.read_text("utf-8") for path in files if path.suffix == ".py"]
    assert len(code) == 1
    assert len(code[0].splitlines()) == 4


def test_mlflow_loads_it_by_name_and_it_answers_to_the_bit(registry: Registry, place: Path) -> None:
    mlflow = mlflow_module()
    with addressed(mlflow, registry.url):
        model = mlflow.pyfunc.load_model("models:/mikomi@champion")
    assert model.metadata.get_input_schema() is not None
    there, here = model.predict(example_rows()), answered(place)
    assert list(there.columns) == list(ANSWER_COLUMNS)
    assert there["probability"].to_numpy().tobytes() == here["probability"].to_numpy().tobytes()
    assert there["reasons_ja"].tolist() == here["reasons_ja"].tolist()


def test_a_missing_column_is_a_missing_value(place: Path) -> None:
    here = RankedLeads()
    here.load(place / "model")
    column = example_rows().columns[1]
    without = here.predict(example_rows().drop(columns=column))
    empty = here.predict(example_rows().assign(**{column: np.nan}))
    pd.testing.assert_frame_equal(without, empty)
    assert not without["probability"].equals(here.predict(example_rows())["probability"])


def test_another_process_serves_it_by_mlflow_to_the_bit(registry: Registry, place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["models", "serve", "-m", "models:/mikomi@champion", "--env-manager", "local"]
    server = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "mlflow", *words, "--host", "127.0.0.1", "--port", str(port)],
        env=os.environ
        | {"MLFLOW_TRACKING_URI": registry.url, "MLFLOW_DISABLE_TELEMETRY": "true"}
        | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/ping", server)
        body = json.dumps({"dataframe_split": json.loads(example_rows().to_json(orient="split"))})
        answer = json.loads(_post(f"http://127.0.0.1:{port}/invocations", body))["predictions"]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    here = answered(place)
    assert [one["probability"] for one in answer] == here["probability"].tolist()
    assert [one["reasons_ja"] for one in answer] == here["reasons_ja"].tolist()


def _post(url: str, body: str) -> str:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body.encode(), headers)  # noqa: S310 - this machine
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - this machine
        text: str = answer.read().decode()
    return text


def _wait(url: str, server: "subprocess.Popen[bytes]", patience_seconds: float = 180) -> None:
    end = time.monotonic() + patience_seconds
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(url):  # noqa: S310 - this machine
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    raise AssertionError("the server did not answer")
