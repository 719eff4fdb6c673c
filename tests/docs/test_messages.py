"""Every text of the pages is in the catalogs, in both languages, and no text is outside of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir

from serve.pages.shell.page_words import LANGUAGES, MESSAGES, catalogs

PAGES = MESSAGES.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "mark": None}
METHODS = [("**.py", "python"), ("templates/**.j2", "jinja2.ext:babel_extract")]
OPTIONS = {"templates/**.j2": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
PLACES = re.compile(r"%\(\w+\)s")
SIGNS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAGS = re.compile(r"<[^>]*>|&\w+;")
SAME_IN_BOTH = {"日本語", "見込み", "mikomi", "· 見込み mikomi", "mikomi user add", "/docs"}
SAME_IN_BOTH |= {"/openapi.json"}
"""Texts that are the same in both languages."""


def used() -> Catalog:
    """Extract every text of the pages."""
    extracted = Catalog()
    for path, line, text, _, _ in extract_from_dir(PAGES, METHODS, OPTIONS, KEYWORDS):
        extracted.add(text, locations=[(path, line)])
    return extracted


def stored(language: str) -> Iterator[Message]:
    return (message for one in catalogs(language) for message in one if message.id)  # type: ignore[arg-type]


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(translation: object) -> list[str]:
    return [translation] if isinstance(translation, str) else list(translation or ())  # type: ignore[call-overload]


def faults(needed: Catalog, translated: list[Message]) -> list[str]:
    """Return what is missing, left over, repeated, empty, or loses a value."""
    keys = [key(one) for one in translated]
    names = {key(one) for one in needed if one.id}
    problems = [f"missing: {name}" for name in sorted(names - set(keys))]
    problems += [f"not used: {name}" for name in sorted(set(keys) - names)]
    problems += [f"twice: {name}" for name in sorted({one for one in keys if keys.count(one) > 1})]
    for one in translated:
        empty = not all(texts(one.string))
        lost = any(
            set(PLACES.findall(t)) != set(PLACES.findall(key(one))) for t in texts(one.string)
        )
        if empty or lost or one.fuzzy:
            problems.append(f"empty, fuzzy or without its values: {key(one)}")
    return problems


def test_japanese_is_complete() -> None:
    assert faults(used(), list(stored("ja"))) == []


def test_english_is_the_text_itself() -> None:
    assert LANGUAGES == ("en", "ja")
    japanese = [key(one) for one in used() if one.id and JAPANESE.search(key(one))]
    assert japanese == []


@pytest.mark.parametrize("template", sorted((PAGES / "templates").iterdir()), ids=lambda p: p.name)
def test_no_template_says_anything_outside_the_catalogs(template: Path) -> None:
    assert outside(template.read_text()) == []


def outside(template: str) -> list[str]:
    extracted = (text.strip() for text in TAGS.sub("\n", SIGNS.sub("", template)).split("\n"))
    return [text for text in extracted if re.search(r"\w", text) and text not in SAME_IN_BOTH]


def test_planted_faults_are_noticed() -> None:
    needed, translated = Catalog(), Catalog()
    for text in ("One", "Two %(n)s", "Three"):
        needed.add(text)
    for text, japanese in {"One": "", "Two %(n)s": "二", "Four": "四"}.items():
        translated.add(text, japanese)
    assert len(faults(needed, [one for one in translated if one.id])) == 4
    assert outside("<p>{{ _('Said') }} forgotten</p>") == ["forgotten"]
