"""What is needed to run mikomi elsewhere: images, units, and locks without what serving lacks."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
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


SETTINGS_OF_THE_LOOP = {"MIKOMI_TRAINING_SECONDS": "777"}
LEADS_COME = 3
"""The attempt of the loop at which there are leads."""
PROGRAMS = {
    "cp": "exit 0",
    "mikomi": f"""
echo "$@" >> arguments
if [ $(wc -l < arguments) -lt {LEADS_COME} ]; then exit 2; fi
if [ $(wc -l < arguments) -eq {LEADS_COME} ]; then exit 3; fi
mkdir -p artifacts/company/champion
touch artifacts/company/champion/manifest.json""",
    "sleep": """
echo "$1" >> pauses
if [ $(wc -l < pauses) -ge 4 ]; then kill $PPID; fi""",
}


def compose() -> dict[str, dict[str, object]]:
    services: dict[str, dict[str, object]] = yaml.safe_load(
        (DEPLOY / "compose.yaml").read_text("utf-8")
    )["services"]
    return services


def test_training_tries_soon_until_there_is_a_model_and_then_as_set(tmp_path: Path) -> None:
    """The loop of the container runs in a shell, with stand-ins of its programs."""
    (loop,) = compose()["training"]["command"]  # type: ignore[misc]
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        (programs / name).chmod(0o700)
    variables = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **SETTINGS_OF_THE_LOOP}
    subprocess.run(  # noqa: S603 - the command of compose.yaml
        ["/bin/sh", "-c", str(loop).replace("$$", "$")],
        cwd=tmp_path,
        env=os.environ | variables,
        check=False,
        timeout=60,
    )
    pauses = (tmp_path / "pauses").read_text("utf-8").split()
    assert pauses == ["600", "600", "777", "777"]
    assert "retrain --server-database ${MIKOMI_DATABASE_URL}\n" in (
        tmp_path / "arguments"
    ).read_text("utf-8")


@pytest.mark.parametrize("name", ["deploying.md", "deploying.ja.md"])
def test_every_setting_that_the_loop_reads_is_passed_on_and_documented(name: str) -> None:
    training = compose()["training"]
    (loop,) = training["command"]  # type: ignore[misc]
    page = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    variables = set(re.findall(r"MIKOMI_\w+", str(loop)))
    assert set(SETTINGS_OF_THE_LOOP) <= variables
    assert variables <= set(training["environment"])  # type: ignore[call-overload]
    assert all(one in page for one in variables)


def test_the_images_have_a_pg_dump_that_can_copy_the_database() -> None:
    """`pg_dump` refuses a server that is newer; the release of Debian decides its version."""
    text = CONTAINERFILE.read_text("utf-8")
    bases = re.findall(r"^FROM python:\S+", text, re.MULTILINE)
    assert len(bases) == 2
    assert all(base.endswith("-slim-trixie") for base in bases)
    _, _, base = text.partition(" AS base\n")
    (client,) = re.findall(r"\bpostgresql-client-(\d+)=", base.partition("FROM base")[0])
    (server,) = re.findall(r"^postgres:(\d+)", str(compose()["postgres"]["image"]))
    assert int(client) >= int(server)


def blocks(name: str, heading: str) -> Iterator[str]:
    """Yield the commands of a section of a page."""
    page = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for block in re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()


@pytest.mark.parametrize(
    ("name", "heading", "start"),
    [
        (name, heading, start)
        for name, containers in (("deploying.md", "Containers"), ("deploying.ja.md", "コンテナ"))
        for heading, start in (
            (containers, "up --build"),
            ("Kubernetes", "helm install"),
            ("systemd", "systemctl enable --now mikomi.service"),
        )
    ],
)
def test_a_new_machine_is_started_and_then_gets_its_first_key(
    name: str, heading: str, start: str
) -> None:
    """Set-up runs beside what was started; tests/journeys/test_first_start.py does it."""
    lines = list(blocks(name, heading))
    started = next(i for i, line in enumerate(lines) if start in line)
    (set_up,) = (i for i, line in enumerate(lines) if "mikomi setup" in line)
    assert started < set_up


def test_backups_of_containers_go_where_the_root_can_be_written() -> None:
    for name in ("deploying.md", "deploying.ja.md"):
        page = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
        folders = re.findall(r"(?:compose|kubectl) .* mikomi backup (\S+)", page)
        assert len(folders) == 2
        assert all(folder.startswith("/data/") for folder in folders)


STORES = ("s3fs", "gcsfs", "adlfs", "universal-pathlib")


def versions(path: Path) -> dict[str, set[str]]:
    """Return the pinned versions of a lock, by package."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE
    ):
        pins.setdefault(package, set()).add(version)
    return pins


def test_the_packages_of_stores_are_pinned_and_change_no_other() -> None:
    stores = versions(ROOT / "requirements-objects.lock")
    assert set(STORES) <= set(stores)
    for name in ("", "-train", "-bench"):
        others = versions(ROOT / f"requirements{name}.lock")
        both = set(stores) & set(others)
        assert both
        assert {one: stores[one] for one in both} == {one: others[one] for one in both}


def test_the_image_that_trains_can_have_the_packages_of_stores() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    stage = text.partition("AS installed-train\n")[2].partition("\nFROM ")[0]
    assert "ARG OBJECT_STORE=no\n" in stage
    assert '[ "$OBJECT_STORE" = yes ]' in stage
    assert "--require-hashes -r requirements-objects.lock" in stage
    pages = [ROOT / "docs" / "how-to" / one for one in ("deploying.md", "deploying.ja.md")]
    for page in (*pages, ROOT / "docs" / "how-to" / "cluster.md"):
        assert "--build-arg OBJECT_STORE=yes" in page.read_text("utf-8")


def test_nothing_is_installed_by_the_name_of_a_package_that_no_index_has() -> None:
    folders = ("docs", "features", "mikomi", "models", "pipelines", "serve", "deploy")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    files = [path for path in paths if path.suffix in {".md", ".py", ".txt", ".yaml"}]
    assert len(files) > 500
    bad = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(r"(?<!\w)mikomi\[", path.read_text("utf-8"))
    }
    assert bad == set()
