"""Ingested tables that a test changes as a new export would, and puts back afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.storage import partitions


@contextmanager
def put_back(tables: Path, table: str) -> Iterator[list[Path]]:
    """Yield the files of a table; they and the manifest are as before afterwards."""
    files = sorted((tables / table).glob("*.parquet"))
    contents = {path: path.read_bytes() for path in [*files, tables / "manifest.json"]}
    try:
        yield files
    finally:
        for path, content in contents.items():
            path.write_bytes(content)


def take_for_whole(tables: Path) -> None:
    """Let the manifest have the hashes of the files as they are now."""
    partitions.finish(tables, partitions.manifest(tables))
