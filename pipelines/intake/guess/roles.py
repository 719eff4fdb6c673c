"""What a file of an unknown export is for.

Decided here: leads is the file whose key other files name, weighed with what its name, its times
and its columns say; a file that leads name is accounts when it is called so; rows that name a lead
are activities, or outcomes when a column holds words like won and lost; the rest is asked. Without
any key the rows are a log, and a lead begins with its first row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from features.reading.id_forms import rewritten
from features.tables import SPECS
from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.links import (
    ExportFile,
    Link,
    find_links,
    joined,
    keys,
    of_one_form,
    own_name,
)
from pipelines.intake.guess.cells.value_words import meaning, says_yes
from pipelines.intake.guess.cells.vocabulary import (
    ACCOUNT,
    ACTIVITY,
    CHANGED,
    DEAL,
    LEAD,
    MONEY,
    OWNER,
    STAGE,
    TOPIC,
    TYPE,
)
from pipelines.intake.guess.deals.endings import (
    Ending,
    ending,
    ending_by_times,
    outcome_column,
    states_by_lead,
)
from pipelines.intake.guess.deals.followers import Ground, followers
from pipelines.intake.guess.deals.times import created, happened
from pipelines.intake.guess.file_role import FileRole, of_files, same_column
from pipelines.intake.guess.files.invoices import PURCHASES, RETURNS
from pipelines.intake.guess.files.record_lines import LINES

_FEW_KINDS: Final = 30
"""A column without the name of an id that has no more values (`Lead Source`) names no leads."""


def is_canonical(file: ExportFile) -> bool:
    """Return whether a file is named and made like a canonical table."""
    spec = next((spec for spec in SPECS.values() if spec.name == file.name), None)
    names = {column.name for column in file.columns}
    return spec is not None and {c.name for c in spec.columns if c.required} <= names


def find_roles(files: Sequence[ExportFile]) -> list[FileRole]:
    """Return what each file is for; a file may have two roles, files of one form have the same."""
    own = [FileRole(file, SPECS[file.name].name, None) for file in files if is_canonical(file)]  # type: ignore[index]
    if len(own) == len(files):
        return own
    alike = {group[0].name: group for group in of_one_form(files)}
    parts = _roles_of([joined(group) for group in alike.values()])
    return [one for part in parts for one in of_files(part, alike[part.file.name])]


def _roles_of(files: Sequence[ExportFile]) -> list[FileRole]:
    links = find_links(files)
    leads = _leads_file(files, links)
    if leads is None:
        return _from_logs(files) or _row_a_lead(files[0], None, None)
    naming = {link.child.name: link for link in links if link.parent is leads}
    accounts = next((link for link in links if link.child is leads and _is_account(link)), None)
    parts = []
    for file in files:
        if file is leads:
            parts += _joined_parts(_row_a_lead(file, _key(leads, links), accounts), links)
        elif accounts is not None and file is accounts.parent:
            parts.append(FileRole(file, "accounts", None, created(file), None, accounts.key))
        elif file.name in naming:
            link = naming[file.name]
            rows = _rows_of_leads(file, link.column)
            parts += [replace(part, join=link.join) for part in rows]
    return _informed(_one_source_of_outcomes(parts, leads))


def _informed(parts: list[FileRole]) -> list[FileRole]:
    """Return the parts, the leads with what follows the ends that another file holds."""
    ends = next((p for p in parts if p.role == "outcomes" and p.kind and p.lead), None)
    own = [p.file for p in parts if p.role == "leads" and p.end]
    if ends is None or any(p.role == "outcomes" and p.file in own for p in parts):
        return parts
    return [_follow(part, ends) if part.role == "leads" else part for part in parts]


def _follow(leads: FileRole, ends: FileRole) -> FileRole:
    if leads.lead is None or ends.lead is None or ends.kind is None:
        return leads
    ids, kinds = _ids(ends, ends.lead), ends.file.text(ends.kind)
    state = states_by_lead(_ids(leads, leads.lead), ids, kinds, flag=says_yes(ends.kind))
    return replace(leads, later=followers(leads.file, Ending(ends.kind, state)))


def _ids(part: FileRole, lead: ExportColumn) -> pd.Series:
    """Return the leads of the rows, in the form in which those of two files meet."""
    ids = part.file.text(lead)
    return ids if part.join is None else rewritten(ids, part.join.form)


def _joined_parts(parts: list[FileRole], links: Sequence[Link]) -> list[FileRole]:
    """Return the parts of the leads' file, with the form that another file needs of their ids."""
    mine = [link.join for link in links if link.parent is parts[0].file and link.join]
    both = next((join for join in mine if join.both), None)
    return [replace(part, join=both) for part in parts]


