"""How often the checks warn of companies that are clean.

    python -m benchmarks.verdicts.clean_companies [COMPANIES]

Decided here: sample companies of other seeds than any that thresholds were set on, each with the
strict mapping of its example. What `mikomi check` finds and what `mikomi leaks` says are counted
apart, by company. The result is written after each company, so that a run that is ended early says
of how many it is.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from benchmarks import harness
from benchmarks.verdicts.leaks import ROOT, looked
from pipelines import sample
from pipelines.intake.ingest import check

COMPANIES: Final = 20
FIRST_SEED: Final = 4_100
LEADS: Final = 600


def main(arguments: list[str]) -> None:
    """Make the companies, count their warnings, and write the result."""
    leaks: Counter[str] = Counter()
    data: Counter[str] = Counter()
    warned = {"leaks": 0, "check": 0}
    for number in range(int(arguments[0]) if arguments else COMPANIES):
        with tempfile.TemporaryDirectory() as folder:
            own_leaks, own_data = _warnings(FIRST_SEED + number, Path(folder))
        leaks.update(own_leaks)
        data.update(own_data)
        warned["leaks"] += bool(own_leaks)
        warned["check"] += bool(own_data)
        result = {
            "companies": number + 1,
            "leads": LEADS,
            "companies_warned_of_leaks": warned["leaks"],
            "companies_warned_by_check": warned["check"],
            "leak_warnings": dict(sorted(leaks.items())),
            "check_warnings": dict(sorted(data.items())),
        }
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()
        harness.write("clean_companies", result, "lightgbm")


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
