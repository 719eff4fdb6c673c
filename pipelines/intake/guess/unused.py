"""Why a file of the export is for no table."""

import re
from collections.abc import Sequence
from typing import Final

from pipelines.intake.guess.cells.links import ExportFile
from pipelines.intake.guess.file_role import FileRole

_ROUNDED: Final = re.compile(r"\d[.,]\d+[eE]\+\d+")


def why_unused(file: ExportFile, parts: Sequence[FileRole]) -> str:
    """Return the ground on which a file was left out, with what would bring it in.

    Parameters
    ----------
    file
        A file without a role.
    parts
        The files in their roles.
    """
    lead = next((part.lead for part in parts if part.role == "leads"), None)
    if lead is None or not lead.all_values:
        return "no table: the leads have no id that it could name"
    could = file.of_look("id", "category", "number")
    rounded = [c for c in could if any(_ROUNDED.fullmatch(value) for value in c.values)]
    if rounded:
        example = next(v for v in rounded[0].values if _ROUNDED.fullmatch(v))
        return f"no table: {rounded[0].name} was rounded by a spreadsheet ({example}); export again"
    best = max(could, key=lambda c: len(c.all_values & lead.all_values), default=None)
    shared = len(best.all_values & lead.all_values) if best is not None else 0
    if best is None or shared == 0:
        return f"no table: none of its columns holds values of {lead.name}"
    if shared == best.distinct:
        return f"no table: {best.name} names leads, but its rows have no time and no outcome"
    return f"no table: only {shared:,} of {best.distinct:,} values of {best.name} are leads"
