"""Which columns of leads and accounts are attributes.

Decided here: names and ways to reach a person are put under display, other columns that look
personal or protected under never_use; columns that follow
the end of a deal under known_later, each with its ground; those that may be filled later are asked
about. What is different for nearly every lead is left out, and what looks like a date and cannot be
read is asked about with an example. A recipe for the system that wrote the file goes first.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipelines.intake.guess.cells.columns import ID_NAME, ExportColumn
from pipelines.intake.guess.cells.header_words import spaced
from pipelines.intake.guess.cells.value_words import meaning
from pipelines.intake.guess.cells.vocabulary import STAGE
from pipelines.intake.guess.deals.followers import GROUNDS, Ground, value_of_won
from pipelines.intake.guess.displayed import displayed
from pipelines.intake.guess.file_role import FileRole
from pipelines.intake.guess.money import AMOUNT, currencies
from pipelines.intake.guess.rows_apart import deleted
from pipelines.intake.guess.wording import say
from pipelines.intake.mapping.protected import is_protected

_PERSONAL: Final = re.compile(
    r"e-?mail.?addr|^e-?mail$|phone|(?:^|_|\b)(?:first|last|full|sur)[ _]?name|^name$|address"
    r"|postal|birth|氏名|名前|担当者名|会社名|メールアドレス|電話|住所|郵便|生年",
    re.IGNORECASE,
)
_MAYBE_LATER: Final = re.compile(
    r"last|latest|tag|quality|status|stage|score|grade|rank|rating|closed|reason|note|result"
    r"|duration|profile|outcome|activ|open|revenue|amount|statecode|lifecycle|金額|状態|評価|理由|ランク"
    r"|メモ|結果|フェーズ|statut|étape|estado|etapa|stato\b|esito|situaç|ergebnis|zustand|bewertung|umsatz"
    r"|importe|montant|motiv|grund\b|ativid|activid|attivit|aktivität|стади|статус|результат|причин|этап"
    r"|状态|阶段|金额|评分|结果|原因|活动|상태|단계|금액|결과|등급|사유|활동",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(r"\W*\d[\d.,' ]*([^\W\d_]{1,12}[.]?)")
_UNITS: Final = 4


def attributes(part: FileRole, used: Sequence[ExportColumn]) -> Iterator[str]:
    """Write the attributes of leads or accounts.

    Parameters
    ----------
    part
        A file as leads or accounts.
    used
        Its columns that play another part.
    """
    free = [c for c in part.file.columns if c not in used and c not in deleted(part.file)]
    shown = displayed(part.file, free) if part.role == "leads" else {}
    free = [c for c in free if c not in shown.values()]
    never = {c.name: why for c in free if (why := _why_never(part, c))}
    later = {c.name: ground for c in free if c.name not in never and (ground := _later(part, c))}
    rest = [c for c in free if c.name not in never and c.name not in later]
    listed = [c for c in rest if _kind(part, c)]
    yield "    attributes:" + ("" if listed else " {}")
    yield from (_attribute(part, column) for column in listed)
    yield from (_left_out(column) for column in rest if column not in listed)
    if shown:
        yield "    display:" + part.mark("shown to people, never learned")
        yield from (f"      {word}: {say(column.name)}" for word, column in shown.items())
    if never:
        yield "    never_use:" + part.mark("may these be used at all")
        yield from (f"      {say(name)}: {why}" for name, why in never.items())
    if later:
        yield "    known_later:" + part.mark("when are these filled; never used without known_at")
        yield from (f"      {say(name)}: {{why: {GROUNDS[why]}}}" for name, why in later.items())


def _attribute(part: FileRole, column: ExportColumn) -> str:
    kind = _kind(part, column)
    written = _number(part, column) if kind == "number" else kind
    return f"      {say(column.name)}: {written}{_doubt(part, column, kind)}"


def _number(part: FileRole, column: ExportColumn) -> str:
    """Write a number with its decimal sign, and with words for missing where zeros are none."""
    keys = [f"decimal: {say(column.decimal)}"] if column.decimal != "." else []
    if _has_zeros(part, column):
        keys.append(f"missing_values: [{', '.join(map(say, column.missing_words or ('',)))}]")
    return f"{{kind: number, {', '.join(keys)}}}" if keys else "number"


def _doubt(part: FileRole, column: ExportColumn, kind: str) -> str:
    if column.unread:
        return f" # ? a date in which format, e.g. {json.dumps(column.unread[0])}"
    end = part.end if part.role == "leads" and not part.certain else None
    if end is not None and (word := value_of_won(part.file, column, end)) is not None:
        return f" # ? all that was won has {json.dumps(word, ensure_ascii=False)}: filled later"
    doubt = _doubt_of_number(part, column) if kind == "number" else ""
    if kind == "category" and _has_unit(column):
        return part.mark(_unit(column))
    if not doubt and part.role == "leads" and _MAYBE_LATER.search(column.name):
        return part.mark("filled later? then under known_later")
    return doubt


def _doubt_of_number(part: FileRole, column: ExportColumn) -> str:
    if column.grouped:
        return f" # ? {_grouped(column)}"
    if AMOUNT.search(column.name) and (several := currencies(part.file, column)):
        return part.mark(several)
    if part.role == "leads" and ID_NAME.search(column.name):
        return part.mark("numbers that name something are no amounts: a category, or left out")
    return ""


def _has_zeros(part: FileRole, column: ExportColumn) -> bool:
    """Return whether a column holds zeros, which stand for missing in a time of the file."""
    return "0" in column.values and any("0" in c.missing_words for c in part.file.columns)


def _grouped(column: ExportColumn) -> str:
    value = next(v for v in column.values if re.fullmatch(r"-?\d{1,3}[.,]\d{3}", v))
    whole, decimals = re.sub(r"[.,]", "", value), value.replace(",", ".")
    as_whole = (column.decimal == ".") == ("," in value)
    return f"{value} is read as {whole if as_whole else decimals}"


def _later(part: FileRole, column: ExportColumn) -> Ground | None:
    """Return why a column is known later, if it is: its values, its name, or words of an end."""
    decision = part.decided.get(column.name)
    if decision is not None:
        return "named" if decision == "known_later" else None
    if part.role != "leads" or column.look in {"time", "empty"}:
        return None
    words = {meaning(value) for value in column.values} if column.look == "category" else set()
    named = bool(STAGE.search(spaced(column.name)))
    return part.later.get(column.name) or ("named" if named and {"won", "lost"} <= words else None)


def _kind(part: FileRole, column: ExportColumn) -> str:
    """Return the kind of an attribute; a whole number that differs everywhere may still be one."""
    decision = part.decided.get(column.name)
    if decision is not None and column.look not in {"empty", "time"}:
        fits = column.look in {"number", "id"} and _is_number(column)
        return "" if decision == "left_out" else "category" if not fits else decision
    if column.look == "id" and _is_number(column) and not ID_NAME.search(column.name):
        return "number"
    return column.look if column.look in {"number", "category"} and column.distinct > 1 else ""


def _is_number(column: ExportColumn) -> bool:
    return all(re.fullmatch(r"-?\d[\d.,]*", value) for value in column.values)


def _why_never(part: FileRole, column: ExportColumn) -> str:
    decision = part.decided.get(column.name)
    if decision == "never_use" or (decision is None and _PERSONAL.search(column.name)):
        return "{en: personal, ja: 個人情報}"
    return "{en: protected, ja: 保護属性}" if is_protected(column.name) else ""


def _left_out(column: ExportColumn) -> str:
    if column.unread and column.look != "time":
        example = json.dumps(column.unread[0], ensure_ascii=False)
        return f"      # ? {column.name}: a date in which format, e.g. {example}"
    if column.look == "id" and _has_unit(column):
        return f"      # ? left out: {column.name} ({_unit(column)})"
    return f"      # left out: {column.name} ({_why_out(column)})"


def _has_unit(column: ExportColumn) -> bool:
    """Return whether all values are numbers with one of a few words behind them."""
    matches = [_UNIT.fullmatch(value) for value in column.values]
    units = {match[1] for match in matches if match}
    return column.distinct > _UNITS and all(matches) and len(units) <= _UNITS


def _unit(column: ExportColumn) -> str:
    example = json.dumps(column.values[0], ensure_ascii=False)
    return f"numbers with a unit, e.g. {example}; a derived column can take the number alone"


def _why_out(column: ExportColumn) -> str:
    reasons = {
        "empty": "no values",
        "time": f"a time, e.g. {column.values[0] if column.values else ''}",
        "id": "different for nearly every lead",
        "text": "free text",
    }
    return reasons.get(column.look, "always the same")
