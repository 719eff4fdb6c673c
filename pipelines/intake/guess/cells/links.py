"""Which columns of an export name the rows of another file.

Decided here: a key is a column whose values are there in nearly every row and hardly ever come
twice; a column of another file links to it when nearly all its values are among the key's. Where
both are plain numbers that proves little (a count of employees lies among the ids 1 to 3,000 as
well), so there the names must agree too. Ids that meet only in another form (`.0` behind them, 15
signs for 18) make a link where the names agree.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Final

import pandas as pd

from features.reading.id_forms import JoiningForm, joining_form
from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn
from pipelines.intake.guess.cells.footers import Footer
from pipelines.intake.guess.cells.time_formats import MOSTLY
from pipelines.intake.guess.cells.vocabulary import ACCOUNT, LEAD

CONTAINED: Final = 0.9
_FEW: Final = 3
_LONG: Final = 15
_PLAIN_NUMBER: Final = re.compile(r"\d{1,7}(?:\.0)?")


@dataclass(frozen=True)
class ExportFile:
    """One file of the export: its name as a source, its path, its columns, its rows looked at.

    `separator` is None for Parquet and workbooks, `encoding` for UTF-8 and typed files; `sheet` is
    that of a workbook of several; `frame` holds the rows as text; `steps` are
    the lines of a mapping that make it from another file; `part` is what it holds of that file,
    such as `lines`, each of them a line of a record; `undated` are columns made of lines that have
    no time; `footer` describes the rows at the end that are no data.
    """

    name: str
    path: str
    columns: tuple[ExportColumn, ...]
    rows: int
    separator: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    steps: tuple[str, ...] = ()
    part: str = ""
    undated: frozenset[str] = frozenset()
    footer: Footer | None = None

    def of_look(self, *looks: str) -> list[ExportColumn]:
        """List the columns of a look."""
        return [column for column in self.columns if column.look in looks]

    def partly_missing(self, column: ExportColumn) -> bool:
        """Return whether more than a few rows have no value in a column."""
        return column.there < MOSTLY * self.rows

    def column(self, name: str) -> ExportColumn:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)

    def text(self, column: ExportColumn) -> pd.Series:
        """Return a column's values as text, missing where a word stands for missing."""
        text = self.frame[column.name]
        return text.mask(text.isin(list(column.missing_words)))


def of_one_form(files: Sequence[ExportFile]) -> list[list[ExportFile]]:
    """Group the files that have the same columns (a year each, say), the same part of others.

    A file with columns of another file is of a form of its own.
    """
    forms: dict[tuple[str, ...], list[ExportFile]] = {}
    for file in files:
        names = (file.part, *(column.name for column in file.columns))
        form = (file.name,) if file.steps and not file.part else names
        forms.setdefault(form, []).append(file)
    return list(forms.values())


def shared_name(files: Sequence[ExportFile]) -> str:
    """Return what the names of files of one form begin with, or the name of the first.

    >>> years = [ExportFile(f"calls_{year}", "", (), 0) for year in (2024, 2025)]
    >>> shared_name(years), shared_name(years[1:])
    ('calls', 'calls_2025')
    """
    if len(files) == 1:
        return files[0].name
    part = f"_{files[0].part}" if files[0].part else ""
    signs = zip(*(file.name.removesuffix(part) for file in files), strict=False)
    alike = takewhile(lambda them: len(set(them)) == 1, signs)
    begin = re.sub(r"[\W\d_]+$", "", "".join(them[0] for them in alike))
    return f"{begin}{part}" if begin else files[0].name


def joined(files: Sequence[ExportFile]) -> ExportFile:
    """Return files of one form (a year each, say) as one, under the name of the first."""
    first = files[0]
    if len(files) == 1:
        return first
    columns = (_joined([file.columns[n] for file in files]) for n in range(len(first.columns)))
    frame = pd.concat([file.frame for file in files], ignore_index=True)
    rows = sum(file.rows for file in files)
    return replace(first, columns=tuple(columns), rows=rows, frame=frame)


def _joined(columns: Sequence[ExportColumn]) -> ExportColumn:
    """Return columns of one name as one; it is unique only if it is so across the files."""
    fullest = max(columns, key=lambda column: column.there)
    values = frozenset[str]().union(*(column.all_values for column in columns))
    there = sum(column.there for column in columns)
    distinct = len(values) or sum(column.distinct for column in columns)
    unique = all(column.unique for column in columns) and distinct >= MOSTLY * there
    words = tuple(dict.fromkeys(word for column in columns for word in column.missing_words))
    full = replace(fullest, distinct=distinct, there=there, unique=unique, all_values=values)
    return replace(full, missing_words=words)


