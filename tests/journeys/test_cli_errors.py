"""What the command refuses is a message that says what to do, with exit code 2; no traceback."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.small_company import ROOT, inside, mikomi

PARAMS = f"workspace: small\nsource: {{mapping: {ROOT}/examples/sample/mapping.yaml}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train", "--params", "nowhere.yaml"], "a params file"),
        (["snapshot"], "mikomi ingest"),
        (["featurize"], "mikomi snapshot"),
        (["train"], "mikomi snapshot"),
        (["splits"], "mikomi ingest"),
        (["ingest"], "leads.csv"),
        (["score"], "mikomi promote"),
        (["score", "--as-of", "soon"], "2026-04-01"),
        (["feature", "x", "yesterday"], "mikomi featurize"),
        (["check", "params.yaml"], "mikomi schema"),
        (["sample", "--leads", "0", "--out", "x"], "at least one"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_refusal_says_what_to_do(
    folder: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(folder, *words) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert "found " in printed.err
    assert "expected " in printed.err
    assert "Traceback" not in printed.err + printed.out


def test_every_fault_of_params_is_reported_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "params.yaml").write_text("cohort: {horizon: 1}\nnothing: 1\nscore: {batch_rows: x}")
    assert mikomi(folder, "run") == 2
    assert "BadParams (3 faults)" in capsys.readouterr().err


def test_a_defect_is_not_hidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.stages import inspect_data  # noqa: PLC0415 - patched

    def broken(_job: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(inspect_data, "profile", broken)
    with pytest.raises(ZeroDivisionError):
        mikomi(folder, "profile")


def test_a_mapping_is_not_written_over(folder: Path) -> None:
    (folder / "mapping.yaml").touch()
    (folder / "leads.csv").write_text("lead_id,created_at,won\n1,2026-01-01,yes\n")
    assert mikomi(folder, "init", "leads.csv") == 2
    assert mikomi(folder, "init", "leads.csv", "--force") == 0
    assert "lead_id" in (folder / "mapping.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "section"), [(["schema"], "leads"), (["schema", "--params"], "cohort")]
)
def test_a_schema_is_json(
    folder: Path, words: list[str], section: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(folder, *words) == 0
    assert section in json.loads(capsys.readouterr().out)["properties"]


@pytest.mark.parametrize("command", ["ingest", "run", "retrain"])
@pytest.mark.parametrize("option", ["--server-database", "--source"])
def test_a_server_database_has_its_former_option_too(
    folder: Path, command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(folder, command, option, "sqlite:///nowhere.db") == 2
    assert "sqlite:///nowhere.db: no file" in " ".join(capsys.readouterr().err.split())


def test_help_imports_nothing_slow(folder: Path) -> None:
    """Measured by what is imported, because a busy machine is slow at anything."""
    code = (
        "import sys; from pipelines.commands.app import app; "
        "print([m for m in ('pandas', 'numpy', 'mlflow', 'lightgbm') if m in sys.modules])"
    )
    began = time.perf_counter()
    with inside(folder):
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        )
    assert done.stdout.strip() == "[]"
    assert time.perf_counter() - began < 30
