"""A file of the export in one of its roles.

Decided here: what a role carries. A file may have two roles: leads, and outcomes beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from features.reading.id_forms import JoiningForm
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.links import ExportFile, shared_name
from pipelines.intake.guess.deals.endings import Ending, ending
from pipelines.intake.guess.deals.followers import Ground

Role = Literal["leads", "activities", "outcomes", "accounts", "attribute_changes"]


@dataclass(frozen=True)
class FileRole:
    """A file in a role, with the columns that play a part; None where there is none.

    `end` is how the deals of its rows ended, `later` the columns that follow that end; `join` the
    form in which its ids of leads meet those of another file. `decided` holds what a recipe says of
    columns: category, number, known_later, never_use or left_out; `certain` parts are those of a
    recipe, which ask nothing. `noun` is what its rows are called: the file's name, or what the
    names of the files of its form have in common.
    """

    file: ExportFile
    role: Role
    lead: ExportColumn | None
    time: ExportColumn | None = None
    kind: ExportColumn | None = None
    account: ExportColumn | None = None
    end: Ending | None = None
    later: Mapping[str, Ground] = field(default_factory=dict)
    join: JoiningForm | None = None
    decided: Mapping[str, str] = field(default_factory=dict)
    certain: bool = False
    owner: ExportColumn | None = None
    noun: str = ""

    def mark(self, question: str) -> str:
        """Return a question as a comment; nothing for a part of a recipe."""
        return "" if self.certain else f" # ? {question}"

    def quiet(self, comment: str) -> str:
        """Return a comment; nothing for a part of a recipe."""
        return "" if self.certain else comment


def of_files(part: FileRole, files: Sequence[ExportFile]) -> list[FileRole]:
    """Return files of one form in the role that they have together.

    Parameters
    ----------
    part
        The joined files in their role.
    files
        Each of them.
    """
    part = replace(part, noun=shared_name(files))
    return [_of_file(part, file) for file in files]


def _of_file(part: FileRole, file: ExportFile) -> FileRole:
    if part.file is file:
        return part
    columns = (part.lead, part.time, part.kind, part.account)
    lead, time, kind, account = (same_column(file, column) for column in columns)
    end = part.end and _end_at(part.end, file)
    own = replace(part, file=file, lead=lead, time=time, kind=kind, account=account)
    return replace(own, end=end, owner=same_column(file, part.owner))


def _end_at(end: Ending, file: ExportFile) -> Ending:
    """Return how the deals of one of several files ended, by the columns of all of them."""
    own = ending(file, end)
    return own if own is not None else end


def same_column(file: ExportFile, column: ExportColumn | None) -> ExportColumn | None:
    """Return the column of a file that is called like another; None if there is none.

    Parameters
    ----------
    file
        The file.
    column
        Of another file; None for none.
    """
    return next((c for c in file.columns if column is not None and c.name == column.name), None)
