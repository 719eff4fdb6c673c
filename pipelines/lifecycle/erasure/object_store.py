"""Every object that the pipeline wrote into a store of objects, erased of some leads.

Decided here: nothing can be changed in place, so a folder without the leads is published as a new
version, and all other versions of it are removed: the one before and what killed runs left may name
the leads too. Who still reads an older version is refused and begins again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from uuid import uuid4

from features.erasers import Removed
from models.artifact import remote
from pipelines.lifecycle.erasure.rewriting import without

Correct = Callable[[Path], None]


def erase(
    store: Path, places: Collection[Path], lead_ids: Collection[str], correct: Correct
) -> list[Removed]:
    """Remove leads from every object below some places; return what was removed, by place.

    Parameters
    ----------
    store
        The place of the store, by which objects are named.
    places
        Of the workspace, in the store; what others have beside them is not looked at.
    lead_ids
        Normalised ids.
    correct
        Corrects the counts and hashes in a folder of this machine after rows went from it.
    """
    counts: Counter[str] = Counter()
    for place in places:
        for folder in _folders(place):
            counts[_named(folder, store)] += _of_folder(folder, lead_ids, correct)
        for path in _lone(place):
            with remote.local_copy(path) as here:
                counts[_named(path, store)] += (removed := without(here, lead_ids))
                if removed:
                    remote.send(here, path)
    return [
        Removed(name, "rows or words", count) for name, count in sorted(counts.items()) if count
    ]


def _of_folder(folder: Path, lead_ids: Collection[str], correct: Correct) -> int:
    """Publish a folder without the leads, if it names one; leave no other version of it."""
    with remote.local_copy(folder) as here:
        files = [path for path in here.rglob("*") if path.is_file()]
        count = sum(without(path, lead_ids) for path in files)
        if count:
            correct(here)
            fresh = remote.version(folder, uuid4().hex)
            remote.send(here, fresh)
            remote.publish(fresh)
    remote.remove_others(folder)
    return count


def _folders(place: Path) -> Iterator[Path]:
    """Yield the folders that have a published version."""
    return (path.parent for path in sorted(place.rglob(remote.CURRENT), key=str))


def _lone(place: Path) -> Iterator[Path]:
    """Yield the objects that are in no version of a folder."""
    for path in sorted(place.rglob("*"), key=str):
        inside = any(remote.is_version(name) for name in path.relative_to(place).parts)
        if not inside and path.name != remote.CURRENT and path.is_file():
            yield path


def _named(path: Path, store: Path) -> str:
    return f"{path.relative_to(store)} of the store"
