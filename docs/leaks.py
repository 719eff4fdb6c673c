"""The page of the leak checks: what each looks for, and what they name in known data.

Decided here: the second table is read from `benchmarks/results/leaks.json`: for every column that
a careless mapping lets in, which checks fail and which only warn.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docs.reference import WRITTEN, markdown
from pipelines.leaks.catalogue import CHECKS

RESULTS: Final = Path(__file__).parent.parent / "benchmarks" / "results" / "leaks.json"
_HEAD: Final = """# The leak checks

`mikomi leaks` looks for what was not known at the cutoff. A check that fails stops promotion,
unless `promote.allow_leaks` in params.yaml names it with a written reason, which goes into the
model card:

```yaml
promote:
  allow_leaks: {L003: "the badge is scanned at the entrance, asked the trade fair team on 3 March"}
```

"""
_FOUND: Final = """
## What they name

Written by `python -m benchmarks leaks`. Each data set has a strict mapping, and a careless one that
uses every column of the export and forgets which activities are the outcome written down.

"""
_STRICT: Final = """
## And what they leave alone

The same data with the strict mapping.

"""


def page() -> str:
    """Tell every check, and what was found where."""
    told: Mapping[str, Any] = json.loads(RESULTS.read_text("utf-8"))["data"]
    checks = [[one.code, one.title.en, one.expected, one.do] for one in CHECKS]
    return (
        WRITTEN
        + _HEAD
        + markdown(["check", "what", "expected", "what to do"], checks)
        + _FOUND
        + markdown(["data", "let in", "fails", "warns"], _named(told))
        + _STRICT
        + markdown(["data", "failures", "warnings", "which"], _strict(told))
    )


def _named(told: Mapping[str, Any]) -> list[list[str]]:
    return [
        [data, f"`{column}`", ", ".join(by["fail"]), ", ".join(by["warn"])]
        for data, one in told.items()
        for column, by in one["let_in"].items()
    ]


def _strict(told: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for data, one in told.items():
        named = [f"{code} {a['found']}" for code, a in one["strict"].items() if a["found"]]
        counts = [str(one[f"strict_{kind}"]) for kind in ("failures", "warnings")]
        rows.append([data, *counts, "; ".join(named)])
    return rows
