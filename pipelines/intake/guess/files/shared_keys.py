"""Files whose rows are known by several columns together: joined before roles are looked for.

Decided here: only where no column alone is a key. Columns that two files share by name, and that
together come once in one of them, are its key; files with that key, or with a part of it, are
looked up into the file with most columns, and a file that can reach the key over a single id is
looked up into what names that id.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.cells.links import ExportFile, keys
from pipelines.intake.guess.wording import say

LEAD_KEY: Final = "lead key"
SEPARATOR: Final = "/"
_ONCE: Final = 0.98
Names = tuple[str, ...]


@dataclass(frozen=True)
class Join:
    """One lookup: the columns of the key, and those that are taken."""

    other: ExportFile
    key: Names
    columns: Names

    def line(self) -> str:
        """Write it as an element of `lookup`."""
        key = ", ".join(f"{say(name)}: {say(name)}" for name in self.key)
        columns = ", ".join(map(say, self.columns))
        return f"    - {{source: {say(self.other.name)}, key: {{{key}}}, columns: [{columns}]}}"


def with_shared_keys(files: Sequence[ExportFile]) -> list[ExportFile]:
    """Return files, those with a key of several columns joined and with that key as one column."""
    best = max((f for f in files if _key(f, files)), key=lambda f: len(f.columns), default=None)
    if best is None:
        return list(files)
    key = _key(best, files)
    leads = _joined(best, _into_leads(best, key, files))
    result = [_with_key(leads, key)]
    for file in files:
        if file is not best:
            reached = _joined(file, _reaching(file, key, files))
            names = {column.name for column in reached.columns}
            result.append(_with_key(reached, key) if reached.steps and set(key) <= names else file)
    return result


def _names(file: ExportFile) -> list[str]:
    return [c.name for c in file.columns if c.look in {"id", "category", "number"}]


def _comes_once(file: ExportFile, key: Sequence[str]) -> bool:
    rows = file.frame[list(key)]
    return len(rows.drop_duplicates()) >= _ONCE * len(rows)


def _key(file: ExportFile, files: Sequence[ExportFile]) -> Names:
    """Return the columns that are the key of a file together, as another file has them too.

    A file of the same form (another year, say) has all columns, and proves nothing by it.
    """
    if any(key.look == "id" or _is_id(key.name) for key in keys(file)):
        return ()
    could = []
    own = {column.name for column in file.columns}
    for other in (one for one in files if {column.name for column in one.columns} != own):
        shared = tuple(n for n in _names(file) if other is not file and n in _names(other))
        if len(shared) > 1 and any(map(_is_id, shared)) and _comes_once(file, shared):
            could.append(shared)
    return max(could, key=len, default=())


def _is_id(name: str) -> bool:
    words = name.casefold().replace("_", " ").replace("-", " ").split()
    return bool({"id", "no", "number", "code", "key"} & {words[0], words[-1]})


def _into_leads(best: ExportFile, key: Names, files: Sequence[ExportFile]) -> list[Join]:
    joins = []
    for other in files:
        shared = tuple(name for name in key if name in _names(other))
        if other is not best and len(shared) > 1 and _comes_once(other, shared):
            joins.append(_join(other, shared, best))
    return [join for join in joins if join.columns]


def _reaching(file: ExportFile, key: Names, files: Sequence[ExportFile]) -> list[Join]:
    """Return the lookup over which a file gets the parts of the key that it lacks."""
    lacks = set(key) - set(_names(file))
    for other in files:
        ids = [c.name for c in other.columns if c.unique and _is_id(c.name)]
        single = next((n for n in ids if other is not file and n in _names(file)), None)
        if lacks and single is not None and lacks <= set(_names(other)):
            return [_join(other, (single,), file)]
    return []


def _join(other: ExportFile, key: Names, into: ExportFile) -> Join:
    have = {column.name for column in into.columns}
    return Join(other, key, tuple(c.name for c in other.columns if c.name not in have))


def _joined(file: ExportFile, joins: Sequence[Join]) -> ExportFile:
    """Return a file with the columns that are looked up."""
    if not joins:
        return file
    frame, columns = file.frame, list(file.columns)
    for join in joins:
        other = join.other.frame[[*join.key, *join.columns]].drop_duplicates(list(join.key))
        frame = frame.merge(other, how="left", on=list(join.key))
        columns += [c for c in join.other.columns if c.name in join.columns]
    keys_ = {"path": file.path, "separator": file.separator, "encoding": file.encoding}
    steps = [f"{say(file.name)}:"]
    steps += [f"  {key}: {say(word)}" for key, word in keys_.items() if word is not None]
    steps += ["  lookup:", *(join.line() for join in joins)]
    return replace(file, frame=frame, columns=tuple(columns), steps=tuple(steps))


def _with_key(file: ExportFile, key: Names) -> ExportFile:
    """Return a file with its key as one column more; ids that are part of it stand for nothing."""
    parts = [file.frame[name].astype("str") for name in key]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + SEPARATOR + part
    column = replace(look_at(LEAD_KEY, joined), parts=key)
    left = tuple(c for c in file.columns if c.name not in key or c.look == "category")
    frame = file.frame.assign(**{LEAD_KEY: joined})
    return replace(file, frame=pd.DataFrame(frame), columns=(column, *left))
