"""First mappings for the standard exports of well-known systems.

Decided here: a recipe is data, one YAML file a system under `recipes/`: headers, in English and
Japanese, that stand for each part of a table. A file is of a table if it has the lead's id and one
more of the parts that the table is known by; which rows ended, and what else follows the end, is
still read off the values. What a recipe does not name is guessed as in any export.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadRequest
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import ExportFile, joined, of_one_form
from pipelines.intake.guess.deals.endings import Ending, ending
from pipelines.intake.guess.deals.followers import followers
from pipelines.intake.guess.file_role import FileRole, of_files
from pipelines.intake.mapping.file import content

_FOLDER: Final = Path(__file__).parent / "recipes"
_DECISIONS: Final = ("category", "number", "known_later", "never_use", "left_out")
Table = dict[str, list[str]]


def systems() -> list[str]:
    """List the systems that there are recipes for."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def _recipe(system: str) -> dict[str, object]:
    path = _FOLDER / f"{system}.yaml"
    if system not in systems():
        expected = f"one of {', '.join(systems())}"
        raise BadRequest.of(f"--from {system}", expected, "leave it out for any other export")
    return dict(content(path.read_text("utf-8")))


def zone_of(system: str) -> str:
    """Return the zone in which a system writes times without an offset."""
    return str(_recipe(system)["zone"])


def with_recipe(
    system: str, files: Sequence[ExportFile], parts: Sequence[FileRole]
) -> list[FileRole]:
    """Return the files in their roles, those of the recipe's tables as it has them.

    Parameters
    ----------
    system
        One of `systems()`.
    files
        The files of the export.
    parts
        Their roles as guessed.

    Raises
    ------
    BadRequest
        There is no recipe for the system, or none of the files is of its tables.
    """
    tables: list[Table] = _recipe(system)["tables"]  # type: ignore[assignment]
    matches = {file.name: table for file in files if (table := _table(file, tables))}
    if not matches:
        observed = f"--from {system}: no file with the headers of its exports"
        raise BadRequest.of(observed, "a standard export", "leave --from out")
    rows = [f for f in files if f.name in matches and str(matches[f.name]["role"]) == "leads"]
    if not rows:
        return list(parts)
    best = min(rows, key=lambda file: tables.index(matches[file.name]))
    alike = next(group for group in of_one_form(rows) if best in group)
    whole = _leads(joined(alike), matches[best.name])
    leads = [one for part in whole for one in of_files(part, alike)]
    own = {file.name for file in alike}
    others = [p for p in parts if p.file.name not in own and p.role != "leads"]
    others = [p for p in others if p.role != "outcomes" or whole[-1].role != "outcomes"]
    others += _stated(files, matches, others)
    return [*leads, *(_activity(part, matches.get(part.file.name), leads[0]) for part in others)]


def _stated(
    files: Sequence[ExportFile], matches: dict[str, Table], others: Sequence[FileRole]
) -> list[FileRole]:
    """Return the files of activities that the recipe knows and nothing else was guessed of."""
    guessed = {part.file.name for part in others}
    roles = []
    for file in files:
        table = matches.get(file.name)
        if table is None or str(table["role"]) != "activities" or file.name in guessed:
            continue
        lead, time = _column(file, table, "lead"), _column(file, table, "created")
        if lead is not None and time is not None and time.look == "time":
            roles.append(FileRole(file, "activities", lead, time, _column(file, table, "kind")))
    return roles


def _table(file: ExportFile, tables: Sequence[Table]) -> Table | None:
    """Return the table that a file is of: the one most of whose headers it has."""
    could = [t for t in tables if _column(file, t, "lead") and _known_by(file, t)]
    return max(could, key=lambda table: _matches(file, table), default=None)


def _known_by(file: ExportFile, table: Table) -> bool:
    parts = [part for part in ("kind", "created") if part in table]
    return all(_column(file, table, part) for part in parts)


def _matches(file: ExportFile, table: Table) -> int:
    names = {spaced(column.name) for column in file.columns}
    parts = (words for part, words in table.items() if part not in {"name", "role"})
    return len(names & {spaced(word) for words in parts for word in words})


def _column(file: ExportFile, table: Table, part: str) -> ExportColumn | None:
    """Return the first of a part's headers that the file has."""
    by_name = {spaced(column.name): column for column in reversed(file.columns)}
    names = (spaced(word) for word in table.get(part, []))
    return next((by_name[name] for name in names if name in by_name), None)


def _leads(file: ExportFile, table: Table) -> list[FileRole]:
    lead, time = _column(file, table, "lead"), _column(file, table, "created")
    end = _ending(file, table)
    later = followers(file, end)
    account, owner = _column(file, table, "account"), _column(file, table, "owner")
    leads = FileRole(file, "leads", lead, time, None, account, end, later, owner=owner)
    leads = replace(leads, decided=_decided(file, table), certain=True)
    if end is None:
        return [leads]
    end_time = end.times.get("won") or end.times.get("lost")
    return [leads, replace(leads, role="outcomes", time=end_time, kind=end.kind, account=None)]


def _ending(file: ExportFile, table: Table) -> Ending | None:
    kind = _column(file, table, "kind")
    if kind is None:
        return None
    ended = _column(file, table, "ended")
    columns = {"won": _column(file, table, "won_at"), "lost": _column(file, table, "lost_at")}
    times = {word: time for word, c in columns.items() if (time := c or ended)}
    times = {word: time for word, time in times.items() if time.look == "time"}
    return ending(file, Ending(kind, pd.Series(dtype="str"), None, times))


def _decided(file: ExportFile, table: Table) -> dict[str, str]:
    words = {spaced(w): part for part in reversed(_DECISIONS) for w in table.get(part, [])}
    return {c.name: words[spaced(c.name)] for c in file.columns if spaced(c.name) in words}


def _activity(part: FileRole, table: Table | None, leads: FileRole) -> FileRole:
    """Return a file of activities with the columns that the recipe names."""
    if table is None or part.role != "activities" or leads.lead is None:
        return part
    time, kind = _column(part.file, table, "created"), _column(part.file, table, "kind")
    time = time if time is not None and time.look == "time" else part.time
    return replace(part, time=time, kind=kind or part.kind, certain=True)
