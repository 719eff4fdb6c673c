"""Stores that are not as one thinks: folders, missing buckets, strange names, other owners."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.errors import MachineFault
from models.artifact import remote
from pipelines.__main__ import FAILED
from pipelines.lifecycle.erasure import files
from pipelines.storage import partitions
from tests import emulated_stores
from tests.parity.test_dask import store
from tests.parity.test_object_store import in_store, naming
from tests.served import free_port
from tests.small_company import mikomi

pytest.importorskip("upath", reason="a store of objects needs an extra")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run an S3 server on loopback; yield the URL of a bucket."""
    with emulated_stores.amazon(tmp_path_factory.mktemp("s3"), free_port()) as url:
        yield url


def test_a_file_of_a_folder_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = remote.place(f"file://{tmp_path}/features")
    remote.send(Path(__file__), remote.version(folder, "1") / "rows")
    remote.publish(remote.version(folder, "1"))
    written: list[str] = []

    def renamed(beside: str, name: str) -> None:
        written.append(Path(name).read_text("utf-8") if Path(name).exists() else "nothing")
        Path(beside).rename(name)

    monkeypatch.setattr(os, "replace", renamed)
    remote.send(Path(__file__), remote.version(folder, "2") / "rows")
    remote.publish(remote.version(folder, "2"))
    assert written == ["nothing", "version-1"], "what was there, until the whole of the new is"
    assert remote.current(folder).name == "version-2"


def test_a_bucket_that_is_missing_is_not_made(s3: str, tmp_path: Path) -> None:
    from s3fs import S3FileSystem  # noqa: PLC0415 - may be missing

    missing = s3.replace("company", "compnay")
    with pytest.raises(MachineFault, match=r"compnay.*bucket does not exist"):
        remote.check(remote.place(f"{missing}/mikomi"))
    with pytest.raises(FileNotFoundError):
        remote.send(Path(__file__), remote.place(f"{missing}/mikomi/file"))
    (tmp_path / "params.yaml").write_text(f"store: {{url: '{missing}/mikomi'}}", "utf-8")
    assert mikomi(tmp_path, "run") == FAILED
    assert not S3FileSystem(skip_instance_cache=True).exists("compnay")


def test_strange_names_are_the_folders_that_they_say(s3: str, tmp_path: Path) -> None:
    from s3fs import S3FileSystem  # noqa: PLC0415 - may be missing

    for name in ("our leads/見込み客/", "a#b", "a?b", "a%20b"):
        made = in_store(tmp_path, f"{s3}/{name}".rstrip("/"))
        store(made.places)
        named = S3FileSystem(skip_instance_cache=True).find(f"company/{name}".rstrip("/"))
        assert named
        assert all(f"{tmp_path.name}/data/small/tables/" in one for one in named)
        assert len(partitions.read(made.places.tables, 0).leads)


def test_an_erasure_leaves_what_others_have_in_the_store(tmp_path: Path) -> None:
    """Another workspace, and objects that are none of ours."""
    first, second = (
        in_store(tmp_path, "memory://company", name=name) for name in ("small", "other")
    )
    for made in (first, second):
        store(made.places)
    lead_id = str(partitions.read(first.places.tables, 0).leads["lead_id"].iloc[0])
    assert first.places.store is not None
    note = first.places.store / "note.csv"
    note.write_text(f"lead\n{lead_id}\n", "utf-8")
    before = naming(second.places.tables, lead_id)
    files.erase(first.places, [lead_id], NOW)
    assert naming(first.places.tables, lead_id) == []
    assert naming(second.places.tables, lead_id) == before != []
    assert lead_id in note.read_text("utf-8")
