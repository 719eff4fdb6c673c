"""The page of the leak checks: what each one detects, and what they detect in known data.

Decided here: the second table is read from `benchmarks/results/leaks.json`: which checks fail, and
which only warn, for every column that a careless mapping lets in.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docs.reference import WRITTEN, markdown
from pipelines.leaks.catalogue import CHECKS

RESULTS: Final = Path(__file__).parent.parent / "benchmarks" / "results" / "leaks.json"
_HEAD: Final = """# The leak checks

`mikomi leaks` searches the data for what was not known at the cutoff. A check that fails stops
promotion, unless `promote.allow_leaks` in params.yaml names it with a written reason. The model
card shows the reason:

```yaml
promote:
  allow_leaks: {L003: "the badge is scanned at the entrance, asked the trade fair team on 3 March"}
```

"""
_DETECTED: Final = """
## What they detect

Written by `python -m benchmarks leaks`. Each data set has a strict mapping and a careless one. The
careless mapping uses every column of the export and does not declare which activities are the
outcome written down.

"""
_STRICT: Final = """
## False alarms

The same data with the strict mapping.

"""


def page() -> str:
    """Return the page: every check, and the results on known data."""
    results: Mapping[str, Any] = json.loads(RESULTS.read_text("utf-8"))["data"]
    checks = [[check.code, check.title.en, check.expected, check.do] for check in CHECKS]
    return (
        WRITTEN
        + _HEAD
        + markdown(["check", "what", "expected", "what to do"], checks)
        + _DETECTED
        + markdown(["data", "let in", "fails", "warns"], _detected(results))
        + _STRICT
        + markdown(["data", "failures", "warnings", "which"], _strict(results))
    )


def _detected(results: Mapping[str, Any]) -> list[list[str]]:
    return [
        [data, f"`{column}`", ", ".join(by["fail"]), ", ".join(by["warn"])]
        for data, result in results.items()
        for column, by in result["let_in"].items()
    ]


def _strict(results: Mapping[str, Any]) -> list[list[str]]:
    rows = []
    for data, result in results.items():
        checks = result["strict"].items()
        observed = [f"{code} {check['found']}" for code, check in checks if check["found"]]
        counts = [str(result[f"strict_{kind}"]) for kind in ("failures", "warnings")]
        rows.append([data, *counts, "; ".join(observed)])
    return rows
