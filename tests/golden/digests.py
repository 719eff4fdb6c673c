"""Hashes of content: equal when a reader cannot tell two files apart, whatever library wrote them.

Decided here: a Parquet file is its columns (name, type, missing, values), never its bytes, whose
footer names the version of pyarrow.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

DIGITS: Final = 16
"""Of a hash in the record: enough to tell a change, few enough to read."""
_FILE_HASH: Final = re.compile(r'(?<=")[0-9a-f]{64}(?=")')


def of_bytes(content: bytes) -> str:
    """Return the first digits of the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()[:DIGITS]


def of_facts(path: Path) -> str:
    """Return the hash of a JSON file that names hashes of Parquet files, without these."""
    return of_bytes(_FILE_HASH.sub("hash", path.read_text("utf-8")).encode())


def of_columns(path: Path) -> dict[str, str]:
    """Return the hash of each column of a Parquet file, and of their order."""
    table = pq.read_table(path)
    columns = {name: of_column(table[name].combine_chunks()) for name in table.column_names}
    return columns | {"(order)": of_bytes(json.dumps(table.column_names).encode())}


def of_table(path: Path) -> str:
    """Return the hash of a Parquet file: columns in their order."""
    return of_bytes(json.dumps(list(of_columns(path).items())).encode())


def of_views(path: Path) -> dict[str, str]:
    """Return the hash of each feature view in a feature file; keys and label have one of their own.

    Parameters
    ----------
    path
        A Parquet file with columns `view__measure__window`.
    """
    views: dict[str, list[tuple[str, str]]] = {}
    for name, digest in of_columns(path).items():
        views.setdefault(name.partition("__")[0], []).append((name, digest))
    return {view: of_bytes(json.dumps(own).encode()) for view, own in views.items()}


def of_column(column: pa.ChunkedArray | pa.Array) -> str:
    """Return the hash of one column: type, which rows are missing, and every value to the bit."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = str(array.type).replace("large_", "")
    missing = array.is_null().to_numpy(zero_copy_only=False).tobytes()
    return of_bytes(b"\0".join((kind.encode(), missing, _values(array))))


def _values(array: pa.Array) -> bytes:
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    if pa.types.is_floating(array.type) or pa.types.is_integer(array.type):
        return bytes(array.fill_null(0).to_numpy(zero_copy_only=False).tobytes())
    return json.dumps(array.to_pylist()).encode()
