"""The canonical store on disk: checked tables in partitions, and their manifest.

Decided here: a partition holds everything about its leads, and leads of one account lie together:
the partition is a stable hash of the account's id, or the lead's id without an account. Each table
is sorted by lead and time. `manifest.json` says what is inside; `<table>/part-00000.parquet` hold
the rows. A store appears whole or not at all: it is made beside its place and renamed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from features.catalog.catalog import Catalog
from features.errors import BadTables
from features.reading.reading import PLAIN, RecordReading
from features.tables import SPECS, TableName, Tables
from models.artifact.remote import current, is_remote, source
from pipelines.intake.mapping.schema import Labels
from pipelines.intake.mapping.values import Ground
from pipelines.storage.arrow_tables import arrow_type, to_arrow
from pipelines.storage.file_hashes import sha256_of
from pipelines.storage.machine import damaged, reading
from pipelines.storage.store_folder import replacing

ROWS_PER_PARTITION: Final = 5_000_000
FORMAT: Final = 1
AUDIT: Final = "audit"
DISPLAY: Final = "display"
"""What no feature may see lies in a folder of its own, which `read` does not open."""
_NO_FEATURE: Final = frozenset({"activity_id", "text"})
"""Columns of activities that no feature is made of."""
_REPEATED: Final = ("lead_id", "activity_type", "topic", "direction", "actor")
"""Columns of activities whose few values the file lists once: read so, they are categories."""
_ORDER: Final[dict[TableName, list[str]]] = {
    "leads": ["lead_id"],
    "activities": ["lead_id", "occurred_at", "activity_id"],
    "outcomes": ["lead_id", "occurred_at", "outcome"],
    "accounts": ["account_id"],
    "attribute_changes": ["lead_id", "occurred_at", "attribute"],
}


class StoreInput(BaseModel):
    """One file or query that went into the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    place: str
    sha256: str