def _leads_file(files: Sequence[ExportFile], links: Sequence[Link]) -> ExportFile | None:
    """Return the file with a row a lead; None when every file is a log."""
    could = [file for file in files if keys(file) or len(files) == 1]
    logs = [file for file in could if _is_log(file)]
    could = [file for file in could if file not in logs]
    return max(could, key=lambda file: _like_leads(file, links), default=None)


def _is_log(file: ExportFile) -> bool:
    """Return whether the rows are events of leads: a repeated id and one time."""
    return (
        _repeated_lead(file) is not None
        and len(file.of_look("time")) == 1
        and (not LEAD.search(file.name) or bool(ACTIVITY.search(file.name)))
    )


def _like_leads(file: ExportFile, links: Sequence[Link]) -> float:
    """Weigh how much a file looks like the leads."""
    key = next(iter(keys(file)), None)
    children = sum(link.parent is file for link in links)
    score = 2.0 * children + 3.0 * bool(LEAD.search(file.name))
    score -= 3.0 * bool(ACCOUNT.search(file.name)) + 3.0 * bool(ACTIVITY.search(file.name))
    score -= 1.0 * bool(DEAL.search(file.name) and not LEAD.search(file.name))
    if key is not None and LEAD.search(key.name):
        score += 2.0 if own_name(file, key) else 1.0
    score += 2.0 * (outcome_column(file) is not None)
    score += 2.0 * bool(file.of_look("time")) + 2.0 * (created(file) is not None)
    return score + min(len(file.of_look("category", "number")), 20) / 40


def _key(leads: ExportFile, links: Sequence[Link]) -> ExportColumn | None:
    """Choose the key of the leads that most files name."""
    named = [link.key for link in links if link.parent is leads]
    could = keys(leads)
    return max(could, key=lambda key: (named.count(key), -could.index(key)), default=None)


def _is_account(link: Link) -> bool:
    return any(ACCOUNT.search(n) for n in (link.parent.name, link.key.name, link.column.name))


def _row_a_lead(
    file: ExportFile, lead: ExportColumn | None, accounts: Link | None
) -> list[FileRole]:
    end = ending(file)
    if end is None or not (end.state == "won").any():
        end = ending_by_times(file) or end
    later = followers(file, end)
    taken = [lead, *(end.columns if end else [])]
    free = [c for c in file.columns if c not in taken and c.name not in later]
    account = same_column(file, accounts.column) if accounts else None
    account = account or _first(
        [c for c in free if c.look in {"id", "category", "number"} and ID_NAME.search(c.name)],
        ACCOUNT,
    )
    account = account if account in free else None
    leads = FileRole(file, "leads", lead, created(file), None, account, end=end, later=later)
    leads = replace(leads, owner=_owner(file, [*taken, account], later))
    return [leads, *([_ended(file, lead, end)] if end else [])]


def _owner(
    file: ExportFile, taken: Sequence[ExportColumn | None], later: Mapping[str, Ground]
) -> ExportColumn | None:
    """Return the column of the salesperson of a lead."""
    could = [c for c in file.of_look("category") if c not in taken and c.name not in later]
    return next((c for c in could if OWNER.search(spaced(c.name))), None)


def _ended(file: ExportFile, lead: ExportColumn | None, end: Ending) -> FileRole:
    time = end.times.get("won") or end.times.get("lost")
    return FileRole(file, "outcomes", lead, time, end.kind, end=end)


