"""The code that each stage of dvc.yaml depends on, from the imports themselves.

`python -m tests.stage_code` (`make dvc`) writes it into dvc.yaml. Folders stand for the modules
in them: a stage depends on a folder when it imports any module that lies directly in it, so that
the list stays readable; a stage may so be done again without need, and is never stale.
"""

import re
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("features", "mikomi", "models", "pipelines", "serve")
_STAGE: Final = re.compile(r"^  (\w+):$", re.MULTILINE)
_CODE: Final = re.compile(rf"^      - (?:{'|'.join(PACKAGES)})(?:/\S+)?\n", re.MULTILINE)
_DEPS: Final = "    deps:\n"


def graph() -> grimp.ImportGraph:
    """Read the import graph of the packages."""
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def modules(stage: str, imports: grimp.ImportGraph) -> set[Path]:
    """Return the files that a stage imports, directly or not, relative to the root."""
    start = f"pipelines.stages.{stage}"
    return {_file(name) for name in imports.find_upstream_modules(start) | {start}}


def dependencies(stage: str, imports: grimp.ImportGraph) -> list[str]:
    """Return the entries of dvc.yaml for the code of a stage, sorted.

    A file of `pipelines/stages` or at the top of a package stands alone; else its folder does.
    """
    entries = set()
    for path in modules(stage, imports):
        alone = path.parent.as_posix() in {*PACKAGES, "pipelines/stages", "pipelines/intake"}
        entries.add(path.as_posix() if alone else path.parent.as_posix())
    return sorted(one for one in entries if not _is_inside(one, entries))


def written(text: str, imports: grimp.ImportGraph) -> str:
    """Return the text of dvc.yaml with the code of every stage anew."""
    head, plots, tail = text.partition("\nplots:\n")
    names = list(_STAGE.finditer(head))
    ends = [*(one.start() for one in names[1:]), len(head)]
    parts = [head[: names[0].start()]]
    for name, end in zip(names, ends, strict=True):
        block = _CODE.sub("", head[name.start() : end])
        code = "".join(f"      - {one}\n" for one in dependencies(name[1], imports))
        before, after = block.split("    params:", 1)
        parts.append(f"{before}{code}    params:{after}")
    return "".join(parts) + plots + tail


def _file(module: str) -> Path:
    path = Path(*module.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def _is_inside(entry: str, entries: set[str]) -> bool:
    return any(entry.startswith(f"{other}/") for other in entries if other != entry)


if __name__ == "__main__":
    place = ROOT / "dvc.yaml"
    place.write_text(written(place.read_text("utf-8"), graph()), encoding="utf-8")
