"""What mikomi promises, tried: kills, replaced files, attacks, limits, dead helpers, heavy load.

Run it as `make endure`, or `python -m benchmarks endure`; it takes some minutes, needs no network
but loopback, and writes `benchmarks/results/endure.json`, of which docs/measured/reliability.md
is written.
Races of erasures, hung databases, full disks and clock skews are tried by the tests that the page
names, because they need a clock or a database server of their own.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks import harness
from benchmarks.endurance import endure_attacks, endure_load, endure_trials
from benchmarks.endurance.endure_server import Trial

TRIALS: Final[Mapping[str, Callable[[], Trial]]] = {
    "limits": endure_attacks.limits,
    "tampering": endure_attacks.tampering,
    "open mode": endure_attacks.open_mode,
    "replaced files": endure_trials.replaced_files,
    "dead helpers": endure_trials.dead_helpers,
    "killed parent": endure_trials.killed_parent,
    "kills": endure_trials.kills,
    "heavy requests": endure_load.heavy_requests,
    "swaps": endure_load.swaps,
    "overload": endure_load.overload,
}


def main(words: Sequence[str] | None = None) -> None:
    """Try the promises that are named, all of them when none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(TRIALS))
    names = parser.parse_args(words).only
    place = harness.RESULTS / "endure.json"
    trials = json.loads(place.read_text("utf-8"))["trials"] if place.is_file() else {}
    for name in names:
        trials[name] = trial = vars(TRIALS[name]())
        print(f"{name}: {trial['held']} of {trial['tries']}  {trial['measured']}", flush=True)
        harness.write("endure", {"trials": trials})


if __name__ == "__main__":
    main()
