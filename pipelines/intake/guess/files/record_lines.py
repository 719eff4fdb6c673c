"""Records that take several rows of an export: one lead each, with the lines of their tables apart.

Decided here: an id belongs to several rows if a mark stands in the first row of each record; or,
where no other id tells the rows apart, if the rows after the first lack it, as below a merged cell,
or if it comes in several rows beside one end of the deal. What hardly differs within an id is of
the record, the rest of its lines. Lines with a time become activities. Lines without one are summed
and counted; since nobody knows when they were written, the sums are never an attribute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import pandas as pd

from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn, look_at
from pipelines.intake.guess.cells.links import ExportFile, joined, keys, of_one_form
from pipelines.intake.guess.cells.vocabulary import LEAD
from pipelines.intake.guess.deals.endings import ending
from pipelines.intake.guess.wording import say

RECORDS: Final = "records"
LINES: Final = "lines"
_NAMES: Final = {"sum": "total", "distinct": "kinds"}
_SAME: Final = 0.98
_FEW: Final = 3
_LEAST_SHARE: Final = 0.02


class RecordRows(NamedTuple):
    """How the rows of a file belong together.

    Attributes
    ----------
    key
        The id of a record, in each row.
    gaps
        Whether rows after the first of a record lack the id.
    own, lines
        The columns of the record, and those of its lines.
    """

    key: pd.Series
    gaps: bool
    own: list[ExportColumn]
    lines: list[ExportColumn]


def with_records(files: Sequence[ExportFile]) -> list[ExportFile]:
    """Return files, and what those whose records take several rows are parted into.

    Files of one form are judged together, since one of them may have few records of several rows.
    """
    result = list(files)
    for group in of_one_form([file for file in files if not file.steps]):
        record = _record(joined(group))
        result += _each_parted(group, record) if record is not None else []
    return result


def _each_parted(group: Sequence[ExportFile], record: RecordRows) -> Iterator[ExportFile]:
    """Yield the parts of each file, whose rows follow each other in the joined ones."""
    start = 0
    for file in group:
        key = record.key.iloc[start : start + file.rows].reset_index(drop=True)
        yield from _parted(file, record._replace(key=key))
        start += file.rows


def repeated_id(file: ExportFile) -> ExportColumn | None:
    """Return the id that comes in several rows of a file without any other key; None if none."""
    if any(ID_NAME.search(column.name) for column in keys(file)):
        return None
    could = [c for c in file.of_look("id", "number", "category") if not c.unique and c.distinct > 1]
    named = [c for c in could if ID_NAME.search(c.name)]
    return next((c for c in named if LEAD.search(c.name)), next(iter(named), None))


def _record(file: ExportFile) -> RecordRows | None:
    """Return how rows belong together; None where each stands for itself."""
    could = [c for c in file.of_look("id", "number", "category") if ID_NAME.search(c.name)]
    mark = _mark(file)
    if mark is None and any(ID_NAME.search(column.name) for column in keys(file)):
        return None
    for column in could:
        values = file.text(column)
        below = values.isna() if mark is None else file.text(mark).isna()
        first = values[~below]
        gaps = bool(values.isna().any())
        if not (first.is_unique and first.notna().all()) or not _between(below):
            continue
        filled = values.ffill()
        if (filled == first.reindex(filled.index).ffill()).all():
            return _parts(file, column, filled, mark, gaps=gaps)
    again = repeated_id(file)
    if again is None or file.text(again).isna().any():
        return None
    record = _parts(file, again, file.text(again), None, gaps=False)
    return record if record is not None and _is_one_deal(file, record) else None


def _mark(file: ExportFile) -> ExportColumn | None:
    """Return the column in which the first row of each record alone has a mark."""
    for column in file.of_look("category", "text", "id"):
        if column.distinct == 1 and file.partly_missing(column):
            return column
    return None


def _between(below: pd.Series) -> bool:
    """Return whether further rows stand below several records, the first row being none of them."""
    follow = below & ~below.shift(fill_value=False)
    most = max(_FEW, _LEAST_SHARE * len(below))
    return not below.iloc[0] and bool(follow.sum() >= _FEW and below.sum() >= most)


def _parts(
    file: ExportFile,
    key: ExportColumn,
    values: pd.Series,
    mark: ExportColumn | None,
    *,
    gaps: bool,
) -> RecordRows | None:
    several = values.duplicated(keep=False)
    groups = values[several]
    own: list[ExportColumn] = [key]
    lines: list[ExportColumn] = []
    for column in file.columns:
        if column.name in {key.name, mark.name if mark else None} or column.look == "empty":
            continue
        kinds = file.text(column)[several].groupby(groups).nunique()
        (own if kinds.le(1).mean() >= _SAME else lines).append(column)
    return RecordRows(values, gaps, own, lines) if several.any() and lines else None


def _is_one_deal(file: ExportFile, record: RecordRows) -> bool:
    """Return whether an id is one deal: it ends once, and began once."""
    end, names = ending(file), {column.name for column in record.own}
    times = [c for c in record.own if c.look == "time"]
    return end is not None and end.kind.name in names and bool(times)


def _parted(file: ExportFile, record: RecordRows) -> list[ExportFile]:
    """Return the records, and their lines where these have a time."""
    dated = [c for c in record.lines if c.look == "time"]
    sums = {} if dated else {f"{c.name} {_NAMES[how]}": (c, how) for c, how in _sums(record.lines)}
    made = [_records(file, record, sums, "activities" if dated else "sums")]
    return [*made, _lines(file, record)] if dated else made


def _sums(lines: Sequence[ExportColumn]) -> Iterator[tuple[ExportColumn, str]]:
    for column in lines:
        if column.look in {"number", "category"}:
            yield column, "sum" if column.look == "number" else "distinct"


def _records(
    file: ExportFile, record: RecordRows, sums: dict[str, tuple[ExportColumn, str]], become: str
) -> ExportFile:
    key, *others = record.own
    frame = pd.DataFrame({c.name: file.text(c) for c in others})
    groups = frame.groupby(record.key, sort=False)
    made = groups.first().rename_axis(key.name)
    for name, (column, how) in sums.items():
        values = file.text(column)
        if how == "sum":
            values = pd.to_numeric(values.str.replace(",", ""), errors="coerce")
        grouped = values.groupby(record.key, sort=False)
        made[name] = grouped.sum(min_count=1) if how == "sum" else grouped.nunique()
    made = made.reset_index().astype("str").where(made.reset_index().notna(), "")
    inner = [f"{say(c.name)}: {{first: {say(c.name)}}}" for c in others]
    inner += [f"{say(name)}: {{{how}: {say(c.name)}}}" for name, (c, how) in sums.items()]
    rows, count = len(record.key), len(made)
    name = f"{file.name}_{RECORDS}"
    steps = [
        f"{say(name)}: # ? {rows:,} rows are {count:,} leads by {key.name}: one lead each, its "
        f"lines as {become}",
        *_begun(file, record),
        f"  group: {{by: [{say(key.name)}], columns: {{{', '.join(inner)}}}}}",
    ]
    looks = [look_at(str(column), made[column]) for column in made]
    return replace(
        file, name=name, columns=tuple(looks), rows=count, frame=made, steps=tuple(steps),
        undated=frozenset(sums), part=RECORDS, footer=None,
    )  # fmt: skip


def _lines(file: ExportFile, record: RecordRows) -> ExportFile:
    key, name = record.own[0], f"{file.name}_{LINES}"
    frame = pd.DataFrame({key.name: record.key, **{c.name: file.text(c) for c in record.lines}})
    frame = frame[frame[[c.name for c in record.lines]].notna().any(axis=1)].fillna("")
    looks = [look_at(str(column), frame[column]) for column in frame]
    steps = [f"{say(name)}: # ? the lines of {file.name}, each an activity", *_begun(file, record)]
    return replace(
        file, name=name, columns=tuple(looks), rows=len(frame), frame=frame.reset_index(drop=True),
        steps=tuple(steps), part=LINES, footer=None,
    )  # fmt: skip


def _begun(file: ExportFile, record: RecordRows) -> list[str]:
    down = [f"  fill_down: [{say(record.own[0].name)}]"] if record.gaps else []
    data = [f"  where: {{{say(file.footer.column)}: {{present: true}}}}"] if file.footer else []
    return [f"  from: {say(file.name)}", *down, *data]
