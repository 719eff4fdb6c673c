"""How often the checks warn of companies that are clean.

    python -m benchmarks.verdicts.clean_companies [COMPANIES] [--resume]

Decided here: sample companies of other seeds than any that thresholds were set on, each with the
strict mapping of its example. What `mikomi check` finds and what `mikomi leaks` says are counted
apart, by company. The result is written after each company, so that a run that is ended early says
of how many it is, and another one can go on with the next.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

from benchmarks import harness
from benchmarks.verdicts.leaks import ROOT, looked
from pipelines import sample
from pipelines.intake.ingest import check

COMPANIES: Final = 20
FIRST_SEED: Final = 4_100
LEADS: Final = 600


RESULT: Final = "clean_companies"


def main(arguments: list[str]) -> None:
    """Make the companies, count their warnings, and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts.clean_companies")
    parser.add_argument("companies", nargs="?", type=int, default=COMPANIES)
    parser.add_argument("--resume", action="store_true", help="go on after those of the result")
    request = parser.parse_args(arguments)
    before = _before() if request.resume else {}
    leaks, data = (Counter(before.get(f"{kind}_warnings", {})) for kind in ("leak", "check"))
    warned = [before.get(f"companies_warned_{by}", 0) for by in ("of_leaks", "by_check")]
    for number in range(before.get("companies", 0), request.companies):
        with tempfile.TemporaryDirectory() as folder:
            own_leaks, own_data = _warnings(FIRST_SEED + number, Path(folder))
        leaks.update(own_leaks)
        data.update(own_data)
        warned = [warned[0] + bool(own_leaks), warned[1] + bool(own_data)]
        result = {
            "companies": number + 1,
            "leads": LEADS,
            "companies_warned_of_leaks": warned[0],
            "companies_warned_by_check": warned[1],
            "leak_warnings": dict(sorted(leaks.items())),
            "check_warnings": dict(sorted(data.items())),
        }
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()
        harness.write(RESULT, result, "lightgbm")


def _before() -> dict[str, Any]:
    """Return the result so far; nothing if there is none of companies of this size."""
    path = harness.RESULTS / f"{RESULT}.json"
    result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return result if result.get("leads") == LEADS else {}


def _warnings(seed: int, folder: Path) -> tuple[list[str], list[str]]:
    """Return the codes of what is said of one clean company: by the leak checks, by `check`."""
    export = folder / "export"
    sample.write(sample.make(sample.SampleSettings(LEADS, seed)), export)
    os.environ["MIKOMI_SAMPLE"] = str(export)
    mapping = ROOT / "examples" / "sample" / "mapping.yaml"
    results = looked(ROOT / "params.yaml", mapping, folder)
    leaks = [f"{one.code} {one.verdict}" for one in results if one.verdict in {"warn", "fail"}]
    return leaks, [one.code for one in check(mapping).faults]


if __name__ == "__main__":
    main(sys.argv[1:])
