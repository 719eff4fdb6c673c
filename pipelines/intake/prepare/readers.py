"""The readers of all sources of a mapping, each prepared as the mapping says.

Decided here: columns that a step names and that are not there are refused before any row is read,
all at once, each with its line; so is a new column that has the name of another.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from features.errors import BadTables, Fault
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.schema import Source
from pipelines.intake.mapping.yaml_lines import Place
from pipelines.intake.prepare.prepared import PreparedSource, Surroundings
from pipelines.intake.read.readable import Readable
from pipelines.intake.read.sources import Reader


def open_sources(
    mapping: MappingFile, folder: Path, lines: Mapping[Place, int] | None = None
) -> dict[str, Readable]:
    """Make the readers of a mapping.

    Parameters
    ----------
    mapping
        The mapping.
    folder
        Where its relative paths start.
    lines
        The line of every place of the mapping file, for the faults.

    Raises
    ------
    BadTables
        A file is not there, or a step names columns that are not there.
    """
    readers: dict[str, Readable] = {}
    for name in mapping.sources:
        _open(name, mapping, folder, readers)
    faults = [
        Fault(f"{_at(place, lines)}: {observed}", expected, "correct the mapping")
        for name in mapping.sources
        for place, observed, expected in _missing(name, mapping, readers)
    ]
    if faults:
        raise BadTables(faults)
    return readers


def is_prepared(source: Source) -> bool:
    """Return whether anything is made of a source before a table reads it."""
    steps = (
        source.made_of,
        source.fill_down,
        source.lookup,
        source.derived,
        source.where,
        source.group,
    )
    return any(steps)


def _open(name: str, mapping: MappingFile, folder: Path, readers: dict[str, Readable]) -> Readable:
    if name not in readers:
        source = mapping.sources[name]
        below: Readable = (
            Reader(name, source, folder)
            if source.made_of is None
            else _open(source.made_of, mapping, folder, readers)
        )
        if is_prepared(source):
            others = {
                one.source: _open(one.source, mapping, folder, readers) for one in source.lookup
            }
            around = Surroundings(mapping.times_of(name), mapping.missing_values)
            below = PreparedSource(name, source, below, others, around)
        readers[name] = below
    return readers[name]


def _missing(
    name: str, mapping: MappingFile, readers: Mapping[str, Readable]
) -> Iterator[tuple[Place, str, str]]:
    """Yield the columns that the steps of a source name in vain: place, what, what there is."""
    source, reader = mapping.sources[name], readers[name]
    if not isinstance(reader, PreparedSource):
        return
    below: Place = ("sources", name)
    added = [n for one in source.lookup for n in one.columns] + list(source.derived)
    rows = reader.row_columns()
    have = list(rows[: len(rows) - len(added)])
    yield from _absent(source.fill_down, have, (*below, "fill_down"), name)
    for number, one in enumerate(source.lookup):
        place = (*below, "lookup", number)
        theirs = readers[one.source].columns()
        yield from _absent(one.key, have, (*place, "key"), name)
        there = (*one.key.values(), *one.columns.values())
        yield from _absent(there, theirs, (*place, "columns"), one.source)
        yield from _taken(one.columns, have, (*place, "columns"))
        have += one.columns
    for column, rule in source.derived.items():
        yield from _absent(rule.inputs, have, (*below, "derived", column), name)
        yield from _taken([column], have, (*below, "derived"))
        have.append(column)
    yield from _absent(source.where, have, (*below, "where"), name)
    if source.group is not None:
        used = [*source.group.by, *(c.column for c in source.group.columns.values() if c.column)]
        yield from _absent(used, have, (*below, "group"), name)


def _absent(
    wanted: Iterable[str], have: Iterable[str], place: Place, source: str
) -> Iterator[tuple[Place, str, str]]:
    there = list(have)
    for column in dict.fromkeys(wanted):
        if column not in there:
            yield place, f"source {source} has no column {column!r}", f"one of {', '.join(there)}"


def _taken(new: Iterable[str], have: list[str], place: Place) -> Iterator[tuple[Place, str, str]]:
    for column in new:
        if column in have:
            yield (*place, column), f"there is a column {column!r} already", "a name of its own"


def _at(place: Place, lines: Mapping[Place, int] | None) -> str:
    words = ".".join(str(part) for part in place)
    known = next((place[:n] for n in range(len(place), 0, -1) if place[:n] in (lines or {})), None)
    return words if known is None or lines is None else f"line {lines[known]}: {words}"
