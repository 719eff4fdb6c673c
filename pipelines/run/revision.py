"""Which code made an output: the git revision for people, a hash of the sources for resuming."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path


def of_checkout(folder: Path) -> str:
    """Return the git revision of a folder, with `-changed` when files differ; "" outside of git."""
    git = shutil.which("git")
    if git is None:
        return ""
    commit = _ask([git, "-C", str(folder), "rev-parse", "HEAD"])
    if not commit:
        return ""
    changed = _ask([git, "-C", str(folder), "status", "--porcelain", "--untracked-files=no"])
    return f"{commit}-changed" if changed else commit


def of_sources(*packages: str) -> str:
    """Hash the Python sources of our packages, so that work of other code is not continued.

    >>> of_sources("features") == of_sources("features")
    True
    """
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in _sources(root / package for package in packages):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _sources(folders: Iterable[Path]) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def _ask(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.strip() if done.returncode == 0 else ""
