"""Mutants of a module: one changed operator, condition or number each; see `tests.mutation`."""

import ast
import copy
from collections.abc import Iterator
from typing import Final, NamedTuple

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: where it stands, what stood there and what stands there now."""

    place: int
    """The number of the node in the order of `ast.walk`."""
    line: int
    column: int
    function: str
    """The function around it with its classes, as `Calibration.apply`; empty outside of any."""
    inside: bool
    """Whether it lies in the body of a function."""
    before: str
    after: str
    variant: ast.AST


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Yield every mutant of a module: one changed operator, condition or number each."""
    functions = list(_functions(tree, ""))
    declared = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for outer in (*node.decorator_list, *node.keywords)
        for part in ast.walk(outer)
    }
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in declared:
            continue
        line = int(getattr(node, "lineno", 0))
        around = [name for name, (first, _, last) in functions if first <= line <= last]
        inside = any(body <= line <= last for _, (_, body, last) in functions)
        for variant in _variants(node):
            yield Mutant(
                place=place,
                line=line,
                column=int(getattr(node, "col_offset", 0)),
                function=around[-1] if around else "",
                inside=inside,
                before=ast.unparse(node),
                after=ast.unparse(variant),
                variant=variant,
            )


def planted(tree: ast.Module, one: Mutant) -> ast.Module:
    """Return a copy of a module with one change in it.

    Parameters
    ----------
    tree
        The module.
    one
        A mutant of it.
    """
    changed = copy.deepcopy(tree)
    target = next(node for at, node in enumerate(ast.walk(changed)) if at == one.place)
    for field, value in ast.iter_fields(one.variant):
        setattr(target, field, copy.deepcopy(value))
    return ast.fix_missing_locations(changed)


def _functions(node: ast.AST, outer: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield each function: its name, its first line, that of its body and its last."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}.{part.name}" if outer else part.name
            if not isinstance(part, ast.ClassDef):
                yield name, (part.lineno, part.body[0].lineno, part.end_lineno or 0)
            yield from _functions(part, name)
        else:
            yield from _functions(part, outer)


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        yield ast.Compare(
            node.left, [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators
        )
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS and not _is_type(node):
        yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield type(node)(
            **{**dict(ast.iter_fields(node)), "test": ast.UnaryOp(ast.Not(), node.test)}
        )
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)


def _is_type(node: ast.BinOp) -> bool:
    """Whether `a | b` is a union of types: no behaviour to change."""
    return isinstance(node.op, ast.BitOr) and any(map(_names_a_type, (node.left, node.right)))


def _names_a_type(side: ast.expr) -> bool:
    if isinstance(side, ast.Name):
        return side.id[0].isupper()
    return isinstance(side, ast.Constant) and side.value is None
