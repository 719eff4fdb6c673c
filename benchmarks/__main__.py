"""Run every benchmark, or the named ones: `python -m benchmarks features explain`."""

import importlib
import sys

FOLDERS = {
    "champion_of_trees": "serving",
    "features": "features",
    "explain": "serving",
    "explained_share": "quality",
    "real_peers": "quality",
    "training_time": "quality",
    "serving": "serving",
    "store": "serving",
    "endure": "endurance",
    "connect": "endurance",
    "rolling_upgrade": "endurance",
    "first_scores": "endurance",
    "first_models": "endurance",
    "pages": "serving",
    "cold_start": "quality",
    "limit": "quality",
    "quality": "quality",
    "leaks": "verdicts",
    "clean_companies": "verdicts",
    "audit": "verdicts",
    "worth": "verdicts",
    "contact": "verdicts",
    "contact_peers": "verdicts",
    "promotion": "verdicts",
    "repair": "verdicts",
    "monitor": "verdicts",
    "score_all": "serving",
    "cluster": "quality",
    "words": "quality",
    "accounts": "quality",
    "growth": "growth",
    "draw": "growth",
    "promoted": "serving",
}
"""Name of a benchmark -> the folder where it stands; the first makes the champion of the others."""


def main(names: list[str]) -> None:
    """Run the benchmarks called `names`, all of them when there are none."""
    unknown = sorted(set(names) - FOLDERS.keys())
    if unknown:
        sys.exit(f"found {', '.join(unknown)}; expected some of {', '.join(FOLDERS)}")
    for name in names or FOLDERS:
        importlib.import_module(f"benchmarks.{FOLDERS[name]}.{name}").main([])


if __name__ == "__main__":
    main(sys.argv[1:])
