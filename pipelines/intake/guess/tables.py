"""The lines of a first mapping for each table.

Decided here: how a guessed role becomes columns of the mapping, and which of them are asked about.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from features.tables import SPECS
from pipelines.intake.guess.attributes import attributes
from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.value_words import direction, meaning, says_yes
from pipelines.intake.guess.cells.vocabulary import (
    ACTUAL,
    CHANGED,
    DEAL,
    LOST_REASON,
    PLANNED,
    TOPIC,
)
from pipelines.intake.guess.deals.times import (
    is_named_created,
    known,
    other_beginnings,
    unread,
)
from pipelines.intake.guess.displayed import is_mail
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.files.record_lines import repeated_id
from pipelines.intake.guess.money import AMOUNT, currencies
from pipelines.intake.guess.outcomes import outcome_lines
from pipelines.intake.guess.roles import is_canonical
from pipelines.intake.guess.rows_apart import rows_of_tests, rows_undone, where
from pipelines.intake.guess.wording import (
    doubt,
    lead_origin,
    origin,
    row_number,
    say,
    some,
    unread_origin,
)

_EXTRAS: Final = {
    "topic": TOPIC,
    "direction": re.compile(r"direction|inbound|方向", re.IGNORECASE),
    "actor": re.compile(r"actor|resource|agent|owner|rep|user|担当|対応者", re.IGNORECASE),
    "dwell_seconds": re.compile(r"second|duration|dwell|秒|滞在", re.IGNORECASE),
    "amount": AMOUNT,
    "text": re.compile(r"text|body|note|memo|comment|内容|本文|メモ|備考", re.IGNORECASE),
}
_VALUE: Final = re.compile(r"^(?!old)(?:.*\b)?(?:value|new)\b|値|変更後")
_NUMBERS: Final = {"dwell_seconds", "amount"}
_OTHERS: Final = 3
_FEW: Final = 0.7


def part_lines(part: FileRole, parts: Sequence[FileRole]) -> Iterator[str]:
    """Write the rules of a file in a role.

    Parameters
    ----------
    part
        The file in its role.
    parts
        All files in their roles.
    """
    if part.role == "outcomes" and part.end is not None:
        yield from outcome_lines(part, list(_deal(part)))
        return
    yield f"  - source: {say(part.file.name)}"
    if part.lead is None and not part.certain and is_canonical(part.file):
        yield from _canonical(part)
        return
    repeated = part.role == "leads" and part.lead is not None and not part.lead.unique
    if repeated:
        yield "    first_row_of_lead: true # ? a lead begins with its first row"
    if part.role == "leads":
        yield from rows_of_tests(part.file)
    if part.role == "activities":
        yield from rows_undone(part)
    yield from where(part)
    if part.time is not None and part.file.partly_missing(part.time):
        name = say(part.time.name)
        yield f"    where_present: [{name}] # ? rows without it are not for this table"
    yield "    columns:"
    bought = any(p.role == "outcomes" and p.kind is None and p.file is part.file for p in parts)
    writers: dict[str, Callable[[FileRole], Iterator[str]]] = {
        "leads": _lead_columns,
        "accounts": _account_columns,
        "activities": partial(_activity_columns, bought=bought),
        "outcomes": _outcome_columns,
        "attribute_changes": _change_columns,
    }
    yield from writers[part.role](part)
    if part.role in {"leads", "accounts"} and not (repeated and not part.file.steps):
        yield from attributes(part, _used(part, parts))


def _used(part: FileRole, parts: Sequence[FileRole]) -> list[ExportColumn]:
    """List the columns that play a part, in this rule or in another of the same file."""
    mine = [part.lead, part.time, part.account, part.owner]
    mine += [unread(part.file, ended=False)] if part.time is None else []
    others = [p for p in parts if p.file is part.file and p is not part]
    for other in others:
        mine += [other.time, other.kind, _amount(other), *(other.end.columns if other.end else [])]
        mine += [unread(part.file, ended=True)] if other.time is None else []
    return [column for column in mine if column is not None]


def _canonical(part: FileRole) -> Iterator[str]:
    """Map a file that is a canonical table already: every column is what its name says."""
    spec = SPECS[part.role]
    yield "    columns:"
    yield from (f"      {c.name}: {c.name}" for c in part.file.columns if c.name in spec.names)
    if spec.open_ended:
        used = [column for column in part.file.columns if column.name in spec.names]
        yield from attributes(part, used)


def _lead_columns(part: FileRole) -> Iterator[str]:
    yield f"      lead_id: {lead_origin(part)}{_shared(part)}"
    if part.time is not None:
        yield f"      created_at: {origin(part.time, 'start')}{_beginning_doubt(part, part.time)}"
    elif (dates := unread(part.file, ended=False)) is not None:
        yield f"      created_at: {unread_origin(dates)}"
    else:
        yield "      # ? created_at: no time found; without it all leads were created at once."
        yield "      # created_at: {sequence: {start: 2025-01-01T00:00:00Z, step_seconds: 600}}"
    if part.account is not None:
        yield f"      account_id: {origin(part.account)}{part.quiet(' # ?')}"
    if part.owner is not None:
        yield f"      owner_id: {origin(part.owner)}{part.mark('the salesperson at first')}"


def _beginning_doubt(part: FileRole, time: ExportColumn) -> str:
    """Write a question about when leads came, unless the header of one time alone says so."""
    others = other_beginnings(part.file, time)
    repeated = part.lead is not None and not part.lead.unique
    if part.certain or doubt(time) or repeated:
        return doubt(time)
    if is_named_created(time) and not any(map(is_named_created, others)):
        return ""
    names = " or ".join(["", *(column.name for column in others[:_OTHERS])])
    return f" # ? is this when a lead came{names and f',{names}'}"


def _shared(part: FileRole) -> str:
    """Write a question where rows share an id or an address, or an address is the id."""
    shared = repeated_id(part.file) if part.lead is None else None
    if shared is None:
        return part.quiet(_addresses(part))
    rows = f"{shared.there:,} rows have {shared.distinct:,} different values of {shared.name}"
    return f"; {rows}, which differ in how they ended: each row is a lead of its own here"


def _addresses(part: FileRole) -> str:
    if part.lead is None:
        return ""
    if is_mail(part.file, part.lead):
        return " # ? an address as id is personal: ids stand in every table and log"
    mails = [c for c in part.file.of_look("id", "category", "text") if is_mail(part.file, c)]
    shared = next((c for c in mails if part.lead.unique and c.distinct < _FEW * c.there), None)
    if shared is None:
        return ""
    return f" # ? {shared.there:,} rows, {shared.distinct:,} of {shared.name}: who is the lead"


def _account_columns(part: FileRole) -> Iterator[str]:
    yield f"      account_id: {origin(part.account)} # ? must name accounts as leads do"
    if part.time is not None:
        yield f"      known_at: {origin(part.time)} # ?"


def _activity_columns(part: FileRole, *, bought: bool = False) -> Iterator[str]:
    yield from _lead_and_time(part)
    own = _own_id(part)
    if own is not None:
        yield f"      activity_id: {origin(own)}{part.quiet(' # ?')}"
    elif bought:
        yield f"      activity_id: {row_number(part)} # ? no id found; two alike are two"
    if part.kind is not None:
        question = part.mark(f"one of {some(part.kind)}")
        yield f"      activity_type: {origin(part.kind)}{question}"
    else:
        word = "purchase" if bought else re.sub(r"(?<=[a-z])s$", "", part.noun or part.file.name)
        question = part.mark("every row is one")
        yield f"      activity_type: {{constant: {say(word)}}}{question}"
    taken = [part.lead, part.time, part.kind, own]
    for name, pattern in _EXTRAS.items():
        looks = ("number",) if name in _NUMBERS else ("category", "text")
        free = (c for c in part.file.of_look(*looks) if c not in taken)
        column = _named(part, name, taken) or next(
            (c for c in free if pattern.search(c.name)), None
        )
        if column is not None:
            written = _directed(column) if name == "direction" else origin(column)
            yield f"      {name}: {written}{part.quiet(' # ?')}"
            taken.append(column)


def _named(part: FileRole, name: str, taken: Sequence[ExportColumn | None]) -> ExportColumn | None:
    """Return the column of a recipe's file that has the canonical name, whatever it holds."""
    columns = part.file.columns if part.certain else ()
    own = (c for c in columns if c.name == name and c not in taken)
    return next((c for c in own if c.values or c.look == "text"), None)


