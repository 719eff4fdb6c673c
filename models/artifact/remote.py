"""Places in a store that fsspec reaches (S3, Google Cloud Storage, Azure, ...), beside local paths.

Decided here: a place of a store is used as a `Path` is; `universal-pathlib` has the same methods.
In a store an object appears whole, a folder does not, and nothing can be renamed. So the content of
a folder is a version of its own below it, and the object `current`, written last, names it; readers
follow the name. The version before stays for those who still read it, older ones are removed. A
file is made on this machine and sent when it is whole. What names no place, as a URL without its
bucket, is refused: it would be a folder of this machine.
"""

import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast

from features.errors import BadParams, Fault, MachineFault

CURRENT: Final = "current"
_VERSION: Final = "version-"
_URL: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+):(?:(/+)(.*))?$", re.DOTALL)
"""A path that was read as a local one has lost a slash of its URL."""
_EXTRAS: Final = {
    "s3": "s3", "gs": "gcs", "gcs": "gcs", "abfs": "azure", "az": "azure", "file": "s3"
}  # fmt: skip
"""Protocol -> the extra of mikomi that reaches it; for a folder any of them."""
_MOUNTED: Final = frozenset({"file", "local"})
"""Protocols of the folders of this machine, whose URL names no bucket and has a slash more."""
_WITHOUT_FOLDERS: Final = frozenset(
    {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "memory"}
)
"""Protocols in which a folder is a part of a name; making one would make a bucket that is missing.
"""
_UNNAMED: Final = frozenset({"", ".", ".."})
_EXAMPLES: Final = "s3://bucket/folder, gs://bucket/folder, abfs://container/folder"


def place(written: str | Path) -> Path:
    """Return a place: a path of this machine, or for a URL a place of a store.

    >>> place("data/tables").as_posix()
    'data/tables'

    Parameters
    ----------
    written
        A path, or a URL such as `s3://bucket/company`.

    Raises
    ------
    BadParams
        If a URL names no place, or the packages that reach the store are not installed.
    """
    text = str(written)
    url = url_of(text)
    if url is None:
        return Path(text)
    protocol = url.partition(":")[0]
    try:
        from fsspec import get_filesystem_class  # noqa: PLC0415 - needed for stores alone
        from upath import UPath  # noqa: PLC0415

        get_filesystem_class(protocol)
        return cast("Path", UPath(url, use_listings_cache=False))
    except (ImportError, ValueError) as error:
        extra = _EXTRAS.get(protocol)
        raise BadParams.of(
            f"{url}: {error}",
            "a store whose packages are installed",
            f"run `pip install '.[{extra}]'` in a checkout of mikomi"
            if extra
            else "install the package of fsspec for it",
        ) from None


def url_of(text: str) -> str | None:
    """Return the whole URL of a place; None for a path of this machine.

    >>> url_of("S3:/bucket/company"), url_of("data/tables")
    ('s3://bucket/company', None)

    Parameters
    ----------
    text
        As it was written, or as a path that lost a slash of it.

    Raises
    ------
    BadParams
        If it names no bucket or no folder: it would be read as a path of this machine, or as
        another place of the store.
    """
    scheme = _URL.match(text)
    if scheme is None:
        if "://" in text:
            raise BadParams.of(text, f"one URL such as {_EXAMPLES}", "write one of them")
        return None
    protocol, slashes, rest = scheme[1].lower(), len(scheme[2] or ""), (scheme[3] or "").rstrip("/")
    if protocol in _MOUNTED:
        if not rest or slashes == 2:  # noqa: PLR2004 - what follows two slashes is a host
            raise BadParams.of(
                f"{text}, which names no folder",
                f"the whole path of a folder, as in {protocol}:///mnt/mikomi",
                "name the folder, after three slashes",
            )
        return f"{protocol}:///{rest}"
    if not rest or slashes > 2:  # noqa: PLR2004 - more leave out what stands between them
        raise BadParams.of(
            f"{text}, which names no bucket", f"a URL such as {_EXAMPLES}", "name the bucket"
        )
    if _UNNAMED & set(rest.split("/")):
        raise BadParams.of(
            f"{text}, with a folder that has no name of its own",
            "a name between two slashes, other than `.` and `..`",
            "write the place without it",
        )
    return f"{protocol}://{rest}"


def store_url(text: str) -> None:
    """Refuse what cannot be a store that every worker reaches.

    Raises
    ------
    BadParams
        If it is no URL, names no bucket or no folder, or is the memory of one process.
    """
    url = url_of(text)
    if url is None:
        raise BadParams.of(
            f"{text}, a path",
            f"a URL such as {_EXAMPLES}; file:///folder for one that every worker mounts",
            "write it so; without a store tables and models lie in this folder",
        )
    if url.startswith("memory:"):
        raise BadParams.of(
            f"{text}: memory, which other processes do not reach and which ends with its own",
            f"a store that lasts, such as {_EXAMPLES}",
            "name one, or remove `store`",
        )


def is_remote(path: Path) -> bool:
    """Return whether a place is in a store.

    >>> is_remote(Path("data"))
    False
    """
    return "://" in str(path)


def is_place(value: Any) -> bool:
    """Return whether a value is a place, here or in a store."""
    return isinstance(value, Path) or (hasattr(value, "storage_options") and is_remote(value))


