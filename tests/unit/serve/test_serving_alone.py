"""A server runs without the packages that only learning needs."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
IMPORTED_AS = {"scikit-learn": "sklearn", "python-calamine": "python_calamine"}
PROGRAM = """
import importlib, importlib.abc, pkgutil, sys

class Refusing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in set(sys.argv[1].split(",")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refusing())
import serve
for found in pkgutil.walk_packages(serve.__path__, "serve."):
    if "migrations" not in found.name:
        importlib.import_module(found.name)
import models.registry.registry, pipelines.commands.app
"""


def learning() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {one.split(">")[0] for one in project["optional-dependencies"]["train"]}
    return {IMPORTED_AS.get(name, name) for name in names} - {"mlflow"}  # its skinny half stays


def imported_without(packages: set[str]) -> str:
    command = [sys.executable, "-c", PROGRAM, ",".join(sorted(packages))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stderr


def test_every_module_of_the_server_loads_without_them() -> None:
    assert imported_without(learning()) == ""


def test_a_package_that_the_server_needs_is_noticed() -> None:
    assert "No module named 'msgspec'" in imported_without(learning() | {"msgspec"})
