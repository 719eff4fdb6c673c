"""Rules of the house that no linter knows: addresses, pickles, pinned hashes, sizes, names."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "deb.deb" + "ian.org",
)
HOSTS = re.compile("|".join(re.escape(host) for host in REGISTRIES), re.IGNORECASE)
ADDRESS = re.compile(r"https?://(?!(?:localhost|127\.0\.0\.1|\[::1\])[:/\s\"'`]?)[\w.-]+")
NAMESPACES = ("http://www.w3.org/",)
PICKLE = re.compile(r"^\s*(?:import|from) (?:pickle|joblib|dill|cloudpickle)\b", re.MULTILINE)
LONGEST = 300
AT_HOME = {
    "mlflow": {"models/registry/mlflow_client.py"},
    "shap": {"models/explain/shap_values.py"},
    "fastapi": set(),
    "optuna": {"pipelines/lifecycle/tune.py"},
    "distributed": {"pipelines/run/cluster.py"},
}
"""A library -> the only modules that import it."""


def tracked(*patterns: str) -> list[Path]:
    """Files of the project, those not yet committed included."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def offences(pattern: re.Pattern[str], text: str) -> list[str]:
    matches = (match[0] for match in pattern.finditer(text))
    return [one for one in matches if not one.startswith(tuple(n.rstrip("/") for n in NAMESPACES))]


def readable(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("pattern", [HOSTS, ADDRESS], ids=["registries", "addresses"])
def test_no_address_outside_loopback_is_written_down(pattern):
    files = (path for path in tracked() if path.name != "LICENSE")
    lines = {str(p.relative_to(ROOT)): o for p in files if (o := offences(pattern, readable(p)))}
    assert lines == {}


def test_no_pickle_is_imported():
    offending = [p for p in tracked("*.py") if PICKLE.search(p.read_text())]
    assert offending == []


def test_planted_offences_are_noticed():
    assert all(offences(HOSTS, f"index = files.{host}") for host in REGISTRIES)
    assert offences(ADDRESS, "url: https:" + "//example.com/x")
    assert not offences(ADDRESS, "http://127.0.0.1:8000/ and http://localhost:5000")
    assert PICKLE.search("import " + "pickle\n")


def test_locks_pin_every_package_with_hashes():
    for lock in ROOT.glob("requirements*.lock"):
        blocks = re.split(r"\n(?=[a-z0-9])", "\n" + lock.read_text().split("\n", 2)[2])
        pinned = [block for block in blocks if "==" in block]
        assert pinned
        assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []


def test_no_python_file_is_past_its_size():
    long = {
        str(p.relative_to(ROOT)): n
        for p in tracked("*.py")
        if (n := lines(p)) > LONGEST and "Written by `make docs`" not in p.read_text("utf-8")[:300]
    }
    assert long == {}


def lines(path: Path) -> int:
    """Count the lines of a file that are not docstrings."""
    text = path.read_text("utf-8")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, documented))
    docstrings = (node.body[0] for node in nodes if ast.get_docstring(node) is not None)
    return len(text.splitlines()) - sum(one.end_lineno - one.lineno + 1 for one in docstrings)


def test_no_module_inside_a_package_is_called_like_a_root_package():
    roots = {"features", "mikomi", "models", "pipelines", "serve"}
    inside = [p for p in tracked("*/*.py") if p.parts[len(ROOT.parts)] in roots]
    clashing = [
        p for p in inside if p.stem in roots or p.parent.name in roots - {p.parts[len(ROOT.parts)]}
    ]
    assert inside
    assert clashing == []


def importers(library: str, sources: dict[str, str]) -> set[str]:
    pattern = re.compile(rf"^\s*(?:import|from) {library}\b", re.MULTILINE)
    return {name for name, text in sources.items() if pattern.search(text)}


@pytest.mark.parametrize("library", sorted(AT_HOME))
def test_a_library_is_imported_in_its_own_module_only(library):
    patterns = ("features/*.py", "models/*.py", "pipelines/*.py")
    sources = {str(p.relative_to(ROOT)): p.read_text() for p in tracked(*patterns)}
    assert importers(library, sources) == AT_HOME[library]


def test_a_stray_import_is_noticed():
    assert importers("mlflow", {"models/scoring/scorer.py": "def f():\n    import mlflow\n"})