@dataclass(frozen=True)
class Link:
    """A column that names the rows of another file.

    `join` is the form in which the ids of both meet; None where they meet as they are.
    """

    child: ExportFile
    column: ExportColumn
    parent: ExportFile
    key: ExportColumn
    join: JoiningForm | None = None


def keys(file: ExportFile) -> list[ExportColumn]:
    """List the columns that could name the rows of a file, those with the name of an id first."""
    could = [
        column
        for column in file.of_look("id", "category", "number")
        if column.unique and column.distinct > 1 and not file.partly_missing(column)
    ]
    named = [column for column in could if own_name(file, column)]
    others = [column for column in could if column not in named and column.look != "number"]
    return [*named, *others]


def own_name(file: ExportFile, column: ExportColumn) -> bool:
    """Return whether a column is called like the id of its own file.

    Parameters
    ----------
    file
        The file.
    column
        One of its columns.
    """
    return bool(ID_NAME.search(column.name)) or _stem(file.name) == _stem(column.name)


def find_links(files: Sequence[ExportFile]) -> list[Link]:
    """List every link between the files, the best of each pair of files."""
    links = []
    for parent in files:
        for child in files:
            if child is not parent:
                could = _of_pair(child, parent) or _rewritten_pair(child, parent)
                links += sorted(could, key=lambda link: -_agreement(link))[:1]
    return [link for link in links if not _reversed(link, links)]


def _of_pair(child: ExportFile, parent: ExportFile) -> list[Link]:
    return [
        Link(child, column, parent, key)
        for key in keys(parent)
        for column in child.of_look("id", "category", "number")
        if _fits(child, column, parent, key)
    ]


def _rewritten_pair(child: ExportFile, parent: ExportFile) -> list[Link]:
    """List the links of two files whose ids meet only in another form.

    They are called alike, unless the ids are so long that chance makes no two the same.
    """
    links = []
    for key in keys(parent):
        for column in child.of_look("id", "category", "number"):
            link = Link(child, column, parent, key)
            sure = _agreement(link) > 0 or (_is_long(column) and _is_long(key))
            if min(column.distinct, key.distinct) >= _FEW and sure:
                join = joining_form(column.all_values - key.all_values, key.all_values)
                links += [replace(link, join=join)] if join is not None else []
    return links


def _is_long(column: ExportColumn) -> bool:
    return all(len(value) >= _LONG for value in column.values)  # noqa: PD011 - no frame


def _fits(child: ExportFile, column: ExportColumn, parent: ExportFile, key: ExportColumn) -> bool:
    if min(column.distinct, key.distinct) < _FEW or not column.all_values:
        return False
    shared = len(column.all_values & key.all_values)
    if shared < CONTAINED * column.distinct:
        return False
    link = Link(child, column, parent, key)
    numbers = all(_PLAIN_NUMBER.fullmatch(v) for v in column.values)  # noqa: PD011 - no frame
    return not numbers or _agreement(link) > 0


def _agreement(link: Link) -> int:
    """Weigh how the names speak for a link."""
    column, key = link.column.name, link.key.name
    same = column.casefold() == key.casefold() and column.casefold() != "id"
    named = _stem(column) == _stem(link.parent.name)
    both = [
        p for p in (LEAD, ACCOUNT) if p.search(column) and p.search(f"{link.parent.name} {key}")
    ]
    bare = key.casefold() == "id" and any(p.search(column) for p in (LEAD, ACCOUNT))
    own = link.column.unique and own_name(link.child, link.column) and not same and not named
    return 4 * same + 4 * named + 2 * bool(both) + bare - 2 * own


def _reversed(link: Link, links: Sequence[Link]) -> bool:
    """Return whether two files name each other and the other way round is the better reading."""
    back = next((b for b in links if b.child is link.parent and b.parent is link.child), None)
    if back is None or not link.column.unique:
        return False
    return _order(link) < _order(back)


def _order(link: Link) -> tuple[int, int, int]:
    return (
        link.key.distinct - link.column.distinct,
        bool(LEAD.search(link.parent.name)),
        len(link.parent.of_look("category", "number")),
    )


def _stem(name: str) -> str:
    """Return the word `lead` of `leads`, `lead_id` and `Lead ID`.

    >>> _stem("Leads"), _stem("lead_id"), _stem("companies"), _stem("リードID")
    ('lead', 'lead', 'company', 'リード')
    """
    word = re.sub(r"(?:[ _-]?(?:id|no|key|code|number)|番号|コード)$", "", name.casefold())
    word = re.sub(r"ies$", "y", word or name.casefold())
    return re.sub(r"(?<=[a-z])s$", "", word)
