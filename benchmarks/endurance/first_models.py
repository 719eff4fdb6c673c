"""In how many companies of `first_scores` the first model is promoted, by the usual rule.

Each seed draws another company of the same size and signal; the lines of the docs are done until
`mikomi run`. `python -m benchmarks first_models`.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import harness
from benchmarks.endurance import first_scores
from tests.crms.live import listening

SEEDS: Final = range(10)
_LAST: Final = "mikomi run"


def main(_: list[str]) -> None:
    """Train for every seed of every system, and write which models were promoted."""
    results = {}
    for system in first_scores.DEALS:
        promoted = [seed for seed in SEEDS if is_promoted(system, seed)]
        results[system] = {"companies": len(SEEDS), "promoted": len(promoted), "seeds": promoted}
        sys.stdout.write(f"{system}: {results[system]}\n")
    harness.write("first_models", {"systems": results}, "lightgbm")


def is_promoted(system: str, seed: int) -> bool:
    """Return whether the first model of a company is promoted.

    Parameters
    ----------
    system, seed
        As in `first_scores.company`.
    """
    lines = first_scores.lines(system)
    crm, environment = first_scores.company(system, seed), first_scores.variables(system)
    with tempfile.TemporaryDirectory() as folder, listening(crm) as address:
        try:
            for line in lines[: lines.index(_LAST) + 1]:
                first_scores.do_line(line, address, Path(folder), environment)
        except first_scores.Refused:
            return False
    return True


if __name__ == "__main__":
    main([])
