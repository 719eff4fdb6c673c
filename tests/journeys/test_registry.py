"""The registry: runs, versions, aliases; a registered model answers elsewhere as it does here."""

import ast
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

import mikomi
from features.errors import BadRequest
from models.artifact import artifact
from models.estimator import feature_table
from models.estimator.feature_table import Contract
from models.registry.mlflow_client import addressed, mlflow_module
from models.registry.model_columns import ANSWER_COLUMNS, INPUT_COLUMNS
from models.registry.registry import FORMER_TAG, Registry
from models.registry.registry_types import RegistrySettings, Run
from serve.processes.follow import follow
from serve.scoring import model_cards
from serve.scoring.pointer import point
from serve.scoring.registered_model import RegisteredModel
from tests import carried_code, served
from tests.raw_leads import ACCOUNT, AS_OF, WRONG, leads

BARE = """
import json, sys
sys.path.append({libraries!r})
from importlib.util import find_spec
own = ("features", "models", "serve")
project = [one for one in (*own, "pipelines", "mikomi") if find_spec(one)]
import mlflow, pandas as pd
model = mlflow.pyfunc.load_model({model!r})
rows = json.load(open({leads!r}))
answer = model.predict(pd.DataFrame(rows, columns=list(rows[0]), dtype=object))
files = [m.__file__ for name, m in [*sys.modules.items()] if name.split(".")[0] in own]
probability = answer["probability"].tolist()
print(json.dumps({{"project": project, "probability": probability, "files": files}}))
"""
OWN = {"features", "models", "serve", *sys.stdlib_module_names}
PACKAGED_AS = {"yaml": "pyyaml"}


def imported(file: str) -> set[str]:
    """Return the libraries that a file imports when it is loaded."""
    names: list[str] = []
    for node in ast.parse(Path(file).read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(str(node.module))
    return {one.split(".")[0] for one in names} - OWN


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry")
    artifact.save(folder / "model", served.artifact())
    (folder / "asked.txt").write_text("a report", "utf-8")
    return folder


@pytest.fixture(scope="module")
def registry(place: Path) -> Registry:
    made = Registry(RegistrySettings(), place / "mlflow")
    run_id = made.log(run(), {"report": place / "asked.txt"})
    made.crown(made.register(run_id, place / "model"), {"verdict": "promoted"})
    carried_code.warm(place / "mlflow" / "files")
    return made


def run() -> Run:
    fingerprint = served.artifact().fingerprint
    facts = {"train.seed": 1}, {"auc": 0.75}, {"leads.csv": "ab" * 32}, "c0ffee"
    return Run(fingerprint, *facts, name="won 90d", tags={"mikomi.target": "won"})


@pytest.fixture(scope="module")
def here(place: Path) -> RegisteredModel:
    made = RegisteredModel()
    made.load(place / "model")
    return made


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
    again = registry.register(run_id, place / "model")
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
    rows, _ = served.features()
    table = feature_table.table_of(rows, Contract("won", 90.0, 90.0, "2026-01-01"))
    again = model.explain(table.reset_index()).scores.probability
    assert again.tolist() == served.artifact().model.probability(rows.values).tolist()


def test_an_unknown_version_is_named(registry: Registry) -> None:
    with pytest.raises(BadRequest, match="version 7"):
        registry.version("7")


def test_no_pickle_lies_in_the_registry_and_no_person(registry: Registry, place: Path) -> None:
    assert registry.champion() is not None
    files = [path for path in (place / "mlflow").rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in {".pkl", ".pickle", ".joblib"}]
    examples = [path.read_text("utf-8") for path in files if "input_example" in path.name]
    assert examples
    ids = re.findall(r'"(example-\d)"|"(L\d+)"', " ".join(examples))
    assert {one for pair in ids for one in pair if one} == {"example-1", "example-2"}


def test_mlflow_loads_it_by_name_and_it_answers_to_the_bit(
    registry: Registry, here: RegisteredModel
) -> None:
    mlflow = mlflow_module()
    with addressed(mlflow, registry.url):
        model = mlflow.pyfunc.load_model("models:/mikomi@champion")
    assert model.metadata.get_input_schema() is not None
    assert list(model.input_example.columns) == list(INPUT_COLUMNS)
    there, own = model.predict(leads()), here.predict(leads())
    assert list(there.columns) == list(ANSWER_COLUMNS)
    pd.testing.assert_frame_equal(there, own, check_exact=True)
    assert own["probability"].nunique() == len(own)
    made = model.unwrap_python_model().rows(
        pd.DataFrame(
            [
                {"lead_id": "L-1", "created_at": "2026-04-01T00:00:00Z", "owner_id": "sato"}
                | served.body(0)["attributes"]
                | {"newsletter": None, "job_role": None}
            ]
        ),
        activities=pd.DataFrame(served.body(4)["activities"]).assign(lead_id="L-1"),
        as_of=AS_OF,
    )
    made["account"] = [ACCOUNT]
    assert model.predict(made)["probability"].tolist() == own["probability"].tolist()[1:2]


def test_through_mlflow_a_wrong_column_is_refused_too(registry: Registry) -> None:
    mlflow = mlflow_module()
    with addressed(mlflow, registry.url):
        model = mlflow.pyfunc.load_model("models:/mikomi@champion")
    for wrong in ("a column", "an attribute", "features"):
        rows, *words = WRONG[wrong]
        with pytest.raises(mlflow.MlflowException) as refused:
            model.predict(rows)
        assert all(word in str(refused.value) for word in words)


def test_it_needs_only_the_code_and_the_libraries_that_it_carries(
    registry: Registry, here: RegisteredModel, tmp_path: Path
) -> None:
    """Loaded where this project cannot be imported, with pinned libraries, it gives the same."""
    model = next((Path(registry.url.removeprefix("sqlite:///")).parent / "files").rglob("MLmodel"))
    pinned = (model.parent / "requirements.txt").read_text("utf-8").split()
    assert all("==" in one for one in pinned)
    (tmp_path / "leads.json").write_text(json.dumps(leads().to_dict("records")), "utf-8")
    rows, installed = str(tmp_path / "leads.json"), sysconfig.get_path("purelib")
    script = BARE.format(libraries=installed, model=str(model.parent), leads=rows)
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603 - our own words
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["project"] == []
    assert answer["probability"] == here.predict(leads())["probability"].tolist()
    assert all(one.startswith(str(model.parent)) for one in answer["files"])
    libraries = {PACKAGED_AS.get(one, one) for file in answer["files"] for one in imported(file)}
    assert "msgspec" in libraries
    assert libraries <= {one.split("==")[0] for one in pinned}


def test_another_process_serves_it_by_mlflow_to_the_bit(
    registry: Registry, here: RegisteredModel
) -> None:
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
        body = json.dumps({"dataframe_records": leads().to_dict("records")})
        answer = json.loads(_post(f"http://127.0.0.1:{port}/invocations", body))["predictions"]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    own = here.predict(leads())
    assert [one["probability"] for one in answer] == own["probability"].tolist()
    assert [one["reasons_ja"] for one in answer] == own["reasons_ja"].tolist()


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
