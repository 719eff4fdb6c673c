"""The notebooks run, show figures, import and never define."""

import ast
import json
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
QUICKER = {
    "leads=1000": "leads=400",
    "folds=3": "folds=2",
    '"folds": 3': '"folds": 2',
    '"max_trees": 30': '"max_trees": 10',
    '"penalties": [30.0, 10.0]': '"penalties": [30.0]',
    '"redraws": 40': '"redraws": 5, "explained_rows": 50',
    "max_trees=30": "max_trees=10",
    "penalties=(30.0, 10.0)": "penalties=(30.0,)",
    "leads=3000": "leads=400",
    '"min_support": 60': '"min_support": 20',
    "redraws=40": "redraws=5, explained_rows=50",
    '"max_topics": 4': '"max_topics": 1',
    "windows_days=(7.0, 30.0)": "windows_days=(30.0,)",
    "max_topics=4": "max_topics=1",
    "every_days=56": "every_days=91",
}
"""A smaller company and fewer redraws than a reader has: every cell runs, in less time."""


def executed(paths: Sequence[Path]) -> list[list[Any]]:
    """Run notebooks where they lie, and give the cells of each; a cell that fails raises.

    They share a process, which imports once; each begins without the names of the one before.
    """
    import nbformat  # noqa: PLC0415 - slow to import, for these tests alone
    from nbclient import NotebookClient  # noqa: PLC0415 - as above

    whole, ends = nbformat.v4.new_notebook(), []
    for path in paths:
        whole.cells.append(nbformat.v4.new_code_cell("%reset -f"))
        whole.cells += map(quicker, nbformat.read(path, as_version=4).cells)
        ends.append(len(whole.cells))
    client = NotebookClient(whole, timeout=600, resources={"metadata": {"path": str(FOLDER)}})
    cells = client.execute().cells
    return [cells[first:last] for first, last in pairwise([0, *ends])]


def quicker(cell: Any) -> Any:
    for as_read, as_run in QUICKER.items():
        cell.source = cell.source.replace(as_read, as_run)
    return cell


def outputs(cells: list[Any]) -> list[Any]:
    return [one for cell in cells for one in cell.get("outputs", [])]


def sources(path: Path) -> str:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "\n".join(
        "" if line.startswith("%") else line for one in code for line in one.split("\n")
    )


def defined(source: str) -> list[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    return [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]


def ours(source: str) -> set[str]:
    """Return the modules of ours that a source imports."""
    modules = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            modules.add(node.module or "")
        elif isinstance(node, ast.Import):
            modules |= {one.name for one in node.names}
    return {one for one in modules if (FOLDER.parent / one.split(".")[0]).is_dir()}


@pytest.mark.parametrize("name", ["01", "04", "05"])
def test_who_uses_mikomi_imports_mikomi_alone(name: str) -> None:
    """Beside what makes the sample company; notebooks 2 and 3 show what lies inside."""
    sample = {"pipelines.sample.company", "pipelines.sample.write"}
    (path,) = FOLDER.glob(f"{name}_*.ipynb")
    assert ours(sources(path)) == {"mikomi", *sample}


def test_an_import_from_inside_would_be_noticed() -> None:
    assert ours("import os\nimport mikomi\nfrom models.model import settings") == {
        "mikomi",
        "models.model",
    }


def test_there_are_five_and_what_is_made_smaller_is_in_them() -> None:
    assert len(NOTEBOOKS) == 5
    texts = [sources(path) for path in NOTEBOOKS]
    assert all("leads=1000" in text or "leads=3000" in text for text in texts)
    assert [one for one in QUICKER if one not in "".join(texts)] == []


def test_the_notebooks_run_and_show_a_figure_each() -> None:
    for cells in executed(NOTEBOOKS):
        results = outputs(cells)
        assert not [one for one in results if one.output_type == "error"]
        shown = [one.get("data", {}) for one in results]
        assert any("<svg" in str(data) or "image/png" in data for data in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing(path: Path) -> None:
    assert defined(sources(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_imports_is_where_it_says(path: Path) -> None:
    assert not_there(sources(path)) == []


def not_there(source: str) -> list[str]:
    """Return what a source imports of ours that is not there."""
    imported = [
        (node.module or "", one.name)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    ]
    ours = [pair for pair in imported if (FOLDER.parent / pair[0].split(".")[0]).is_dir()]
    return [f"{place}.{name}" for place, name in ours if not _is_there(place, name)]


def _is_there(place: str, name: str) -> bool:
    if find_spec(place) is None:
        return False
    return hasattr(import_module(place), name) or find_spec(f"{place}.{name}") is not None


def test_an_import_of_what_was_moved_would_be_noticed() -> None:
    moved = ["models.explain.learn_evidence", "features.nowhere.x"]
    source = "from models.explain import learn_evidence\nfrom features.nowhere import x"
    assert not_there(source) == moved


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small(path: Path) -> None:
    assert path.stat().st_size < 200_000


def test_a_definition_would_be_noticed() -> None:
    assert defined("import os\ndef helper(): ...") == ["FunctionDef"]


@pytest.mark.parametrize("source", ["1 / 0", "left_behind"])
def test_a_failing_cell_would_be_noticed(tmp_path: Path, source: str) -> None:
    import nbformat  # noqa: PLC0415 - as above
    from nbclient.exceptions import CellExecutionError  # noqa: PLC0415 - as above

    good, broken = tmp_path / "good.ipynb", tmp_path / "broken.ipynb"
    for path, code in ((good, "left_behind = 1"), (broken, source)):
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), path)
    with pytest.raises(CellExecutionError, match=r"ZeroDivisionError|NameError"):
        executed([good, broken])