def _rows_of_leads(file: ExportFile, lead: ExportColumn) -> list[FileRole]:
    """Return the roles of a file whose rows name leads."""
    time, end = happened(file, lead), ending(file)
    kind = end.kind if end else None
    if any(CHANGED.search(spaced(column.name)) for column in file.columns):
        return [FileRole(file, "attribute_changes", lead, time)]
    words = [c for c in file.of_look("category") if c is not lead]
    if file.part != LINES and end is not None and (_says_ends(end) or DEAL.search(file.name)):
        dated = end.times and not end.doubt
        return [_ended(file, lead, end) if dated else FileRole(file, "outcomes", lead, time, kind)]
    stage = _first(words, STAGE)
    if DEAL.search(file.name) and stage is not None:
        return [FileRole(file, "outcomes", lead, time, stage)]
    return _activities(file, lead, time, kind, words) if time is not None else []


def _says_ends(end: Ending) -> bool:
    """Return whether at least half of the values are words of an end, or yes and no."""
    values = end.kind.values  # noqa: PD011 - no frame
    words = [value for value in values if meaning(value)]
    return says_yes(end.kind) or 2 * len(words) >= len(values)


def _activities(
    file: ExportFile,
    lead: ExportColumn,
    time: ExportColumn,
    kind: ExportColumn | None,
    words: list[ExportColumn],
) -> list[FileRole]:
    doing = kind or (None if file.part in {PURCHASES, RETURNS} else _type(words))
    known = (
        doing
        or file.part == LINES
        or _has_money(file)
        or ACTIVITY.search(file.name)
        or any(c is not lead for c in keys(file))
    )
    acts = [FileRole(file, "activities", lead, time, doing)] if known else []
    return [*acts, FileRole(file, "outcomes", lead, time, kind)] if kind else acts


def _type(words: list[ExportColumn]) -> ExportColumn | None:
    """Choose the column that says what was done; a lone column may say it, unless it is a topic."""
    named = _first([c for c in words if not TOPIC.search(c.name)], TYPE)
    alone = words[0] if len(words) == 1 and not TOPIC.search(words[0].name) else None
    return named or alone


def _from_logs(files: Sequence[ExportFile]) -> list[FileRole]:
    """Make leads from the first log; its other rows are what they did."""
    parts: list[FileRole] = []
    for file in files:
        lead = _repeated_lead(file)
        if lead is not None:
            first = [] if parts else [FileRole(file, "leads", lead, happened(file, lead))]
            parts += [*first, *_rows_of_leads(file, lead)]
    if any(part.role == "outcomes" for part in parts):
        return parts
    bought = (
        p
        for p in parts
        if p.role == "activities" and p.kind is None and _has_money(p.file)
        if p.file.part != RETURNS
    )
    return [*parts, *(FileRole(p.file, "outcomes", p.lead, p.time) for p in bought)]


def _has_money(file: ExportFile) -> bool:
    return _first(file.of_look("number"), MONEY) is not None


def _repeated_lead(file: ExportFile) -> ExportColumn | None:
    could = [
        column
        for column in file.of_look("id", "number", "category")
        if not column.unique and not file.partly_missing(column) and column.distinct > 1
    ]
    named = [column for column in could if ID_NAME.search(column.name)]
    many = [column for column in could if column.distinct > _FEW_KINDS]
    lead = _first(named, LEAD) or _first(many, LEAD)
    return lead or next(iter(c for c in named if not keys(file)), None)


def _one_source_of_outcomes(parts: list[FileRole], leads: ExportFile) -> list[FileRole]:
    """Drop outcomes of leads and activities where a file of their own has them."""
    others = {part.file.name for part in parts if part.role in {"leads", "activities"}}
    own = [part for part in parts if part.role == "outcomes" and part.file.name not in others]
    in_leads = [part for part in parts if part.role == "outcomes" and part.file is leads]
    best = own or in_leads
    return [part for part in parts if part.role != "outcomes" or not best or part in best]


def _first(columns: list[ExportColumn], pattern: re.Pattern[str]) -> ExportColumn | None:
    return next((column for column in columns if pattern.search(column.name)), None)
