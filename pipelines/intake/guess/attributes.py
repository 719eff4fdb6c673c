"""Which columns of leads and accounts are attributes.

Decided here: columns that look personal or protected are put under never_use; columns whose names
say that they are filled when a deal ends are put under known_later; those that may be filled later
are asked about. What is different for nearly every lead is left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.intake.guess.columns import ID_NAME, Column
from pipelines.intake.guess.roles import Part
from pipelines.intake.guess.vocabulary import STAGE, meaning
from pipelines.intake.guess.wording import say
from pipelines.intake.mapping.protected import is_protected

_PERSONAL: Final = re.compile(
    r"e-?mail.?addr|^e-?mail$|phone|(?:^|_|\b)(?:first|last|full|sur)[ _]?name|^name$|address"
    r"|postal|birth|氏名|名前|担当者名|会社名|メールアドレス|電話|住所|郵便|生年",
    re.IGNORECASE,
)
_LATER: Final = re.compile(
    r"(?:lost|loss|won|win|clos)[ _\w]*(?:reason|value|amount|by)|reason[ _]*(?:lost|closed)"
    r"|last[ _](?:\w+[ _])?activity|契約|導入|失注|受注|成約|最終",
    re.IGNORECASE,
)
_MAYBE_LATER: Final = re.compile(
    r"last|latest|tag|quality|status|stage|score|grade|rank|closed|reason|note|result|duration"
    r"|profile|outcome"
    r"|状態|評価|理由|ランク|メモ|結果",
    re.IGNORECASE,
)
_LATER_WHY: Final = "{en: filled when a deal ends, ja: 商談が終わると記入}"


def attributes(part: Part, used: Sequence[Column]) -> Iterator[str]:
    """Write the attributes of leads or accounts."""
    leads = part.role == "leads"
    free = [column for column in part.file.columns if column not in used]
    never = {c.name: _why_never(c) for c in free if _why_never(c)}
    later = [c for c in free if leads and c.name not in never and _is_later(c)]
    kinds = {c.name: _kind(c) for c in free if c.name not in never and c not in later}
    listed = [c for c in free if kinds.get(c.name)]
    yield "    attributes:" + ("" if listed else " {}")
    for column in listed:
        maybe = leads and _MAYBE_LATER.search(column.name)
        doubt = " # ? filled later? then under known_later" if maybe else ""
        yield f"      {say(column.name)}: {kinds[column.name]}{doubt}"
    for column in free:
        if column.name in kinds and column not in listed:
            yield f"      # left out: {column.name} ({_why_out(column)})"
    if never:
        yield "    never_use: # ? may these be used at all"
        yield from (f"      {say(name)}: {why}" for name, why in never.items())
    if later:
        yield "    known_later: # ? when are these filled; never used without known_at"
        yield from (f"      {say(c.name)}: {{why: {_LATER_WHY}}}" for c in later)


def _is_later(column: Column) -> bool:
    """Tell whether a column is filled by the outcome: so called, or a status of won and lost."""
    told = {meaning(value) for value in column.values} if column.look == "category" else set()
    named = any(STAGE.fullmatch(word) for word in re.split(r"[\W_]+", column.name))
    return bool(_LATER.search(column.name)) or (named and {"won", "lost"} <= told)


def _kind(column: Column) -> str:
    """Tell the kind of an attribute; a whole number that differs everywhere may still be one."""
    if column.look == "id" and _is_number(column) and not ID_NAME.search(column.name):
        return "number"
    return column.look if column.look in {"number", "category"} and column.distinct > 1 else ""


def _is_number(column: Column) -> bool:
    return all(re.fullmatch(r"-?\d+(?:\.\d+)?", value) for value in column.values)


def _why_never(column: Column) -> str:
    if _PERSONAL.search(column.name):
        return "{en: personal, ja: 個人情報}"
    return "{en: protected, ja: 保護属性}" if is_protected(column.name) else ""


def _why_out(column: Column) -> str:
    reasons = {
        "empty": "no values",
        "time": "a time",
        "id": "different for nearly every lead",
        "text": "free text",
    }
    return reasons.get(column.look, "always the same")
