"""A file of the export in one of its roles.

Decided here: what a role carries. A file may have two roles: leads, and outcomes beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from features.reading.id_forms import JoiningForm
from pipelines.intake.guess.cells.columns import ExportColumn
from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.deals.endings import Ending
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
