"""A first mapping for files that mikomi has not seen, as `mikomi init` writes it."""

from collections.abc import Sequence
from pathlib import Path

from features.errors import BadRequest
from pipelines.intake.guess.draft import guess
from pipelines.storage.atomic import write_text


def init(
    files: Sequence[str | Path],
    mapping: str | Path = "mapping.yaml",
    *,
    system: str | None = None,
    force: bool = False,
) -> Path:
    """Look at an export and write a first mapping, its guesses and questions as comments.

    Parameters
    ----------
    files
        CSV, Parquet or workbook files, or folders of them.
    mapping
        The file to write; paths in it are relative to it.
    system
        The system that wrote the export, where there is a recipe for it (`hubspot`, ...).
    force
        Write over a mapping that is there, with the answers in it.

    Returns
    -------
    The mapping: read it, answer its questions, then `read` it.

    Raises
    ------
    BadRequest
        If the mapping is there already, or there is no recipe for the system.
    BadTables
        If there is no file, or one cannot be read.

    Examples
    --------
    >>> mikomi.init([export / "leads.csv", export / "deals.csv"], new).name  # doctest: +SKIP
    'mapping.yaml'
    """
    place = Path(mapping)
    if place.exists() and not force:
        do = "read it, pass force=True to write over it, or name another"
        raise BadRequest.of(f"{place} is there already", "a new file", do)
    write_text(place, guess([Path(one) for one in files], place.parent, system))
    return place
