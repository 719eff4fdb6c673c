"""Bills of materials: of installed packages, each with its licence, as parts of mikomi."""

import json
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from features.errors import BadInput
from tests.sbom import BY_HAND, complete, declared

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """List this environment, without what no lock of an image has."""
    path = tmp_path_factory.mktemp("sbom") / "bill.json"
    program = Path(sys.executable).parent / "cyclonedx-py"
    words = [
        "environment",
        "--no-validate",
        "--pyproject",
        ROOT / "pyproject.toml",
        "--of",
        "JSON",
        "-o",
        path,
    ]
    subprocess.run([program, *words, sys.prefix], check=True, capture_output=True)  # noqa: S603
    listed: dict[str, Any] = json.loads(path.read_text("utf-8"))
    lock = (ROOT / "requirements-train.lock").read_text("utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    listed["components"] = [one for one in listed["components"] if plain(one["name"]) in names]
    return listed


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_has_a_licence_and_stands_there_once(bill: dict[str, Any]) -> None:
    listed = deepcopy(bill)
    by_hand = complete(listed)
    assert set(by_hand) == set(BY_HAND), "one that names its licence needs no line there"
    names = [plain(one["name"]) for one in listed["components"]]
    assert len(names) > 100
    assert names.count("numpy") == 1
    assert all(declared(one) for one in listed["components"])
    assert listed["metadata"]["component"]["name"] == "mikomi"
    assert declared(listed["metadata"]["component"]) == ["Apache-2.0"]


def test_planted_faults_of_a_bill_are_all_noticed(bill: dict[str, Any]) -> None:
    listed = deepcopy(bill)
    first, second = (one for one in listed["components"] if one["name"] in {"numpy", "pandas"})
    first["licenses"] = []
    listed["components"].append(dict(second))
    del listed["metadata"]["component"]
    with pytest.raises(BadInput) as refused:
        complete(listed)
    assert [one.observed for one in refused.value.faults] == [
        f"{first['name']} {first['version']} without a licence",
        f"2 of {second['name']}",
        "a bill of nothing",
    ]


def test_the_bills_are_of_what_the_images_install() -> None:
    target = (ROOT / "Makefile").read_text("utf-8").partition("\nsbom:")[2].partition("\n\n")[0]
    assert "cyclonedx-py environment --pyproject pyproject.toml" in target
    assert "--require-hashes -r requirements-$$what.lock" in target
    assert "--no-deps artifacts/sbom/dist/*.whl" in target
    assert "-m tests.sbom artifacts/sbom-serve.json artifacts/sbom-train.json" in target
