"""What the machine does to a command is a message with exit code 5, and nothing is half-written."""

import hashlib
import io
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from shutil import copytree, move, rmtree

import pytest

from models.registry import reachable
from pipelines.storage import atomic
from serve.processes.follow import follow_target, open_registry
from serve.scoring.pointer import pointed
from serve.settings import Settings
from tests.small_company import ROOT, create_company, inside, mikomi

FAILED = 5
STAGES = ("ingest", "snapshot", "featurize", "train", "evaluate", "leaks", "promote", "card")
REGISTRY = Path("artifacts/mlflow/mlflow.db")
USES_THE_REGISTRY = (
    ["promote"],
    ["rollback", "--reason", "it was wrong"],
    ["models"],
    ["score", "--model", "1"],
    ["train"],
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("machine")
    create_company(folder)
    assert mikomi(folder, "run") == 0
    assert mikomi(folder, "score") == 0
    return folder


@pytest.fixture
def company(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the company, and restore it afterwards: its registry names its own files."""
    monkeypatch.setattr(reachable, "WAIT_SECONDS", 0.2)
    copytree(trained, tmp_path / "saved")
    yield trained
    rmtree(trained)
    move(tmp_path / "saved", trained)


def content(folder: Path) -> dict[str, str]:
    """Return the hash of every file, without finished parts that wait for the rest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".work-" not in path.as_posix()
    }


def failed(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that has to fail in words; return its message as one line."""
    capsys.readouterr()
    assert mikomi(folder, *words) == FAILED
    message = capsys.readouterr().err
    assert "Traceback" not in message
    for word in ("found ", "expected ", "do  "):
        assert word in message
    return " ".join(message.split())


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let the operating system refuse every file that grows beyond a size, in bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold a database as another process would: alone, until the end."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin exclusive")
        yield
        other.execute("rollback")


@pytest.mark.parametrize("stage", [*STAGES, "score"])
def test_a_full_disk_leaves_every_output_as_it_was(
    company: Path, stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(company)
    with no_file_above(0), capsys.disabled():
        code, message = in_memory(company, stage)
    assert code == FAILED
    assert content(company) == before
    assert "no room" in message or "without room" in message
    assert "run the command again" in message
    assert str(company) in message or "data/small" in message or "artifacts/" in message
    assert "Traceback" not in message


def in_memory(folder: Path, *words: str) -> tuple[int, str]:
    """Run a command whose messages go to memory, as no file may grow."""
    printed = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(printed):
        code = mikomi(folder, *words)
    return code, " ".join(printed.getvalue().split())


def test_the_same_command_succeeds_when_there_is_room_again(company: Path) -> None:
    before = content(company)
    with no_file_above(2_000):
        assert in_memory(company, "score")[0] == FAILED
    assert mikomi(company, "score") == 0
    assert content(company) == before
    assert not list(company.rglob(".*.work-*"))


def test_half_an_output_would_be_noticed(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a storage that writes in place."""

    @contextmanager
    def in_place(path: Path) -> Iterator[Path]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        yield path

    monkeypatch.setattr(atomic, "replacing", in_place)
    before = content(company)
    with no_file_above(0):
        in_memory(company, "leaks")
    assert content(company) != before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_disk_that_is_really_full(company: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 - fixed
        pytest.skip("a container that may not mount")
    try:
        code, message = in_memory(company, "ingest")
        assert code == 0
        small = company / "data" / "small"
        rmtree(small)
        small.symlink_to(disk)
        code, message = in_memory(company, "ingest")
        assert code == FAILED
        assert "no room to write data/small/tables: the disk ended it after" in message
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)  # noqa: S603, S607 - fixed words


@pytest.mark.parametrize("words", USES_THE_REGISTRY, ids=lambda words: words[0])
def test_a_locked_registry(
    company: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(company / "artifacts" / "mlflow")
    with locked(company / REGISTRY):
        assert "locked by another process" in failed(company, capsys, *words)
    assert content(company / "artifacts" / "mlflow") == before


@pytest.mark.parametrize("words", USES_THE_REGISTRY[:4], ids=lambda words: words[0])
@pytest.mark.parametrize("bad", ["text", "pages", "gone", "empty"])
def test_a_damaged_or_missing_registry(
    company: Path, words: list[str], bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = company / REGISTRY
    good = database.read_bytes()
    if bad == "gone":
        database.unlink()
    else:
        harm = {
            "text": b"name,called\n" * 500,
            "pages": good[:100] + b"\x55" * 50_000,
            "empty": b"",
        }
        database.write_bytes(harm[bad])
    champion = content(company / "artifacts" / "small" / "champion")
    message = failed(company, capsys, *words)
    assert "registry" in message
    assert "mikomi restore" in message
    assert content(company / "artifacts" / "small" / "champion") == champion
    assert not database.exists() if bad == "gone" else database.stat().st_size in {0, 6_000, 50_100}


def test_tables_of_a_newer_mlflow(company: Path) -> None:
    with closing(sqlite3.connect(company / REGISTRY)) as connection, connection:
        connection.execute("update alembic_version set version_num = 'ffffffffffff'")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipelines", "models"]
    ended = subprocess.run(  # noqa: S603 - our own words; MLflow looks once a process
        command, cwd=company, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == FAILED
    assert "tables of another version of MLflow" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_the_champion_scores_without_the_registry(company: Path) -> None:
    (company / REGISTRY).unlink()
    assert mikomi(company, "score") == 0


def test_files_of_a_version_that_are_gone(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rmtree(company / "artifacts" / "mlflow" / "files")
    assert mikomi(company, "score", "--model", "1") == 2
    assert "version 1 without an artifact" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("bad", ["damaged", "locked", "replaced"])
def test_a_server_goes_on_while_the_registry_cannot_be_used(
    company: Path, bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so each round, and takes up the champion when the registry is back."""
    database, models = company / REGISTRY, tmp_path / "server"
    good = database.read_bytes()
    settings = Settings.read(
        {"MIKOMI_REGISTRY": str(database.parent), "MIKOMI_MODELS": str(models)}
    )
    registry = open_registry(settings)
    models.mkdir()
    if bad == "locked":
        with locked(database):
            registry = follow_target(registry, settings, "")
    else:
        other = tmp_path / "other.db"
        other.write_bytes(b"not a database" if bad == "damaged" else good)
        move(other, database)
        registry = follow_target(registry, settings, "")
    assert registry is None
    assert "the registry cannot be used: found the registry" in capsys.readouterr().err
    assert not (models / "champion.json").exists()
    database.write_bytes(good)
    assert follow_target(registry, settings, "") is not None
    assert pointed(models) == 1


@pytest.mark.parametrize("stage", ["snapshot", "featurize", "score"])
@pytest.mark.parametrize("harm", ["cut", "one byte", "gone"])
def test_damaged_tables_are_named(
    company: Path, stage: str, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = company / "data" / "small" / "tables" / "activities" / "part-00001.parquet"
    good = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        changed = bytearray(good)
        changed[len(good) // 3] ^= 1
        path.write_bytes(good[: len(good) // 2] if harm == "cut" else changed)
    message = failed(company, capsys, stage)
    assert "activities/part-00001.parquet" in message
    assert "run `mikomi ingest` again" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda text: text[:100], "JSONDecodeError"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "another version of mikomi"),
        (lambda text: text.replace("{", '{"newer": 1, ', 1), "other fields: newer"),
    ],
    ids=["cut", "newer format", "newer field"],
)
def test_a_manifest_that_is_cut_or_newer(
    company: Path, text: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = company / "data" / "small" / "tables" / "manifest.json"
    path.write_text(text(path.read_text("utf-8")), "utf-8")  # type: ignore[operator]
    assert mikomi(company, "snapshot") in {2, FAILED}
    message = " ".join(capsys.readouterr().err.split())
    assert words in message
    assert "run `mikomi ingest` again" in message
    assert "Traceback" not in message


def test_a_snapshot_file_that_is_cut(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = company / "data" / "small" / "snapshots" / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:500])
    assert "Parquet" in failed(company, capsys, "featurize")


def test_a_folder_that_may_not_be_read(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As root every folder may be read, so the refusal is the operating system's own class."""
    with inside(company), pytest.MonkeyPatch.context() as patch:
        refusal = PermissionError(13, "Permission denied", "data/small/tables")
        patch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(refusal))
        assert "no right to use data/small/tables" in failed(company, capsys, "leaks")
