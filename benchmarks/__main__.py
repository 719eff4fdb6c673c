"""Run every benchmark, or the named ones: `python -m benchmarks features explain`."""

import importlib
import sys

NAMES = (
    "features",
    "explain",
    "explained_share",
    "real_peers",
    "training_time",
    "serving",
    "store",
    "endure",
    "connect",
    "pages",
    "cold_start",
    "limit",
    "quality",
    "leaks",
    "clean_companies",
    "audit",
    "worth",
    "promotion",
    "repair",
    "monitor",
    "score_all",
    "cluster",
)


def main(names: list[str]) -> None:
    """Run the benchmarks called `names`, all of them when there are none."""
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.exit(f"found {', '.join(unknown)}; expected some of {', '.join(NAMES)}")
    for name in names or NAMES:
        importlib.import_module(f"benchmarks.{name}").main([])


if __name__ == "__main__":
    main(sys.argv[1:])