def current(folder: Path) -> Path:
    """Return where the content of a folder lies: in a store the published version, if there is one.

    Parameters
    ----------
    folder
        The folder; one of this machine is its own content.
    """
    if not is_remote(folder):
        return folder
    try:
        return folder / (folder / CURRENT).read_text("utf-8")
    except (FileNotFoundError, FileExistsError, NotADirectoryError):  # a file has nothing below it
        return folder


def is_whole(path: Path) -> bool:
    """Return whether a file or a folder was finished.

    Parameters
    ----------
    path
        A place; a folder of a store is finished when a version of it was published.
    """
    if is_remote(path) and not path.suffix:
        return (path / CURRENT).is_file()
    return path.exists()


def version(folder: Path, name: str) -> Path:
    """Return where a version of a folder of a store is written.

    Parameters
    ----------
    folder
        The folder, in a store.
    name
        What tells the version from others.
    """
    return folder / f"{_VERSION}{name}"


def publish(fresh: Path) -> None:
    """Make a version the content of its folder; remove all others but the one before.

    Parameters
    ----------
    fresh
        What `version` returned, completely written.
    """
    folder = fresh.parent
    before = current(folder).name
    with _appearing(folder / CURRENT) as name:
        name.write_text(fresh.name, "utf-8")
    remove_others(folder, before)


def remove_others(folder: Path, before: str = "") -> None:
    """Remove all versions of a folder but the published one, and those that killed runs left.

    Parameters
    ----------
    folder
        The folder, in a store.
    before
        The name of a version that stays for those who still read it.
    """
    readable = {current(folder).name, before}
    for other in folder.iterdir():
        if is_version(other.name) and other.name not in readable:
            remove(other)


def is_version(name: str) -> bool:
    """Return whether a folder of this name is a version of another."""
    return name.startswith(_VERSION)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if is_remote(path):
        if path.exists():
            _fs(path).rm(_key(path), recursive=True)
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; in a store of objects, which has none, do nothing.

    Parameters
    ----------
    folder
        A place, here or in a store.
    """
    if not is_remote(folder):
        folder.mkdir(parents=True, exist_ok=True)
    elif has_folders(folder):
        _fs(folder).makedirs(_key(folder), exist_ok=True)


def has_folders(path: Path) -> bool:
    """Return whether a folder must be there before a file is written into it.

    >>> has_folders(Path("data"))
    True
    """
    return not is_remote(path) or cast("Any", path).protocol not in _WITHOUT_FOLDERS


def send(local: Path, to: Path) -> None:
    """Copy a file, or the files of a folder, into a store; each appears whole.

    Parameters
    ----------
    local
        On this machine.
    to
        Its place in the store.
    """
    if local.is_dir():
        for path in sorted(local.iterdir()):
            send(path, to / path.name)
        return
    make_folder(to.parent)
    with _appearing(to) as beside:
        _fs(to).put_file(str(local), _key(beside))


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """Return where to write a file that appears whole: an object does, a file of a folder not."""
    if cast("Any", path).protocol not in _MOUNTED:
        yield path
        return
    beside = path.with_name(f".{path.name}.new-{uuid.uuid4().hex}")
    try:
        yield beside
        os.replace(_key(beside), _key(path))  # noqa: PTH105 - keys of a store, not paths
    finally:
        Path(_key(beside)).unlink(missing_ok=True)


@contextmanager
def local_copy(path: Path) -> Iterator[Path]:
    """Return a file or a folder on this machine, copied from a store until the block ends.

    Parameters
    ----------
    path
        A place; one of this machine is returned as it is.
    """
    if not is_remote(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        whole, here = current(path), Path(folder) / path.name
        if whole.is_dir():
            _fs(path).get(_key(whole), str(here), recursive=True)
        else:
            _fs(path).get_file(_key(path), str(here))
        yield here


def source(path: Path) -> Any:
    """Return what pyarrow and pandas read: the path itself, or the open object of a store.

    Parameters
    ----------
    path
        A file.
    """
    if not is_remote(path):
        return path
    from pyarrow import fs  # noqa: PLC0415 - slow to import; needed for stores alone

    return fs.PyFileSystem(fs.FSSpecHandler(_fs(path))).open_input_file(_key(path))


def sizes(folder: Path) -> dict[str, str]:
    """Return the size of each object below a folder of a store, by its name below it.

    Parameters
    ----------
    folder
        The folder, in a store.
    """
    key = _key(folder).rstrip("/") + "/"
    objects = _fs(folder).find(key, detail=True)
    return {name.removeprefix(key): f"{one['size']:,} bytes" for name, one in objects.items()}


def check(folder: Path) -> None:
    """Try whether a place of a store can be written and read; one of this machine is not tried.

    Raises
    ------
    MachineFault
        If the store does not answer, or refuses.
    """
    if not is_remote(folder):
        return
    probe = folder / f".reached-{uuid.uuid4().hex}"
    try:
        make_folder(folder)
        probe.write_text("", "utf-8")
        probe.unlink()
    except Exception as error:  # noqa: BLE001 - every store has errors of its own
        raise MachineFault([_unreached(folder, error)]) from None


def _unreached(folder: Path, error: Exception) -> Fault:
    return Fault(
        f"{folder}: {type(error).__name__} {error}"[:300],
        "a store that answers, where this user may read and write",
        "correct `store.url`, or the credentials and the address of the service in the environment",
    )


def _fs(path: Path) -> Any:
    return cast("Any", path).fs


def _key(path: Path) -> str:
    return str(cast("Any", path).path)
