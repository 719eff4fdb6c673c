"""A place of a store is whole when it is read, or refused: never a folder of this machine."""

from pathlib import Path

import pytest

from features.errors import BadParams
from models.artifact import remote
from pipelines.run.params_file import parse
from tests.small_company import mikomi

WITHOUT_A_BUCKET = [
    f"{protocol}:{slashes}"
    for protocol in ("s3", "S3", "gs", "abfs", "az", "hdfs", "file", "memory")
    for slashes in ("", "/", "//", "///")
]
WITHOUT_A_NAME = ["s3:///bucket/folder", "s3://bucket//folder", "gs://bucket/../other", "s3://./a"]
NOT_ABSOLUTE = ["file://data/store", "simplecache::s3://bucket/folder"]


@pytest.mark.parametrize("url", [*WITHOUT_A_BUCKET, *WITHOUT_A_NAME, *NOT_ABSOLUTE])
def test_a_url_that_names_no_place_is_refused(url: str) -> None:
    why = ", which names no (bucket|folder)" if url in WITHOUT_A_BUCKET else ".*"
    with pytest.raises(BadParams, match=rf"line 1: store: url: {url}{why}; expected .*; \w+"):
        parse(f"store: {{url: '{url}'}}")
    with pytest.raises(BadParams):
        remote.place(url)


@pytest.mark.parametrize("url", ["store", "./store", "/mnt/store", "~/store", "C:\\store"])
def test_a_path_is_no_store(url: str) -> None:
    with pytest.raises(BadParams, match=r"a path; expected a URL.*file:///folder"):
        parse(f"store: {{url: '{url}'}}")


def test_the_memory_of_a_process_is_no_store() -> None:
    with pytest.raises(BadParams, match="which other processes do not reach"):
        parse("store: {url: 'memory://company'}")


def test_whole_urls_are_read() -> None:
    whole = {
        "s3://bucket": "s3://bucket",
        "S3://bucket/our leads/見込み客/": "s3://bucket/our leads/見込み客",
        "s3:/bucket/lost": "s3://bucket/lost",
        "abfs://folder@account.dfs.core.windows.net/a": (
            "abfs://folder@account.dfs.core.windows.net/a"
        ),
        "file:///mnt/store/": "file:///mnt/store",
        "file:/mnt/store": "file:///mnt/store",
    }
    assert {written: remote.url_of(written) for written in whole} == whole
    for url in whole:
        parse(f"store: {{url: '{url}'}}")


def test_a_path_with_a_colon_is_a_path() -> None:
    for path in ("leads/a:b.csv", "2024-05-03T09:00/leads", "a:b", "C:/leads"):
        assert remote.url_of(path) is None


def test_the_command_makes_no_folder_of_a_url(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("store: {url: 's3://'}", "utf-8")
    assert mikomi(tmp_path, "ingest") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["params.yaml"]
