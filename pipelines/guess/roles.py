"""What a file of an unknown export is for.

Decided here: the lead's id is a column that names leads in one file, once each, and comes back in
others; a file with a row a lead is leads; rows with a time are activities, or outcomes when a
column holds words like won and lost; the rest is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from features.tables import SPECS
from pipelines.guess.columns import ID_NAME, Column

Role = Literal["leads", "activities", "outcomes", "accounts", "attribute_changes"]
_LEAD: Final = re.compile(
    r"(lead|prospect|customer|client|contact|case|person|applicant|顧客|リード|見込|申込)",
    re.IGNORECASE,
)
_ACCOUNT: Final = re.compile(r"(account|company|organi[sz]ation|会社|企業|法人)", re.IGNORECASE)
_TYPE: Final = re.compile(
    r"(type|kind|activity|event|action|channel|category|種別|種類|行動)", re.IGNORECASE
)
_WON: Final = re.compile(
    r"^(?:closed[ _-]?)?won$|^convert(?:ed)?$|^(?:a_)?approved$|^成約$|^受注$|^成功$"
    r"|^success$",
    re.IGNORECASE,
)
_LOST: Final = re.compile(
    r"^(?:closed[ _-]?)?lost$|^(?:a_)?(?:declined|rejected|cancell?ed)$|^失注$"
    r"|^不成立$|^失敗$",
    re.IGNORECASE,
)
_OPENED: Final = re.compile(r"^open(?:ed)?$|^new$|^created$|^商談化?$|^新規$", re.IGNORECASE)
_FLAG_NAME: Final = re.compile(
    r"^(?:y|target|converted|conversion|won|is_won|success|subscribed|bought|purchased|revenue"
    r"|成約|受注|契約)$",
    re.IGNORECASE,
)
_YES: Final = {"1", "yes", "true", "y", "t", "○", "はい"}
_NO: Final = {"0", "no", "false", "n", "f", "×", "いいえ"}


@dataclass(frozen=True)
class File:
    """One file of the export: its name as a source, its path, its columns, its rows looked at."""

    name: str
    path: str
    columns: tuple[Column, ...]
    rows: int

    def of_look(self, *looks: str) -> list[Column]:
        """Give the columns of a look."""
        return [column for column in self.columns if column.look in looks]


def is_canonical(file: File) -> bool:
    """Tell whether a file is named and made like a canonical table."""
    spec = next((spec for spec in SPECS.values() if spec.name == file.name), None)
    names = {column.name for column in file.columns}
    return spec is not None and {c.name for c in spec.columns if c.required} <= names


@dataclass(frozen=True)
class Part:
    """A file in a role, with the columns that play a part; None where none was found."""

    file: File
    role: Role
    lead: Column | None
    time: Column | None = None
    kind: Column | None = None
    account: Column | None = None


def find_roles(files: Sequence[File]) -> list[Part]:
    """Tell what each file is for; a file may have two roles."""
    own = [Part(file, SPECS[file.name].name, None) for file in files if is_canonical(file)]  # type: ignore[index]
    if len(own) == len(files):
        return own
    lead_name = _lead_column(files)
    parts = [part for file in files for part in _roles(file, lead_name, alone=len(files) == 1)]
    parts = _settled(parts)
    if not any(part.role == "leads" for part in parts):
        parts = [_leads_from(parts[0]), *parts] if parts else parts
    return parts


def _settled(parts: list[Part]) -> list[Part]:
    """Keep one file of leads, the richest, and drop second roles that another plays better."""
    candidates = [p for p in parts if p.role == "leads" and not _also(p, parts, "outcomes")]
    first = max(candidates, key=_richness, default=None)
    ends = [p for p in parts if p.role == "outcomes" and not _also(p, parts, "activities")]
    settled = []
    for part in parts:
        second = part.role == "leads" and first is not None and part is not first
        worse = part.role == "outcomes" and ends and _also(part, parts, "activities")
        time = part.time or _only_time(part.file)
        if second and time is not None and not _also(part, parts, "outcomes"):
            settled += _rows_of_leads(part.file, part.lead, time, None)
        elif part.role == "outcomes" and first is not None and not worse:
            settled.append(replace(part, time=time))
        elif not second and not worse:
            settled.append(part)
    return settled


def _richness(part: Part) -> int:
    return len(part.file.of_look("category", "number"))


def _only_time(file: File) -> Column | None:
    return next(iter(file.of_look("time")), None)


def _also(part: Part, parts: Sequence[Part], role: Role) -> bool:
    """Tell whether the same file plays another role as well."""
    return any(other.file is part.file and other.role == role for other in parts)


def _lead_column(files: Sequence[File]) -> str | None:
    """Name the column that names leads: shared, called so, unique somewhere."""

    def worth(name: str) -> tuple[int, int, int, int]:
        columns = [c for file in files for c in file.columns if c.name == name]
        return (
            bool(_LEAD.search(name) and ID_NAME.search(name)) and not _ACCOUNT.search(name),
            len(columns),
            any(c.unique for c in columns),
            bool(_LEAD.search(name)) or name.casefold() == "id",
        )

    names = list(dict.fromkeys(c.name for f in files for c in f.columns if _may_be_id(c)))
    best = max(names, key=worth, default=None)
    return best if best is not None and any(worth(best)) else None


def _may_be_id(column: Column) -> bool:
    return column.look in {"id", "number", "category"} and bool(
        ID_NAME.search(column.name) or column.unique or column.look == "id"
    )


def _roles(file: File, lead_name: str | None, *, alone: bool) -> list[Part]:
    lead = next((c for c in file.columns if c.name == lead_name), None)
    account = _first(file.of_look("id", "category", "number"), _ACCOUNT)
    times = file.of_look("time")
    time = times[0] if times else None
    kind = outcome_column(file)
    if lead is None and not alone:
        return [Part(file, "accounts", None, None, None, account or _unique(file))]
    if lead is None or lead.unique:
        flat = [Part(file, "leads", lead, _created(times), None, account)]
        ended = _ended(times) or (time if _created(times) is None else None)
        return [*flat, Part(file, "outcomes", lead, ended, kind)] if kind else flat
    if {"attribute", "field", "項目"} & {c.name.casefold() for c in file.columns}:
        return [Part(file, "attribute_changes", lead, time)]
    return _rows_of_leads(file, lead, time, kind)


def _rows_of_leads(
    file: File, lead: Column | None, time: Column | None, kind: Column | None
) -> list[Part]:
    """Tell the role of a file with several rows a lead."""
    told = [value for value in kind.values if meaning(value)] if kind else []
    if kind is not None and (is_flag(kind) or 2 * len(told) >= len(kind.values)):
        return [Part(file, "outcomes", lead, time, kind)]
    if time is None:
        return []
    words = [c for c in file.of_look("category") if c is not lead]
    doing = kind or _first(words, _TYPE) or (words[0] if len(words) == 1 else None)
    acts = [Part(file, "activities", lead, time, doing)]
    return [*acts, Part(file, "outcomes", lead, time, kind)] if kind else acts


def _leads_from(part: Part) -> Part:
    """Make leads from the first file with many rows a lead."""
    return Part(part.file, "leads", part.lead or part.account, part.time)


def _first(columns: list[Column], pattern: re.Pattern[str]) -> Column | None:
    return next((column for column in columns if pattern.search(column.name)), None)


def _unique(file: File) -> Column | None:
    return next((column for column in file.columns if column.unique), None)


def _created(times: list[Column]) -> Column | None:
    named = _first(
        times, re.compile(r"creat|regist|sign|first|start|作成|登録|開始", re.IGNORECASE)
    )
    return named or (times[0] if len(times) == 1 else None)


def _ended(times: list[Column]) -> Column | None:
    return _first(times, re.compile(r"clos|won|end|convert|成約|受注|完了", re.IGNORECASE))


def outcome_column(file: File) -> Column | None:
    """Find the column that says how a deal ended: words like won and lost, or a named yes or no."""
    flags = [c for c in file.columns if _FLAG_NAME.match(c.name) and is_flag(c)]
    words = [c for c in file.columns if {meaning(value) for value in c.values} & {"won", "lost"}]
    return next(iter([*flags, *words]), None)


def is_flag(column: Column) -> bool:
    """Tell whether a column says yes or no."""
    words = {value.casefold() for value in column.values}
    return len(words) == 2 and bool(words & _YES) and bool(words & _NO)  # noqa: PLR2004 - yes, no


def meaning(value: str, *, flag: bool = False) -> str | None:
    """Tell what a value means for a deal, if it looks like it.

    >>> meaning("Closed Won"), meaning("失注"), meaning("yes", flag=True), meaning("blue")
    ('won', 'lost', 'won', None)
    """
    if flag:
        return "won" if value.casefold() in _YES else "lost"
    for word, pattern in (("won", _WON), ("lost", _LOST), ("opened", _OPENED)):
        if pattern.match(value):
            return word
    return None
