"""Every file that the pipeline wrote, erased of some leads.

Decided here: all files below the places of the workspace are looked at, whatever stage wrote them,
and the local registry and DVC's cache. Leftovers of killed runs and cached copies that name a lead
are removed whole. Counts beside the tables are corrected. One line of audit stays, without an id.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.erasers import PersonEraser, Removed
from features.reading.normalize import folded
from models.artifact.remote import current, remove, source
from pipelines.lifecycle.erasure import object_store
from pipelines.lifecycle.erasure.rewriting import LEAD, holds, without
from pipelines.run.params_file import load
from pipelines.run.workspace import Workspace
from pipelines.storage import partitions
from pipelines.storage.atomic import write_json
from pipelines.storage.frames import CATALOG, MANIFEST, part_path

AUDIT: Final = "erasures.jsonl"
CACHE: Final = Path(".dvc") / "cache"
_LEFTOVERS: Final = (".making-", ".old-", ".new", ".work-")
_DATABASES: Final = (".db", ".db-wal", ".db-shm", ".sqlite")
_BEGUN: Final = ".erasing"
"""Lies beside the audit while an erasure is under way: one that was stopped is counted anew."""
_NO_PERSONS: Final = frozenset({AUDIT, CATALOG})
_TREES: Final = "trees.txt"
_TIMES: Final = ("occurred_at", "created_at")
BEYOND: Final = (
    "backups and copies that were made elsewhere",
    "the export of the CRM: the next `mikomi ingest` brings back who is still in it",
    "a remote MLflow server, a remote of DVC, and models that were trained with the lead",
)


def eraser(params: Path) -> PersonEraser | None:
    """Return the eraser of the files of a params file; none if there is no such file."""
    if not params.is_file():
        return None
    workspace = load(params).at()
    return PersonEraser(
        lambda lead_ids, at: erase(workspace, lead_ids, at),
        lambda now: last_moments(workspace, now),
        lambda before, _receipts, _now: expire(workspace, before),
        BEYOND,
    )


def erase(workspace: Workspace, lead_ids: Collection[str], at: datetime) -> list[Removed]:
    """Remove leads from every file of a workspace; return what was removed, by place.

    Parameters
    ----------
    workspace
        Of the default target; those of other targets lie below it.
    lead_ids
        The leads; their ids are normalised here.
    at
        The moment, for the audit.
    """
    lead_ids = {folded(one) for one in lead_ids}
    workspace.artifacts.mkdir(parents=True, exist_ok=True)
    begun = workspace.artifacts / _BEGUN
    was_stopped = begun.exists()
    begun.touch()
    removed = [*_leftovers(workspace, lead_ids), *_rewritten(workspace, lead_ids)]
    removed += _cached(workspace.root / CACHE, lead_ids)
    if workspace.store is not None:
        removed += object_store.erase(workspace.store, workspace.stored, lead_ids, _correct)
    if removed or was_stopped:
        _recount(workspace)
    if removed:
        _audit(workspace, at, removed)
    begun.unlink()
    return removed


def _rewritten(workspace: Workspace, lead_ids: Collection[str]) -> list[Removed]:
    counts: Counter[str] = Counter()
    for path in _files(workspace):
        counts[_named(workspace, path)] += without(path, lead_ids)
    return [
        Removed(name, "rows or words", count) for name, count in sorted(counts.items()) if count
    ]


def _named(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.root).as_posix()


def _places(workspace: Workspace) -> tuple[Path, ...]:
    return workspace.shared, workspace.artifacts, workspace.registry


def _files(workspace: Workspace) -> Iterator[Path]:
    for place in _places(workspace):
        for path in sorted(place.rglob("*")):
            wanted = path.is_file() and not path.is_symlink() and path.name not in _NO_PERSONS
            if wanted and path.suffix not in _DATABASES and not _is_of_model(path):
                yield path


def _is_of_model(path: Path) -> bool:
    """Check whether a file is part of a model, which holds no persons and whose hashes are kept."""
    return (path.parent / _TREES).is_file()


def _leftovers(workspace: Workspace, lead_ids: Collection[str]) -> Iterator[Removed]:
    """Remove what killed runs left behind, if it names one of the leads."""
    for place in _places(workspace)[:2]:
        for path in sorted(place.rglob(".*")):
            left = path.exists() and any(word in path.name for word in _LEFTOVERS)
            if left and any(holds(one, lead_ids) for one in _below(path)):
                remove(path)
                yield Removed(_named(workspace, path), "leftovers of a killed run", 1)


def _below(path: Path) -> Iterator[Path]:
    return (one for one in (path, *path.rglob("*")) if one.is_file())


def _cached(cache: Path, lead_ids: Collection[str]) -> list[Removed]:
    count = 0
    for path in sorted(cache.rglob("*")):
        if path.is_file() and holds(path, lead_ids):
            path.chmod(0o644)
            path.unlink()
            count += 1
    return [Removed(cache.as_posix(), "copies", count)] if count else []


def _recount(workspace: Workspace) -> None:
    """Correct the counts and hashes beside the tables and the features of this machine."""
    for folder in ("tables", "features"):
        for path in sorted(workspace.shared.rglob(f"{folder}/{MANIFEST}")):
            _correct(path.parent)


def _correct(folder: Path) -> None:
    """Correct the counts and hashes beside the tables, or the features, in a folder."""
    path = folder / MANIFEST
    facts: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if "rows_of_parts" in facts:
        parts = [part_path(folder, n) for n in range(len(facts["rows_of_parts"]))]
        facts["rows_of_parts"] = [int(pq.read_metadata(one).num_rows) for one in parts]
        write_json(path, facts)
    elif folder.name == "tables":
        partitions.finish(folder, partitions.manifest(folder))


def _audit(workspace: Workspace, at: datetime, removed: list[Removed]) -> None:
    workspace.artifacts.mkdir(parents=True, exist_ok=True)
    counts = {one.place: one.amount for one in removed}
    line = {"at": at.isoformat(), "what": "erased persons from files", "counts": counts}
    with (workspace.artifacts / AUDIT).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def last_moments(workspace: Workspace, now: datetime | None = None) -> Mapping[str, datetime]:
    """Return the last moment at which something happened with each lead of the tables.

    Parameters
    ----------
    workspace
        Of the default target.
    now
        The present moment, if what is later is left out: it has not happened.
    """
    last: dict[str, datetime] = {}
    for path in sorted(current(workspace.tables).rglob("*.parquet"), key=str):
        names = pq.read_schema(source(path)).names
        time = next((one for one in _TIMES if one in names), None)
        if LEAD in names and time is not None:
            table = pq.read_table(source(path), columns=[LEAD, time])
            moments = table[time].cast(pa.timestamp("us", "UTC"))
            if now is not None:
                moments = pc.if_else(pc.less_equal(moments, pa.scalar(now)), moments, None)
            newest = pa.table({LEAD: table[LEAD], time: moments}).group_by(LEAD)
            rows = newest.aggregate([(time, "max")])
            for lead_id, at in zip(
                rows[LEAD].to_pylist(), rows[f"{time}_max"].to_pylist(), strict=True
            ):
                if at is not None:
                    last[lead_id] = max(at, last.get(lead_id, at))
    return last


def expire(workspace: Workspace, before: datetime) -> list[Removed]:
    """Remove leftovers of killed runs, and quarantined rows, that are older than a moment.

    Parameters
    ----------
    workspace
        Of the default target.
    before
        The moment; files changed before it are removed.
    """
    removed = []
    for place in _places(workspace)[:2]:
        for path in sorted(place.rglob("*")):
            left = path.name.startswith(".") and any(one in path.name for one in _LEFTOVERS)
            if path.exists() and (left or path.name == "quarantine.csv") and _age(path) < before:
                remove(path)
                removed.append(Removed(_named(workspace, path), "old files", 1))
    return removed


def _age(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
