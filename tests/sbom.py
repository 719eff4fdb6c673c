"""Licences of a bill of materials: `python -m tests.sbom FILE...`, a part of `make sbom`.

Decided here: what a package declares stays as it is. Where its metadata name no licence that the
tool understands, the licence is read by hand from the package's own files and listed in `BY_HAND`;
a package without one, one that stands there twice, or another product than mikomi is an error.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

from features.errors import BadInput, Fault

BY_HAND: Final = {
    "antlr4-python3-runtime": "BSD-3-Clause",
    "dvc-http": "Apache-2.0",
    "gto": "Apache-2.0",
    "huey": "MIT",
    "partd": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "pygit2": "GPL-2.0-only, with a linking exception",
    "skops": "MIT",
}
"""Package whose metadata name no licence -> the licence in its files."""
UNNAMED: Final = frozenset({"License :: OSI Approved", "UNKNOWN"})
"""What stands for a licence and names none."""
_DO: Final = "read its files, and add it to BY_HAND of tests/sbom.py"


def complete(bill: dict[str, Any]) -> list[str]:
    """Add the licences of `BY_HAND` to a bill, and return the names of the packages concerned.

    Raises
    ------
    BadInput
        With every fault of the bill.
    """
    components = bill.get("components", [])
    undeclared = [one for one in components if not declared(one)]
    for one in undeclared:
        if one["name"] in BY_HAND:
            name = BY_HAND[one["name"]]
            one["licenses"] = [{"license": {"name": name, "acknowledgement": "concluded"}}]
    faults = list(_faults(bill.get("metadata", {}).get("component", {}), components))
    if faults:
        raise BadInput(faults)
    return [one["name"] for one in undeclared]


def declared(component: dict[str, Any]) -> list[str]:
    """Return the licences that a component names."""
    choices = component.get("licenses", [])
    licences = [one.get("license", {}) for one in choices]
    names = [one.get("id") or one.get("name") for one in licences]
    names += [one.get("expression") for one in choices]
    return [name for name in names if name and name not in UNNAMED]


def _faults(product: dict[str, Any], components: list[dict[str, Any]]) -> list[Fault]:
    faults = [
        Fault(f"{one['name']} {one['version']} without a licence", "one", _DO)
        for one in components
        if not declared(one)
    ]
    counts = Counter(one["name"] for one in components)
    faults += [
        Fault(f"{count} of {name}", "one", "list one environment")
        for name, count in counts.items()
        if count > 1
    ]
    if product.get("name") != "mikomi" or not declared(product):
        observed = f"a bill of {product.get('name', 'nothing')}"
        faults.append(Fault(observed, "of mikomi, with its licence", "name its pyproject.toml"))
    return faults


def main(paths: list[str]) -> int:
    """Complete the bills, and print what was read by hand."""
    for path in map(Path, paths):
        bill = json.loads(path.read_text("utf-8"))
        names = complete(bill)
        path.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
        print(f"{path}: {len(bill['components'])} packages, each with a licence;")  # noqa: T201
        print(f"  of {len(names)} it was read by hand: {', '.join(names) or '-'}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
