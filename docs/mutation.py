"""The page about the mutation run, from its results and from the reasons of its survivors."""

import json
from pathlib import Path
from typing import Any, Final

from docs.reference import WRITTEN

_ROOT: Final = Path(__file__).parent.parent
_HEAD: Final = """# Mutation run

`make mutants` writes `benchmarks/results/mutation.json`; the reasons below stand in
`tests/mutation_survivors.json`.

A mutant is a module with one operator, condition or number changed, in a line that its tests run.
It is noticed if one of these tests fails. A mutant that changes no behaviour, or only what stands
in a message, is excused with a reason and counts as noticed. Where a module has more mutants than
were tried, those tried were drawn with a fixed seed.

| module | mutants | tried | excused | noticed |
| --- | ---: | ---: | ---: | ---: |
"""


def page() -> str:
    """Return the page."""
    results = _read("benchmarks/results/mutation.json")
    excuses = _read("tests/mutation_survivors.json")
    lines = [_line(module, results[module], excuses.get(module, [])) for module in results]
    sections = [_excused(module, excuses[module]) for module in results if module in excuses]
    unnoticed = [part for module in results for part in _open(module, results, excuses)]
    return (
        WRITTEN
        + _HEAD
        + "".join(lines)
        + "\n## Excused\n"
        + "".join(sections)
        + "\n## Not noticed\n\n"
        + ("".join(unnoticed) or "None.\n")
    )


def _line(module: str, result: dict[str, Any], excuses: list[dict[str, Any]]) -> str:
    bare = [_bare(one) for one in excuses]
    excused = sum(one in bare for one in result["survivors"])
    counts = f"{result['covered_mutants']} | {result['tried']} | {excused}"
    return f"| `{module}` | {counts} | {result['noticed']:.1%} |\n"


def _excused(module: str, excuses: list[dict[str, Any]]) -> str:
    return f"\n`{module}`\n\n" + "".join(f"- {_change(one)}: {one['reason']}\n" for one in excuses)


def _open(module: str, results: dict[str, Any], excuses: dict[str, Any]) -> list[str]:
    bare = [_bare(one) for one in excuses.get(module, [])]
    left = [one for one in results[module]["survivors"] if one not in bare]
    return [f"- `{module}`, {_change(one)}\n" for one in left]


def _change(one: dict[str, Any]) -> str:
    place = f"in `{one['function']}`, " if one["function"] else ""
    change = " ".join(one["change"].split())
    return f"{place}`{one['line']}`: `{change}`"


def _bare(excuse: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in excuse.items() if name != "reason"}


def _read(path: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((_ROOT / path).read_text("utf-8"))
    return read