class Manifest(BaseModel):
    """What a store holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int = FORMAT
    name: str
    partitions: int
    rows: dict[TableName, int] = {}
    observed_until: str
    attributes: dict[str, Literal["category", "number"]] = {}
    account_attributes: dict[str, Literal["category", "number"]] = {}
    series: tuple[str, ...] = ()
    labels: Labels = Labels()
    excluded: dict[str, Ground] = {}
    outcome_activities: tuple[str, ...] = ()
    reading: dict[str, Any] = {}
    assumptions: tuple[Ground, ...] = ()
    inputs: tuple[StoreInput, ...] = ()
    files: dict[str, str] = {}

    @property
    def observed_until_at(self) -> pd.Timestamp:
        """`observed_until` as a UTC time."""
        return pd.Timestamp(self.observed_until)

    @property
    def values_reading(self) -> RecordReading:
        """How the records were read; `PLAIN` for tables that no mapping made."""
        return RecordReading.from_json(self.reading) if self.reading else PLAIN


def partition_count(activities: int) -> int:
    """Choose how many partitions keep one in memory easily.

    >>> partition_count(12_000_000)
    3
    """
    return max(1, -(-activities // ROWS_PER_PARTITION))


def partition_of(keys: pd.Series, partitions: int) -> NDArray[np.int64]:
    """Return the partition of each id, the same in every process: shape (ids,).

    Parameters
    ----------
    keys
        Shape (ids,): the ids.
    partitions
        Number of partitions.
    """
    hashes = pd.util.hash_array(keys.to_numpy(object), categorize=True)
    return (hashes % np.uint64(partitions)).astype(np.int64)


def lead_partitions(leads: pd.DataFrame, partitions: int) -> pd.Series:
    """Return the partition of every lead, indexed by lead id; an account is never parted.

    Parameters
    ----------
    leads
        `lead_id` and, if there are accounts, `account_id`: one row a lead.
    partitions
        Number of partitions.
    """
    key = leads["lead_id"]
    if "account_id" in leads:
        key = leads["account_id"].fillna(key)
    return pd.Series(partition_of(key, partitions), index=pd.Index(leads["lead_id"]))


def write(tables: Tables, directory: Path, manifest: Manifest) -> Manifest:
    """Write checked tables as a store of `manifest.partitions` partitions.

    Parameters
    ----------
    tables
        The canonical tables, checked.
    directory
        The directory of the store; one that exists is replaced.
    manifest
        What the store holds; rows and hashes are added.
    """
    home = lead_partitions(tables.leads, manifest.partitions)
    with replacing(directory) as fresh:
        for name in SPECS:
            frame: pd.DataFrame = getattr(tables, name)
            parts = (
                partition_of(frame["account_id"], manifest.partitions)
                if name == "accounts"
                else home.reindex(frame["lead_id"]).to_numpy()
            )
            for part in range(manifest.partitions):
                write_part(fresh, name, part, frame[parts == part], kinds_of(manifest, name))
        return finish(fresh, manifest)


def kinds_of(manifest: Manifest, table: TableName) -> dict[str, Literal["category", "number"]]:
    """Return the attributes of a table and their kinds.

    Parameters
    ----------
    manifest
        Of the store.
    table
        The table; only leads and accounts have attributes.
    """
    return {"leads": manifest.attributes, "accounts": manifest.account_attributes}.get(table, {})


def write_part(
    directory: Path,
    table: TableName,
    part: int,
    frame: pd.DataFrame,
    attributes: dict[str, Literal["category", "number"]],
) -> None:
    """Write the rows of one table in one partition, sorted, every column in its type.

    Parameters
    ----------
    directory, table, part
        The directory of the store, the name of the table, the number of the partition from 0.
    frame
        The rows of the partition, in any order.
    attributes
        Attribute -> its kind.
    """
    columns = {column.name: arrow_type(column.kind) for column in SPECS[table].columns}
    columns |= {name: arrow_type(kind) for name, kind in attributes.items()}
    order = [name for name in _ORDER[table] if name in frame]
    rows = to_arrow(frame.sort_values(order, kind="stable"), columns)
    path = part_path(directory, table, part)
    path.parent.mkdir(exist_ok=True)
    pq.write_table(rows, path, compression="zstd")


def write_audit(directory: Path, part: int, frame: pd.DataFrame) -> None:
    """Write the protected attributes of the leads of one partition, if there are any.

    Parameters
    ----------
    directory, part
        The directory of the store, the number of the partition from 0.
    frame
        `lead_id`, and one column a protected attribute.
    """
    if frame.shape[1] > 1:
        path = part_path(directory, AUDIT, part)
        path.parent.mkdir(exist_ok=True)
        frame.sort_values("lead_id").to_parquet(path, compression="zstd", index=False)


def read_audit(directory: Path) -> pd.DataFrame:
    """Read the protected attributes of all leads: `lead_id` and one column each, or only it."""
    files = [part_path(directory, AUDIT, part) for part in range(count(directory))]
    there = [pd.read_parquet(source(file)) for file in files if file.is_file()]
    none = pd.DataFrame({"lead_id": pd.Series(dtype="str")})
    return pd.concat(there, ignore_index=True) if there else none


def write_display(directory: Path, part: int, frame: pd.DataFrame) -> None:
    """Write what is shown of the leads of one partition, if there is anything.

    Parameters
    ----------
    directory
        The directory of the store.
    part
        The number of the partition, from 0.
    frame
        `lead_id`, and one column of text each: name, company, email, telephone, ...
    """
    if frame.shape[1] > 1:
        path = part_path(directory, DISPLAY, part)
        path.parent.mkdir(exist_ok=True)
        frame.sort_values("lead_id").to_parquet(path, compression="zstd", index=False)


def read_display(directory: Path) -> pd.DataFrame:
    """Read what is shown of all leads: `lead_id` and one column each, or only it."""
    files = [part_path(directory, DISPLAY, part) for part in range(count(directory))]
    there = [pd.read_parquet(source(file)) for file in files if file.is_file()]
    none = pd.DataFrame({"lead_id": pd.Series(dtype="str")})
    return pd.concat(there, ignore_index=True) if there else none


def finish(directory: Path, manifest: Manifest) -> Manifest:
    """Count and hash what was written, and write the manifest, last.

    Parameters
    ----------
    directory
        The directory of the store, all partitions written.
    manifest
        What the store holds; rows and hashes are added.
    """
    rows: dict[TableName, int] = {}
    files: dict[str, str] = {}
    for name in SPECS:
        paths = [part_path(directory, name, part) for part in range(manifest.partitions)]
        rows[name] = sum(int(pq.read_metadata(path).num_rows) for path in paths)
        files |= {f"{name}/{path.name}": sha256_of(path) for path in paths}
    done = manifest.model_copy(update={"rows": rows, "files": files})
    (directory / "manifest.json").write_text(done.model_dump_json(indent=1), "utf-8")
    return done


def manifest(directory: Path) -> Manifest:
    """Read what a store holds.

    Raises
    ------
    BadTables
        If there is no store, or one of another version.
    """
    path = current(directory) / "manifest.json"
    if not path.exists():
        raise BadTables.of(f"no store at {directory}", "manifest.json", "run `mikomi ingest`")
    with reading(path, "ingest"):
        content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadTables.of(
            f"{path} of another version of mikomi", f"format {FORMAT}", "run `mikomi ingest` again"
        )
    try:
        return Manifest.model_validate(content, strict=False)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise BadTables.of(
            f"{path} with other fields: {fields[:200]}",
            "those of this version of mikomi",
            "run `mikomi ingest` again",
        ) from None


def count(directory: Path) -> int:
    """Return how many partitions a store has."""
    return manifest(directory).partitions


def read(directory: Path, part: int) -> Tables:
    """Read everything about the leads of one partition.

    Parameters
    ----------
    directory
        The store.
    part
        Number of the partition.
    """
    return Tables(**{name: _table(part_path(directory, name, part)) for name in SPECS})


def read_for_features(directory: Path, part: int, *catalogs: Catalog) -> Tables:
    """Read what features are made of from one partition; activities in the quickest form.

    Parameters
    ----------
    directory
        The store.
    part
        Number of the partition.
    *catalogs
        Of the wanted features; texts are read if one of them has terms.
    """
    frames = {
        name: _table(part_path(directory, name, part)) for name in SPECS if name != "activities"
    }
    texts = any(catalog.vocabulary.terms for catalog in catalogs)
    path = part_path(directory, "activities", part)
    return Tables(
        **frames, activities=_activities(path, _NO_FEATURE - ({"text"} if texts else set()))
    )


def has_texts(directory: Path) -> bool:
    """Return whether any activity of a store has a text."""
    return any(
        _has_values(part_path(directory, "activities", part), "text")
        for part in range(count(directory))
    )


def _has_values(path: Path, column: str) -> bool:
    """Return whether a column has a value; statistics that are missing say nothing against it."""
    facts = pq.read_metadata(source(path))
    place = facts.schema.names.index(column)
    groups = (facts.row_group(number) for number in range(facts.num_row_groups))
    counts = ((group.num_rows, group.column(place).statistics) for group in groups)
    return any(
        rows > 0 and (known is None or not known.has_null_count or known.null_count < rows)
        for rows, known in counts
    )


def _activities(path: Path, left_out: frozenset[str]) -> pd.DataFrame:
    file = _whole(path)
    columns = [name for name in pq.read_schema(file).names if name not in left_out]
    frame: pd.DataFrame = pq.read_table(
        file, columns=columns, read_dictionary=list(_REPEATED)
    ).to_pandas()
    return frame


def read_all(directory: Path) -> Tables:
    """Read the whole store."""
    parts = range(count(directory))
    return Tables(
        **{
            name: pd.concat(
                [_table(part_path(directory, name, part)) for part in parts], ignore_index=True
            )
            for name in SPECS
        }
    )


def _table(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(_whole(path)).to_pandas()
    return frame


def _whole(path: Path) -> Any:
    """Return what pyarrow reads of a file whose hash is the one that was written of it.

    That of a store is fetched once, for the hash and for pyarrow.

    Raises
    ------
    FileDamaged
        If it is cut, changed or gone.
    """
    table = path.parent
    with reading(path, "ingest"):
        written = manifest(table.parent).files.get(f"{table.name}/{path.name}")
        content = path.read_bytes() if is_remote(path) else None
        is_whole = written == (sha256_of(path) if content is None else _hash(content))
    if not is_whole:
        raise damaged(str(path), "other bytes than were written", "ingest")
    return path if content is None else pa.BufferReader(content)


def part_path(directory: Path, table: str, part: int) -> Path:
    """Return the path of the file of a table of one partition.

    Parameters
    ----------
    directory, table, part
        The directory of the store, the name of the table, the number of the partition from 0.
    """
    return current(directory) / table / f"part-{part:05d}.parquet"


def read_columns(directory: Path, table: TableName, columns: list[str]) -> pd.DataFrame:
    """Read some columns of a table, of all partitions in their order; those that it lacks are none.

    Parameters
    ----------
    directory, table
        The directory of the store, the name of the table.
    columns
        The names of the columns.
    """
    files = [part_path(directory, table, part) for part in range(count(directory))]
    there = [name for name in columns if name in pq.read_schema(source(files[0])).names]
    parts = [pd.read_parquet(source(file), columns=there) for file in files]
    return pd.concat(parts, ignore_index=True)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