def _own_id(part: FileRole) -> ExportColumn | None:
    taken = (part.lead, part.time, part.kind)
    ids = [c for c in part.file.of_look("id", "number", "category") if c.unique and c not in taken]
    return next((c for c in ids if c.look == "id" or ID_NAME.search(c.name)), None)


def _directed(column: ExportColumn) -> str:
    meanings = {value: direction(value) for value in column.values}
    if not all(meanings.values()) or set(meanings) <= {"inbound", "outbound"}:
        return origin(column)
    words = ", ".join(f"{say(value)}: {word}" for value, word in meanings.items())
    return f"{{column: {say(column.name)}, values: {{{words}}}}}"


def _outcome_columns(part: FileRole) -> Iterator[str]:
    yield from _lead_and_time(part)
    yield from _deal(part)
    if part.kind is not None:
        yield from _outcome_values(part.kind)
    else:
        yield f"      deal_id: {row_number(part)} # ? no id found; two alike are two deals"
        yield "      outcome: {constant: won} # ? every row converts; with repeat: true in params"


def _deal(part: FileRole) -> Iterator[str]:
    """Write the id of the deal, its amount and why it was lost, where a file has them."""
    deals = part.file.of_look("id", "category", "number")
    deals = [c for c in deals if not part.file.partly_missing(c)]
    deal = next((c for c in deals if DEAL.search(c.name) and ID_NAME.search(c.name)), None)
    if deal is not None and deal is not part.lead:
        yield f"      deal_id: {origin(deal)}{part.quiet(' # ?')}"
    amount = _amount(part)
    if amount is not None:
        question = f" # ? {currencies(part.file, amount)}".rstrip()
        yield f"      amount: {origin(amount)}{part.quiet(question)}"
    words = part.file.of_look("category", "id", "text")
    reason = next((c for c in words if LOST_REASON.search(spaced(c.name))), None)
    if reason is not None and part.role == "outcomes":
        yield f"      reason: {origin(reason)}{part.mark('why deals were lost')}"


