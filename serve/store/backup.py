"""Backups: the database, the models beside the server and the local registry, in one folder.

Decided here: SQLite is copied by its own online backup, so a running server goes on; PostgreSQL by
`pg_dump`, whose password goes through the environment. The folder holds a manifest with a hash of
every file, is written whole or not at all, and is checked before anything is restored. Persons who
are erased later are still in it: keep backups for as long as your retention allows.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import make_url

from features.errors import BadInput, BadParams
from serve.store.engine import sqlite_place
from serve.store.schema_versions import REVISIONS, made

MANIFEST: Final = "backup.json"
DATABASE: Final = "mikomi.db"
DUMP: Final = "mikomi.pgdump"
MODELS: Final = "models"
REGISTRY: Final = "registry"
_SQLITE: Final = (".db", ".sqlite")
_SIDES: Final = ("-wal", "-shm", ".keys-required")
_DO: Final = "choose another backup"
_INSTALL: Final = "install the client of PostgreSQL, at least of the version of the server"
_ENGLISH: Final = {"LC_ALL": "C"}
"""Programs of PostgreSQL give their reasons in English, whatever the language of the machine."""
_SERVER: Final = re.compile(r"server version: (\d+)")
"""Written by `pg_dump` where the server is newer; it then copies nothing."""
_ADVICE: Final = {
    r"unsupported version .* in file header|unrecognized configuration parameter": (
        "install a {program} of at least the version that made the backup, and restore into a "
        "PostgreSQL of at least that version"
    ),
    "no space left": "make room, or name a folder on another disk",
    "could not open (output|input) file": "name a folder that this user may read and write",
    "permission denied|must be owner": "use the user that owns the tables in MIKOMI_DATABASE_URL",
    "authentication failed|no password supplied|role .* does not exist": (
        "correct the user and the password in MIKOMI_DATABASE_URL"
    ),
    "could not translate host|connection .*failed|could not connect|database .* does not exist": (
        "check the host and the database in MIKOMI_DATABASE_URL, and whether the server answers"
    ),
}
"""Words of a reason of `pg_dump` or `pg_restore` -> what to do; the first that fits holds."""


class BackupPlaces(NamedTuple):
    """The URL of a database, the folder of models, and the folder of a local registry."""

    url: str
    models: Path
    registry: Path


def back_up(places: BackupPlaces, folder: Path, at: datetime) -> int:
    """Write a backup, and return how many files it holds.

    Parameters
    ----------
    places
        What is copied.
    folder
        New; it is made.
    at
        The present moment.

    Raises
    ------
    BadParams
        If the folder is there, or the database cannot be copied.
    """
    if folder.exists():
        raise BadParams.of(f"{folder} already", "a new folder", "name another")
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    try:
        _copy_database(places.url, fresh)
        for source, name in ((places.models, MODELS), (places.registry, REGISTRY)):
            _copy_folder(source, fresh / name, Path(sqlite_place(places.url) or "-"))
        files = {path.relative_to(fresh).as_posix(): _sha256(path) for path in _files(fresh)}
        facts = {"at": at.isoformat(), "revision": REVISIONS[-1], "files": files}
        (fresh / MANIFEST).write_text(json.dumps(facts, indent=1), encoding="utf-8")
        fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return len(files)


def restore(places: BackupPlaces, folder: Path, *, replace: bool) -> int:
    """Put a backup back, and return how many files it held.

    Parameters
    ----------
    places
        Where to.
    folder
        The backup.
    replace
        Whether what is there is replaced.

    Raises
    ------
    BadInput
        If the backup is not whole, or was made by a newer version.
    BadParams
        If something is there and is not to be replaced.
    """
    facts = _checked(folder)
    place = sqlite_place(places.url)
    if not replace and place and Path(place).exists():
        raise BadParams.of(f"{place} already", "no database", "add --replace")
    if place:
        _put_file(folder / DATABASE, Path(place))
    else:
        _postgres("pg_restore", places.url, "--clean", "--if-exists", str(folder / DUMP))
    made(places.url).dispose()  # a running server does not migrate what takes the place of its own
    for name, target in ((MODELS, places.models), (REGISTRY, places.registry)):
        for path in _files(folder / name):
            _put_file(path, target / path.relative_to(folder / name))
    return len(facts["files"])


def _copy_database(url: str, folder: Path) -> None:
    place = sqlite_place(url)
    if not place:
        _postgres("pg_dump", url, "--format=custom", f"--file={folder / DUMP}")
    elif Path(place).is_file():
        _copy_sqlite(Path(place), folder / DATABASE)
    else:
        raise BadParams.of(f"no file {place}", "the database of `mikomi serve`", "check the URL")


def _copy_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
        whole = other.execute("PRAGMA integrity_check").fetchone()[0]
    if whole != "ok":
        raise BadParams.of(f"{source}: {whole}", "a database that is whole", "restore a backup")


def _copy_folder(source: Path, target: Path, database: Path) -> None:
    for path in _files(source):
        if path.name.endswith(_SIDES) or path.resolve() == database.resolve():
            continue
        own = target / path.relative_to(source)
        own.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in _SQLITE:
            _copy_sqlite(path, own)
        else:
            shutil.copyfile(path, own)


def _postgres(program: str, url: str, *words: str) -> None:
    """Run a program of PostgreSQL; the password is no argument, which every process could read."""
    address = make_url(url)
    secret = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    plain = address.set(drivername="postgresql", password=None)
    command = [program, f"--dbname={plain.render_as_string(hide_password=False)}", *words]
    try:
        done = subprocess.run(  # noqa: S603 - programs of PostgreSQL
            command, env=os.environ | _ENGLISH | secret, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise BadParams.of(f"no program {program}", "it in PATH", _INSTALL) from error
    if done.returncode:
        reason = done.stderr.strip()
        raise BadParams.of(f"{program}: {reason[:300]}", "a copy", _advice(program, reason))


def _advice(program: str, reason: str) -> str:
    """Return what to do about a program of PostgreSQL that failed for a reason.

    >>> _advice("pg_dump", "server version: 17.2 (Debian); pg_dump version: 15.18")
    'install a pg_dump of at least version 17'
    """
    newer = _SERVER.search(reason)
    if newer:
        return f"install a {program} of at least version {newer[1]}"
    for pattern, advice in _ADVICE.items():
        if re.search(pattern, reason, re.IGNORECASE):
            return advice.format(program=program)
    return f"see what {program} wrote"


def _checked(folder: Path) -> dict[str, Any]:
    """Read the manifest and check every file by its hash."""
    try:
        facts: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput.of(f"no {folder / MANIFEST}", "a backup", _DO) from error
    if facts["revision"] not in REVISIONS:
        raise BadInput.of(f"a backup of {facts['revision']}", REVISIONS[-1], "update mikomi")
    stored = {name: folder / name for name in facts["files"]}
    broken = [
        name
        for name, path in stored.items()
        if not path.is_file() or _sha256(path) != facts["files"][name]
    ]
    if broken:
        raise BadInput.of(f"{len(broken)} broken files, first {broken[0]}", "their hashes", _DO)
    return facts


def _put_file(source: Path, target: Path) -> None:
    """Copy a file beside its place and rename it, so that a running server notices it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, fresh)
    for side in _SIDES[:2]:  # those of the former file
        target.with_name(target.name + side).unlink(missing_ok=True)
    fresh.replace(target)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
