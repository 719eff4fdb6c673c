"""Files that people write by hand: params, mappings, points, declarations."""

from pathlib import Path

from features.errors import BadInput, MikomiError


def text_of(path: Path, error: type[MikomiError] = BadInput) -> str:
    """Return the text of a file.

    Parameters
    ----------
    path
        The file.
    error
        What is raised.

    Raises
    ------
    BadInput
        Or `error`: there is no such file, or it is not in UTF-8, as files of Windows in Shift_JIS
        or UTF-16 are not.
    """
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError) as fault:
        raise error.of(f"no file {path}", "a text file", "correct the path") from fault
    except UnicodeDecodeError as fault:
        raise error.of(f"{path}: {fault}", "a text in UTF-8", "save it as UTF-8") from fault
