"""A first mapping for an unknown export: guesses, and questions as comments.

Decided here: the text always reads as a mapping, so that `mikomi check` can be run at once; what is
a guess or open is marked with `# ?`. Columns that look personal or protected are put under
never_use; columns whose names say that somebody fills them later are asked about.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from features.errors import BadTables
from features.tables import SPECS
from pipelines.guess.columns import Column, look_at
from pipelines.guess.roles import File, Part, find_roles, is_canonical, is_flag, meaning
from pipelines.intake.mapping import Source
from pipelines.intake.sources import Reader, guess_separator

ROWS: Final = 200_000
_PLAIN: Final = re.compile(r"[^\W\d][\w./]*(?: [\w./]+)*")
_RESERVED: Final = {"true", "false", "null"}
_PERSONAL: Final = re.compile(
    r"e-?mail.?addr|^e-?mail$|phone|(?:^|_|\b)(?:first|last|full|sur)[ _]?name|^name$|address"
    r"|postal|birth|氏名|名前|担当者名|メールアドレス|電話|住所|郵便|生年",
    re.IGNORECASE,
)
_PROTECTED: Final = re.compile(
    r"gender|^sex$|religio|race|ethnic|national|disab|性別|国籍|宗教", re.IGNORECASE
)
_LATER: Final = re.compile(
    r"last|latest|tag|quality|status|stage|score|grade|rank|closed|reason|note|result|duration"
    r"|profile"
    r"|最終|状態|評価|理由|ランク|メモ|結果",
    re.IGNORECASE,
)
_COLUMNS: Final = {
    "topic": r"topic|subject|page|title|件名|トピック|内容",
    "direction": r"direction|inbound|方向",
    "actor": r"actor|resource|agent|owner|rep|user|担当",
    "dwell_seconds": r"second|duration|dwell|秒|滞在",
    "amount": r"amount|value|price|revenue|dollar|sum|金額|売上",
}


def guess(exports: Sequence[Path], folder: Path) -> str:
    """Look at the files of an export and write a first mapping, to lie in `folder`.

    Raises
    ------
    BadTables
        There is no file, or one cannot be read.
    """
    files = [_file(path, folder) for path in exports]
    if not files:
        raise BadTables.of("no file", "CSV or Parquet files", "name them: mikomi init EXPORT...")
    parts = find_roles(files)
    lines = [*_head(files, folder), "", *_sources(files, exports), "", *_general(files)]
    for role in ("leads", "accounts", "activities", "outcomes", "attribute_changes"):
        mine = [part for part in parts if part.role == role]
        if mine:
            lines += ["", f"{role}:"]
            for part in mine:
                lines += _part(part, parts)
    return "\n".join([*lines, "", *_open_questions(files, parts)]).rstrip() + "\n"


def _file(path: Path, folder: Path) -> File:
    name = re.sub(r"\W+", "_", path.name.split(".")[0]).strip("_") or "export"
    piece = next(iter(Reader(name, Source(path=str(path.absolute())), folder).pieces(ROWS)), None)
    if piece is None:
        raise BadTables.of(f"{path.name}: no rows", "some rows", "export again")
    frame = piece.frame
    columns = tuple(look_at(column, frame[column]) for column in frame.columns)
    return File(name, os.path.relpath(path, folder), columns, len(frame))


def _head(files: Sequence[File], folder: Path) -> Iterator[str]:
    yield "# A first mapping, guessed from the files. Lines with `# ?` need your eye;"
    yield "# `mikomi check` then says what does not fit, all at once."
    yield f"name: {say(folder.absolute().name or files[0].name)}"


def _sources(files: Sequence[File], exports: Sequence[Path]) -> Iterator[str]:
    yield "sources:"
    for file, path in zip(files, exports, strict=True):
        text = f"path: {say(file.path)}"
        if not {".parquet", ".pq"} & set(path.suffixes):
            text += f", separator: {say(guess_separator(path))}"
        yield f"  {say(file.name)}: {{{text}}}"


def _general(files: Sequence[File]) -> Iterator[str]:
    columns = [column for file in files for column in file.columns]
    words = dict.fromkeys(["", *(word for column in columns for word in column.missing_words)])
    yield f"missing_values: [{', '.join(say(word) for word in words)}] # ? anything else"
    if any(column.local for column in columns):
        yield "times: {zone: UTC} # ? no offsets: in which zone are the times, e.g. Asia/Tokyo"


def _part(part: Part, parts: Sequence[Part]) -> Iterator[str]:
    yield f"  - source: {say(part.file.name)}"
    if part.lead is None and is_canonical(part.file):
        yield from _canonical(part)
        return
    repeated = part.role == "leads" and part.lead is not None and not part.lead.unique
    if repeated:
        yield "    first_row_of_lead: true # ? a lead begins with its first row"
    yield "    columns:"
    used = [column for column in (part.lead, part.time, part.kind, part.account) if column]
    writers = {
        "leads": _lead_columns,
        "accounts": _account_columns,
        "activities": _activity_columns,
        "outcomes": _outcome_columns,
        "attribute_changes": _change_columns,
    }
    yield from writers[part.role](part)
    if part.role in {"leads", "accounts"} and not repeated:
        others = [p for p in parts if p.file is part.file and p is not part]
        used += [c for p in others for c in (p.time, p.kind) if c]
        yield from _attributes(part, used)


def _canonical(part: Part) -> Iterator[str]:
    """Map a file that is a canonical table already: every column is what its name says."""
    spec = SPECS[part.role]
    yield "    columns:"
    yield from (f"      {c.name}: {c.name}" for c in part.file.columns if c.name in spec.names)
    if spec.open_ended:
        used = [column for column in part.file.columns if column.name in spec.names]
        yield from _attributes(part, used)


def _lead_columns(part: Part) -> Iterator[str]:
    yield f"      lead_id: {_origin(part.lead)}"
    if part.time is not None:
        yield f"      created_at: {_origin(part.time)}{_doubt(part.time)}"
    else:
        yield "      # ? created_at: no time found; without it all leads were created at once."
        yield "      # created_at: {sequence: {start: 2025-01-01T00:00:00Z, step_seconds: 600}}"
    if part.account is not None:
        yield f"      account_id: {_origin(part.account)} # ?"


def _account_columns(part: Part) -> Iterator[str]:
    yield f"      account_id: {_origin(part.account)} # ? must name accounts as leads do"


def _activity_columns(part: Part) -> Iterator[str]:
    yield from _lead_and_time(part)
    if part.kind is not None:
        yield f"      activity_type: {_origin(part.kind)} # ? one of {_some(part.kind)}"
    else:
        yield f"      activity_type: {{constant: {say(part.file.name)}}} # ? every row is one"
    taken = {part.lead, part.time, part.kind}
    own = next((c for c in part.file.of_look("id") if c.unique and c not in taken), None)
    if own is not None:
        yield f"      activity_id: {_origin(own)} # ?"
    for name, pattern in _COLUMNS.items():
        looks = {"number"} if name in {"dwell_seconds", "amount"} else {"category"}
        for column in part.file.columns:
            hit = re.search(pattern, column.name, re.IGNORECASE)
            if column.look in looks and column not in taken and hit:
                yield f"      {name}: {_origin(column)} # ?"
                taken.add(column)
                break


def _outcome_columns(part: Part) -> Iterator[str]:
    if part.time is not None:
        yield from _lead_and_time(part)
    else:
        yield f"      lead_id: {_origin(part.lead)}"
        yield "      occurred_at: {after_created_days: 1} # ? no time found: a day after creation"
    if part.kind is None:
        return
    flag = is_flag(part.kind)
    told = [value for value in part.kind.values if meaning(value, flag=flag)]
    some = not flag and 2 * len(told) < len(part.kind.values)
    yield f"      outcome: # ? what each value of {part.kind.name} means"
    yield f"        column: {say(part.kind.name)}"
    if some:
        yield "        other_values: skip # ? the others are activities"
    yield "        values:"
    for value in told if some else part.kind.values:
        meant = meaning(value, flag=flag)
        yield f"          {say(value)}: {meant or say(value)}" + ("" if meant else " # ? a stage")


def _change_columns(part: Part) -> Iterator[str]:
    yield from _lead_and_time(part)
    names = {"attribute": r"attribute|field|項目", "value": r"value|new|値"}
    for name, pattern in names.items():
        found = next(
            (c for c in part.file.columns if re.search(pattern, c.name, re.IGNORECASE)), None
        )
        yield f"      {name}: {_origin(found or part.file.columns[-1])} # ?"


def _lead_and_time(part: Part) -> Iterator[str]:
    yield f"      lead_id: {_origin(part.lead)}"
    if part.time is None:
        yield "      occurred_at: {constant: 2025-01-01T00:00:00Z} # ? no time found: which column"
    else:
        yield f"      occurred_at: {_origin(part.time)}{_doubt(part.time)}"


def _attributes(part: Part, used: Sequence[Column]) -> Iterator[str]:
    free = [column for column in part.file.columns if column not in used]
    never = {c.name: _why_never(c) for c in free if _why_never(c)}
    kinds = {"number": "number", "category": "category"}
    listed = [c for c in free if c.name not in never and c.look in kinds and c.distinct > 1]
    yield "    attributes:" + ("" if listed else " {}")
    for column in listed:
        later = _LATER.search(column.name) and part.role == "leads"
        doubt = " # ? filled later? then under known_later" if later else ""
        yield f"      {say(column.name)}: {kinds[column.look]}{doubt}"
    for column in free:
        if column not in listed and column.name not in never:
            yield f"      # left out: {column.name} ({_why_out(column)})"
    if never:
        yield "    never_use: # ? may these be used at all"
        yield from (f"      {say(name)}: {why}" for name, why in never.items())


def _why_never(column: Column) -> str:
    if _PERSONAL.search(column.name):
        return "personal"
    return "protected" if _PROTECTED.search(column.name) else ""


def _why_out(column: Column) -> str:
    reasons = {
        "empty": "no values",
        "time": "a time",
        "id": "different for nearly every lead",
        "text": "free text",
    }
    return reasons.get(column.look, "always the same")


def _origin(column: Column | None) -> str:
    if column is None:
        return '{row_number: "row-"} # ? no id found'
    form = column.formats[0] if column.formats else "iso"
    if form == "iso":
        return say(column.name)
    return f"{{column: {say(column.name)}, format: {say(form)}}}"


def _doubt(column: Column) -> str:
    others = column.formats[1:] if column.formats[0] != "iso" else ()
    return f" # ? or {' or '.join(others)}" if others else ""


def _some(column: Column) -> str:
    more = f" and {column.distinct - 5} more" if column.distinct > 5 else ""  # noqa: PLR2004
    return ", ".join(column.values[:5]) + more


def _open_questions(files: Sequence[File], parts: Sequence[Part]) -> Iterator[str]:
    roles = {part.role for part in parts}
    if "outcomes" not in roles:
        yield "# ? outcomes: which file or column says who was won and when"
    told = [v for p in parts if p.role == "activities" and p.kind for v in p.kind.values]
    written = [say(value) for value in told if meaning(value) in {"won", "lost"}]
    if "activities" in roles:
        words = ", ".join(written)
        yield f"outcome_activities: [{words}] # ? all types that are the outcome written down"
    for file in files:
        if not any(part.file is file for part in parts):
            yield f"# ? {file.name}: no table found for it"
    yield "# ? observed_until: 2026-01-01T00:00:00Z # until when the data are complete"


def say(word: str) -> str:
    """Write a word in YAML, quoted when it must be.

    >>> say("Lead Source"), say("yes?"), say("1")
    ('Lead Source', '"yes?"', '"1"')
    """
    plain = _PLAIN.fullmatch(word) and word.casefold() not in _RESERVED
    return word if plain else json.dumps(word, ensure_ascii=False)