def _amount(part: FileRole) -> ExportColumn | None:
    """Return what a deal was worth, at its end rather than as planned."""
    if part.role != "outcomes" or (part.kind is not None and says_yes(part.kind)):
        return None
    could = [c for c in part.file.of_look("number") if AMOUNT.search(c.name)]
    could = [c for c in could if not PLANNED.search(spaced(c.name)) and c is not part.lead]
    return max(could, key=lambda c: bool(ACTUAL.search(spaced(c.name))), default=None)


def _outcome_values(kind: ExportColumn) -> Iterator[str]:
    flag = says_yes(kind)
    ends = [value for value in kind.values if meaning(value, flag=flag)]
    few = not flag and 2 * len(ends) < len(kind.values)
    yield f"      outcome: # ? what each value of {kind.name} means"
    yield f"        column: {say(kind.name)}"
    if few and ends:
        yield "        other_values: skip # ? the others are activities"
    yield "        values:"
    for value in ends if few and ends else kind.values:
        word = meaning(value, flag=flag)
        question = {None: " # ? a stage", "opened": " # ? a deal was opened"}.get(word, "")
        yield f"          {say(value)}: {say(word or value)}{question}"


def _change_columns(part: FileRole) -> Iterator[str]:
    yield from _lead_and_time(part)
    names = {"attribute": CHANGED, "value": _VALUE}
    for name, pattern in names.items():
        named = (c for c in part.file.columns if pattern.search(spaced(c.name)))
        yield f"      {name}: {origin(next(named, part.file.columns[-1]))} # ?"


def _lead_and_time(part: FileRole) -> Iterator[str]:
    yield f"      lead_id: {lead_origin(part)}"
    if part.time is None:
        yield "      occurred_at: {constant: 2025-01-01T00:00:00Z} # ? no time found: which column"
        return
    planned = bool(PLANNED.search(spaced(part.time.name))) and not part.certain
    question = " # ? a planned date: did it happen, and then" if planned else ""
    yield f"      occurred_at: {origin(part.time, 'end')}{doubt(part.time) or question}"
    known_at = known(part.file, part.lead)
    if known_at is not None and known_at is not part.time:
        yield f"      known_at: {origin(known_at)}{part.quiet(' # ?')}"
