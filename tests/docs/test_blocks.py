"""Every block of code in the pages is what the code takes: commands, settings, Python, JSON.

Blocks of Python also run, in `tests/unit/mikomi/test_page_blocks.py`, which names the others.
"""

import ast
import importlib.util
import json
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.cli import DvcParserError, parse_args
from typer.main import get_command

from features.errors import MikomiError
from mikomi.client import Client
from pipelines.commands.app import app
from pipelines.intake.mapping.schema import Mapping
from pipelines.run import params_file
from pipelines.run.params import Params

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "docs").rglob("*.md")), *ROOT.glob("*.md")]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    (?:mikomi|dvc|make) .*\n)+", re.MULTILINE)
"""Commands that stand in a page as an indented block."""
KINDS = {"sh", "yaml", "python", "json"}
COMMANDS: Any = get_command(app)
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
PREPARED = {"derived", "lookup", "group"}
OTHERS = {"pyspark"}
"""Products that some pages speak of and that are no dependency."""


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return the blocks of a kind: the page, and the code."""
    return [
        (path.relative_to(ROOT).as_posix(), code)
        for path in FILES
        if path.name != "CHANGELOG.md"
        for _, language, code in BLOCK.findall(path.read_text("utf-8"))
        if language == kind
    ]


def indented() -> list[tuple[str, str]]:
    """Return the indented blocks of commands: the page, and the code."""
    return [
        (path.relative_to(ROOT).as_posix(), textwrap.dedent(code))
        for path in FILES
        if path.name != "CHANGELOG.md"
        for code in INDENTED.findall(BLOCK.sub("", path.read_text("utf-8")))
    ]


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    fences = re.compile(r"^ *```([^\n]*)\n.*?^ *```$", re.MULTILINE | re.DOTALL)
    kinds = {one for path in FILES for one in fences.findall(path.read_text("utf-8"))}
    assert {one for one in kinds if not one.startswith("{")} == KINDS


def lines(code: str) -> Iterator[list[str]]:
    """Split a block of a shell into its commands, each into its words, without comments."""
    for part in re.split(r"\n(?! )|&&", code.replace("\\\n", " ")):
        words = shlex.split(part, comments=True)
        if words:
            yield [words[0].removeprefix(".venv/bin/"), *words[1:]]


def wrong(words: list[str]) -> str:
    """Return what a command line has that the command does not take; empty: nothing."""
    try:
        if words[0] == "mikomi":
            _parse_ours(words[1:])
        elif words[0] == "dvc":
            parse_args(words[1:])
        elif words[0] == "make" and words[1] not in TARGETS:
            return f"make {words[1]}"
    except (LookupError, DvcParserError) as error:
        return f"{' '.join(words)}: {error!r}"
    return ""


def _parse_ours(words: list[str]) -> None:
    command, name = COMMANDS, ""
    while words and hasattr(command, "commands"):
        name, words = words[0], words[1:]
        command = command.commands[name]
    options = {one for parameter in command.params for one in parameter.opts}
    options |= {one for parameter in command.params for one in parameter.secondary_opts}
    for word in words:
        if word.startswith("-") and word.split("=")[0] not in options:
            raise LookupError(word)


@pytest.mark.parametrize(("page", "code"), [*blocks("sh"), *indented()])
def test_every_command_is_one(page: str, code: str) -> None:
    assert page
    assert [fault for words in lines(code) if (fault := wrong(words))] == []


@pytest.mark.parametrize(
    "line",
    [
        "mikomi scroe",
        "mikomi score --nothing",
        "dvc exp run --quue",
        "make dmeo",
        "mikomi key kreate",
    ],
)
def test_a_command_that_is_none_would_be_noticed(line: str) -> None:
    assert wrong(line.split())


def unknown(code: str) -> list[str]:
    """Return what a YAML block has that neither params.yaml nor a mapping takes."""
    content = yaml.safe_load(code)
    if code.startswith("# own_words.yaml"):
        return [name for name, one in content.items() if set(one) != {"label", "words"}]
    if isinstance(content, list):  # rules of a points file
        return [str(one) for one in content if set(one) != {"feature", "when", "points"}]
    if set(content) <= set(Params.__dataclass_fields__):
        try:
            params_file.parse_all(code)
        except MikomiError as error:
            return [str(error)]
        return []
    known = {*Mapping.model_fields, *PREPARED}
    experiment = {"question", "enrols_days"} <= set(content)
    source = any(isinstance(one, dict) and PREPARED & set(one) for one in content.values())
    free = experiment or source
    return [name for name in content if not (free or name in known or name.startswith("x-"))]


@pytest.mark.parametrize(("page", "code"), blocks("yaml"))
def test_every_setting_is_one(page: str, code: str) -> None:
    assert page
    assert unknown(code) == []


@pytest.mark.parametrize("code", ["cohort: {outcom: won}", "sorces: {}"])
def test_a_setting_that_is_none_would_be_noticed(code: str) -> None:
    assert unknown(code)


def missing(code: str) -> list[str]:
    """Return what a block of Python imports or calls that is not there."""
    tree, absent = ast.parse(code), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            first = (getattr(node, "module", None) or node.names[0].name).split(".")[0]
            if first not in OTHERS and importlib.util.find_spec(first) is None:
                absent.append(first)
        called = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if called and node.value.id == "client" and not hasattr(Client, node.attr):
            absent.append(f"client.{node.attr}")
    return absent


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_every_name_in_python_is_there(page: str, code: str) -> None:
    assert page
    assert missing(code) == []


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    assert missing("import nothing_such\nclient.skore()") == ["nothing_such", "client.skore"]


@pytest.mark.parametrize(("page", "code"), blocks("json"))
def test_every_json_is_json(page: str, code: str) -> None:
    assert page
    assert json.loads(code)
