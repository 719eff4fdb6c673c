"""Docstrings state the parameters and errors that a public function has, and no others.

Only what a function raises itself is compared, not what it lets pass.
"""

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("features", "models", "pipelines", "serve", "mikomi")
COMMANDS = ("pipelines/commands/", "serve/cli/")
"""Their docstrings are what `--help` prints."""
OF_OTHERS = {"HTTPException", "PydanticCustomError", "StopIteration"}
SECTION = r"{}\n-+\n(.*?)(?:\n\n[A-Z][A-Za-z ]+\n-+|\Z)"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def section(docstring: str, title: str) -> list[str]:
    """Return the names at the left edge of a section, without those of an example in it."""
    docstring = re.sub(r"^>>>.*?(?:\n\n|\Z)", "", docstring, flags=re.DOTALL | re.MULTILINE)
    within = re.search(SECTION.format(title), docstring, re.DOTALL)
    lines = within.group(1).splitlines() if within else []
    names = (name for line in lines if line[:1].strip() for name in line.split(","))
    return [name.strip().lstrip("*") for name in names if re.fullmatch(r"\s*\**\w+\s*", name)]


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node)


def raised(node: ast.AST) -> Iterator[str]:
    """Yield the classes that a function raises itself: `Some(...)`, `Some.of(...)`, `Some`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            made = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            if isinstance(made, ast.Attribute):
                made = made.value
            if isinstance(made, ast.Name):
                yield made.id
        yield from raised(child)


@cache
def bases() -> Mapping[str, list[str]]:
    """Return the bases of every class of the product."""
    read: dict[str, list[str]] = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                read[node.name] = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
    return read


def family(name: str) -> set[str]:
    """Return a class and those that it derives from."""
    return {name}.union(*(family(base) for base in bases().get(name, ()) if base != name))


def is_error(name: str) -> bool:
    known = (getattr(builtins, one, None) for one in family(name))
    return any(isinstance(one, type) and issubclass(one, BaseException) for one in known)


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def faults(text: str) -> Iterator[str]:
    """Yield what the docstrings of a module state wrongly."""
    for node in functions(ast.parse(text)):
        docstring = ast.get_docstring(node) or ""
        listed = section(docstring, "Raises")
        for name in listed:
            if not is_error(name) and name not in OF_OTHERS:
                yield f"{node.name} raises {name}, which is no error"
        if node.name.startswith("_"):
            continue
        for name in dict.fromkeys(raised(node)):
            if name in bases() and is_error(name) and not family(name) & set(listed):
                yield f"{node.name} raises {name}, which is not listed"
        arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        own = [one.arg for one in arguments if one.arg not in ("self", "cls")]
        unused = {one.lstrip("_") for one in own if one.startswith("_")}
        stated = section(docstring, "Parameters")
        several = [node.args.vararg, node.args.kwarg]
        every = {*own, *(one.arg for one in several if one)}
        wrong = [one for one in stated if one not in every | unused]
        wrong += [one for one in own if stated and one not in stated and one[0] != "_"]
        yield from (f"{node.name}: the parameter {one}" for one in wrong)


def test_docstrings_state_what_is_there() -> None:
    of_modules = {
        str(path.relative_to(ROOT)): list(faults(path.read_text("utf-8"))) for path in sources()
    }
    offending = {
        name: some for name, some in of_modules.items() if some and not name.startswith(COMMANDS)
    }
    assert offending == {}


def test_planted_faults_are_noticed() -> None:
    text = '''
def of(one, two):
    """Return it.

    Parameters
    ----------
    one, three
        Of it.

    Raises
    ------
    Fault
        If it is wrong.
    """
    raise BadInput.of("a", "b", "c")
'''
    assert list(faults(text)) == [
        "of raises Fault, which is no error",
        "of raises BadInput, which is not listed",
        "of: the parameter three",
        "of: the parameter two",
    ]
