"""A date on the command line means its end where the company is; a moment stays what it is."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.reading.reading import RecordReading
from pipelines.lifecycle import lift, shadow
from pipelines.lifecycle.monitor import stage as monitor
from pipelines.run.workspace import Workspace
from pipelines.scoring import one_lead
from pipelines.storage import frames
from pipelines.storage.partitions import Manifest
from tests.small_company import PARAMS, mikomi

READING = RecordReading(zone="Asia/Tokyo").to_json()
COMMANDS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "monitor": (monitor, "run", ("--as-of",)),
    "shadow": (shadow, "run", ("--as-of",)),
    "lift": (lift, "run", ("--as-of",)),
    "feature": (one_lead, "look", ("L-1",)),
}
REFUSED = 2


class Reached(Exception):
    """The moment that a command was to use."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    tables = tmp_path / Workspace("small", tmp_path).tables
    tables.mkdir(parents=True)
    held = Manifest(name="x", partitions=0, observed_until="2026-04-02T00:00Z", reading=READING)
    (tables / "manifest.json").write_text(held.model_dump_json(), "utf-8")
    monkeypatch.setattr(frames, "catalog", lambda _: None)
    for module, name, _ in COMMANDS.values():
        monkeypatch.setattr(module, name, reached)
    return tmp_path


def reached(*values: Any) -> None:
    raise Reached(next(one for one in values if isinstance(one, pd.Timestamp)))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-04-01", "2026-04-01T15:00Z"),
        ("2026-04-01T00:00", "2026-04-01T00:00Z"),
        ("2026-04-01T09:00+09:00", "2026-04-01T00:00Z"),
    ],
)
def test_a_date_is_its_end_and_a_moment_itself(
    folder: Path, command: str, written: str, moment: str
) -> None:
    with pytest.raises(Reached) as caught:
        mikomi(folder, command, *COMMANDS[command][2], written)
    assert caught.value.args == (pd.Timestamp(moment),)


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_date_is_refused(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mikomi(folder, command, *COMMANDS[command][2], "soon") == REFUSED
    assert "2026-04-01T09:00+09:00" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["shadow", "lift"])
def test_a_date_needs_tables_and_a_moment_does_not(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / Workspace("small", folder).tables / "manifest.json").unlink()
    assert mikomi(folder, command, "--as-of", "2026-04-01") == REFUSED
    assert "mikomi ingest" in capsys.readouterr().err
    with pytest.raises(Reached):
        mikomi(folder, command, "--as-of", "2026-04-01T00:00Z")
