"""What is needed to run mikomi elsewhere: images, units, and locks without what serving lacks."""

import re
import shutil
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CONTAINERFILE = DEPLOY / "Containerfile"


def linted(path: Path) -> str:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint is not None
    done = subprocess.run([hadolint, path], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout


def test_the_linter_of_containers_has_nothing_to_say(tmp_path: Path) -> None:
    assert linted(CONTAINERFILE) == ""
    planted = tmp_path / "Containerfile"
    planted.write_text(CONTAINERFILE.read_text("utf-8").replace("libgomp1=*", "libgomp1"), "utf-8")
    assert "DL3008" in linted(planted)


def test_images_run_without_rights_and_hold_every_package() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    for package in packages["targets"]["wheel"]["packages"]:
        assert f"COPY {package} {package}\n" in text
    assert re.findall(r"^USER (\d+)$", text, re.MULTILINE) == ["10001"]
    assert "HEALTHCHECK" in text
    for copied in re.findall(r"^COPY (requirements\S+) ", text, re.MULTILINE):
        assert "--require-hashes" in text
        assert (ROOT / copied).is_file()


@pytest.mark.parametrize("service", ["mlflow", "server", "training"])
def test_services_are_read_only_and_without_rights(service: str) -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    one = services[service]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["build"]["target"] in {"serve", "train"}
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))


def test_units_name_commands_that_exist() -> None:
    units = sorted((DEPLOY / "systemd").glob("*.service"))
    assert [unit.name for unit in units] == ["mikomi-retrain.service", "mikomi.service"]
    commands = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    for unit in units:
        parsed = ConfigParser(strict=False, interpolation=None)
        parsed.optionxform = str  # type: ignore[assignment, method-assign]
        parsed.read(unit, "utf-8")
        program, command = parsed["Service"]["ExecStart"].split()[:2]
        assert program == "/opt/mikomi/bin/mikomi"
        assert f"mikomi {command}" in commands
        assert parsed["Service"]["User"] == "mikomi"


def locked(name: str) -> set[str]:
    text = (ROOT / f"requirements-{name}.lock").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))


def test_what_learning_needs_is_not_in_the_image_that_serves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    learning = {re.split(r"[><=\[]", one)[0] for one in project["optional-dependencies"]["train"]}
    assert {"dvc", "optuna", "shap", "scikit-learn"} <= learning
    assert learning & locked("serve") == set()
    assert learning <= locked("train")


def test_the_password_of_the_database_is_not_in_a_list_of_processes() -> None:
    """The command itself fills in the variable; a shell or systemd would show its value."""
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    lines = [
        line
        for path in files
        for line in path.read_text("utf-8").splitlines()
        if "--server-database" in line
    ]
    assert len(lines) == 3
    for line in lines:
        word = line.partition("--server-database ")[2].split()[0]
        assert word in {
            "'$${MIKOMI_DATABASE_URL}'",
            "'${MIKOMI_DATABASE_URL}'",
            "$${MIKOMI_DATABASE_URL}",
        }
