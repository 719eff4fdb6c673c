"""Texts that code and templates extract to, compared with the catalogs that translate them."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "mark": None,
    "say": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pmark": ((1, "c"), 2),
}
METHODS: Final = [("**.py", "python"), ("templates/**.j2", "jinja2.ext:babel_extract")]
OPTIONS: Final = {
    "templates/**.j2": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
}
JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_PLACES: Final = re.compile(r"%\(\w+\)[.\d]*\w")
_SIGNS: Final = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAGS: Final = re.compile(r"<[^>]*>|&\w+;")
Key = tuple[str, str]
"""Context, or "", and the English text in the singular."""


def extracted(folder: Path) -> Catalog:
    """Extract every text of a folder of code and templates."""
    needed = Catalog()
    for path, line, text, _, context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
        needed.add(text, locations=[(path, line)], context=context)
    return needed


def translated(catalogs: Iterable[Catalog]) -> list[Message]:
    """List the messages of all catalogs of a language."""
    return [message for catalog in catalogs for message in catalog if message.id]


def key(message: Message) -> Key:
    """Return what a message is looked up by."""
    return message.context or "", texts(message.id)[0]


def texts(text: object) -> list[str]:
    """List the forms of a text."""
    return [text] if isinstance(text, str) else list(text or ())  # type: ignore[call-overload]


def faults(needed: Catalog, messages: list[Message]) -> list[str]:
    """List what is missing, not used, translated twice, empty, fuzzy, or without its values."""
    keys = [key(one) for one in messages]
    names = {key(one) for one in needed if one.id}
    faults = [f"missing: {name}" for name in sorted(names - set(keys))]
    faults += [f"not used: {name}" for name in sorted(set(keys) - names)]
    faults += [f"twice: {name}" for name in sorted({one for one in keys if keys.count(one) > 1})]
    return faults + [f"incomplete: {key(one)}" for one in messages if _is_incomplete(one)]


def _is_incomplete(message: Message) -> bool:
    forms = texts(message.string)
    values = set(_PLACES.findall(" ".join(texts(message.id))))
    complete = all(form and set(_PLACES.findall(form)) == values for form in forms)
    return message.fuzzy or not forms or not complete


def outside(template: str) -> set[str]:
    """Return the texts of a template that no catalog can translate."""
    parts = (text.strip() for text in _TAGS.sub("\n", _SIGNS.sub("", template)).split("\n"))
    return {text for text in parts if re.search(r"\w", text)}
