"""What CONTRIBUTING.md and the decision records state agrees with the tree and pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
DECISIONS = (ROOT / "docs/explanation/decisions.md").read_text("utf-8")
PACKAGES = ("features", "mikomi", "models", "pipelines", "serve")
FOLDER = re.compile(r"^\| `(\w+)/` \|", re.MULTILINE)
WRITTEN_WHEN_NEEDED = {"tests/mutation_survivors.json"}
PLACE = re.compile(r"`((?:features|mikomi|models|pipelines|serve|tests|benchmarks|docs)/[\w/.]+)`")


def listed(package: str, text: str) -> set[str]:
    """Return the folders that the table of a package lists."""
    _, _, below = text.partition(f"\n**{package}**")
    return set(FOLDER.findall(below.partition("\n**")[0].partition("\nThe arrows")[0]))


def folders(package: str) -> set[str]:
    return {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_a_package_is_listed(package: str) -> None:
    assert listed(package, CONTRIBUTING) == folders(package)


def test_a_folder_left_out_is_noticed() -> None:
    assert listed("serve", CONTRIBUTING.replace("| `wire/` |", "| wire |")) != folders("serve")


def missing(text: str) -> list[str]:
    """Return the files and folders that a text names and that do not exist."""
    named = PLACE.findall(text)
    return [p for p in named if not ((ROOT / p).exists() or (ROOT / f"{p}.py").exists())]


@pytest.mark.parametrize("text", [CONTRIBUTING, DECISIONS], ids=["contributing", "decisions"])
def test_files_that_are_named_exist(text: str) -> None:
    assert set(missing(text)) <= WRITTEN_WHEN_NEEDED
    assert missing("`models/no_such_file.py`") == ["models/no_such_file.py"]


def unexplained(dependencies: list[str], text: str) -> list[str]:
    """Return the dependencies that the table of libraries does not name."""
    _, _, table = text.partition("## What is bought in")
    names = set(re.findall(r"[a-z][\w-]+", table))
    return [one for one in dependencies if re.split(r"[>=\[]", one)[0] not in names]


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"].values()
    dependencies = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["train"],
        *(one for group in groups for one in group),
    ]
    assert unexplained(dependencies, CONTRIBUTING) == []
    assert unexplained(["left-pad>=1"], CONTRIBUTING) == ["left-pad>=1"]


def records(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^## (\d+)\. [^\n]+\n\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)


def incomplete(text: str) -> list[str]:
    """Return the numbers of records without a context, a decision or a consequence."""
    parts = [f"- **{part}.** " for part in ("Context", "Decision", "Consequence")]
    return [
        number for number, body in records(text) if any(body.count(part) != 1 for part in parts)
    ]


def test_every_decision_has_its_parts_and_its_number() -> None:
    numbers = [int(number) for number, _ in records(DECISIONS)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == DECISIONS.count("\n## ")
    assert incomplete(DECISIONS) == []
    assert incomplete(DECISIONS.replace("- **Decision.** ", "", 1)) == ["1"]
