"""Names that this project does not use: `python -m tests.names`, a part of `make check`.

Decided here: a thing is named by what it is (response, findings, selected, visible), so participles
of telling and finding are no names; a docstring begins with what a function does; no two classes of
the product share a name; and a public function with several parameters describes them.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("features", "mikomi", "models", "pipelines", "serve")
FOLDERS: Final = (*PACKAGES, "tests", "benchmarks", "docs")
WORDS: Final = frozenset(
    {"told", "asked", "said", "found", "kept", "given", "picked", "meant", "seen"}
)
VERBS: Final = re.compile(r"(?:Tell|Ask|Say|Find|Keep|Give|Pick|Mean|See)s?\b")
NOT_OURS: Final = {
    "FileNotFoundError",
    "ModuleNotFoundError",
    "NotFoundError",
    "ZoneInfoNotFoundError",
    "unseen_share",
}
"""Names of libraries, and keys of params.yaml and of files."""
HYPOTHESIS: Final = re.compile(r"^from hypothesis import .*\bgiven\b", re.MULTILINE)
"""Files that may use the decorator of this name."""
_DESCRIBED: Final = re.compile(r"^Parameters\n-+$|\b[Ss]ee `|\bthose of `", re.MULTILINE)
"""A section of its own, or a reference to what has it."""
_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SEVERAL: Final = 2
_COMMANDS: Final = ("pipelines/commands/", "serve/cli/", "mikomi/agents/command")
"""Docstrings of commands are their help, which typer prints."""
_CLIENT: Final = "mikomi/client/"
"""Classes of the client mirror the API's, and have their names."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def bad_names(text: str) -> Iterator[str]:
    """Yield the identifiers of a source that have one of `WORDS` as a part, with their lines."""
    allowed = NOT_OURS | ({"given"} if HYPOTHESIS.search(text) else set())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string not in allowed:
            parts = {part.lower().removeprefix("un") for part in _PART.findall(token.string)}
            if parts & WORDS:
                yield f"{token.start[0]}: the name {token.string}"


def bad_docstrings(text: str) -> Iterator[str]:
    """Yield the docstrings of a source that begin with one of `VERBS`, with their lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            docstring = ast.get_docstring(node) or ""
            if VERBS.match(docstring):
                line = getattr(node, "lineno", 1)
                yield f"{line}: a docstring that begins with {docstring.split()[0]}"


def class_names(text: str) -> list[str]:
    """Return the names of the classes at the top of a source."""
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def undescribed(text: str) -> Iterator[str]:
    """Yield public functions with several parameters and no section `Parameters`."""
    for node in _public(ast.parse(text)):
        several = len(_parameters(node)) >= _SEVERAL
        if several and not _DESCRIBED.search(ast.get_docstring(node) or ""):
            yield f"{node.lineno}: {node.name} does not describe its parameters"


def _public(node: ast.Module | ast.ClassDef) -> Iterator[Function]:
    for child in node.body:
        if isinstance(child, Function) and not child.name.startswith("_"):
            yield child
        elif isinstance(child, ast.ClassDef):
            yield from _public(child)


def _parameters(node: Function) -> list[str]:
    own = node.args
    every = [*own.posonlyargs, *own.args, own.vararg, *own.kwonlyargs, own.kwarg]
    return [one.arg for one in every if one is not None and one.arg not in ("self", "cls")]


def shared_classes(sources: dict[str, str]) -> list[str]:
    """Return the class names that several modules of the product have."""
    places: dict[str, list[str]] = {}
    for path, text in sources.items():
        for name in class_names(text):
            places.setdefault(name, []).append(path)
    return [
        f"{', '.join(paths)}: several classes {name}"
        for name, paths in places.items()
        if len(paths) > 1 and not name.startswith("_")
    ]


def sources(*folders: str) -> dict[str, str]:
    """Return path -> text of the Python files below some folders."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def undescribed_functions() -> list[str]:
    """Return the public functions of the product that do not describe their parameters."""
    product = sources(*PACKAGES)
    ours = {path: text for path, text in product.items() if not path.startswith(_COMMANDS)}
    return [f"{path}:{line}" for path, text in ours.items() for line in undescribed(text)]


def product_without_client() -> dict[str, str]:
    """Return path -> text of the product, except the client."""
    return {p: text for p, text in sources(*PACKAGES).items() if not p.startswith(_CLIENT)}


def faults() -> list[str]:
    """Return everything that breaks a rule, as path, line and what it is."""
    settled = sources(*FOLDERS)
    lines = [
        f"{path}:{line}"
        for path, text in settled.items()
        for line in (*bad_names(text), *bad_docstrings(text))
    ]
    return lines + undescribed_functions() + shared_classes(product_without_client())


if __name__ == "__main__":
    sys.exit("\n".join(faults()) or 0)
