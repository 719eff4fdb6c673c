"""The places of a YAML document: the line of every key and element, repeated keys, and its size."""

from collections.abc import Hashable, Iterator

import yaml

Place = tuple[str | int, ...]
"""Keys and positions from the root of a document to one node."""
MERGE = "<<"
MOST_NODES = 200_000
"""Values of the largest document, aliases written out."""


def lines(node: yaml.Node, place: Place = ()) -> Iterator[tuple[Place, int]]:
    r"""Return the line of every key and element below a node, counted from 1.

    >>> list(lines(yaml.compose("a: 1\nb: [2]")))
    [((), 1), (('a',), 1), (('b',), 2), (('b', 0), 2)]

    Parameters
    ----------
    node
        The document, or a part of it.
    place
        Where the node lies in the document.
    """
    yield place, node.start_mark.line + 1
    for key, _, child in _children(node):
        if key == MERGE:
            yield from (one for part in _merged(child) for one in lines(part, place))
    for key, line, child in _children(node):
        yield (*place, key), line
        yield from ((p, at) for p, at in lines(child, (*place, key)) if p != (*place, key))


def _merged(node: yaml.Node) -> list[yaml.Node]:
    """List what a merge takes in; the first wins, so it comes last."""
    return list(reversed(node.value)) if isinstance(node, yaml.SequenceNode) else [node]


def repeated_keys(node: yaml.Node, place: Place = ()) -> Iterator[Place]:
    """Return the place of every key that its mapping holds already.

    >>> list(repeated_keys(yaml.compose("{a: {b: 1, b: 2}}")))
    [('a', 'b')]

    Parameters
    ----------
    node
        The document, or a part of it.
    place
        Where the node lies in the document.
    """
    known: set[Hashable] = set()
    for key, _, child in _children(node):
        if key in known:
            yield (*place, key)
        known.add(key)
        yield from repeated_keys(child, (*place, key))


def is_bounded(node: yaml.Node) -> bool:
    """Return whether a document is finite, and small, when its aliases are written out."""
    sizes: dict[int, int] = {}

    def size(part: yaml.Node, above: frozenset[int]) -> int:
        if id(part) in above:
            return MOST_NODES + 1
        if id(part) not in sizes:
            inner = above | {id(part)}
            parts = [size(child, inner) for _, _, child in _children(part)]
            sizes[id(part)] = min(1 + sum(parts), MOST_NODES + 1)
        return sizes[id(part)]

    return size(node, frozenset()) <= MOST_NODES


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            yield str(key.value), key.start_mark.line + 1, child
    elif isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            yield number, child.start_mark.line + 1, child
