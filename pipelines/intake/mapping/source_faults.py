"""What the schema cannot say of sources: names that do not fit together."""

from collections.abc import Iterable, Iterator

from pipelines.intake.mapping.schema import Mapping, Source
from pipelines.intake.mapping.yaml_lines import Place


def source_faults(mapping: Mapping, used: Iterable[str]) -> Iterator[tuple[Place, str]]:
    """Yield the sources that are not there, are read in a circle, or are read by nobody.

    Parameters
    ----------
    mapping
        The mapping.
    used
        The sources that tables read.
    """
    unknown = False
    for name, source in mapping.sources.items():
        for place, other in _others(source):
            if other not in mapping.sources:
                unknown = True
                yield ("sources", name, *place), f"no source is named {other!r}"
    if unknown:
        return
    for name in mapping.sources:
        if name in _below(name, mapping):
            yield ("sources", name), "the source is read to make itself"
            return
    read = set(used).union(*(_below(name, mapping) for name in used if name in mapping.sources))
    for name in mapping.sources.keys() - read:
        yield ("sources", name), "no table reads this source"


def _others(source: Source) -> Iterator[tuple[Place, str]]:
    if source.made_of is not None:
        yield ("from",), source.made_of
    for number, one in enumerate(source.lookup):
        yield ("lookup", number, "source"), one.source


def _below(name: str, mapping: Mapping) -> set[str]:
    """Return all sources that are read to make one, over every step."""
    known: set[str] = set()
    waiting = [name]
    while waiting:
        for _, other in _others(mapping.sources[waiting.pop()]):
            if other not in known:
                known.add(other)
                waiting.append(other)
    return known
