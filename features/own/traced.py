"""The line of a user's own file that raised an error."""

import traceback
from pathlib import Path


def line_of(error: BaseException, file: str) -> str:
    """Return `, line 12` for the innermost line of a file that an error passed, or nothing.

    Parameters
    ----------
    error
        An error that was raised.
    file
        The path of the file, as it was imported.
    """
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == Path(file)
    ]
    if isinstance(error, SyntaxError) and error.filename == file:
        lines.append(error.lineno)
    return f", line {lines[-1]}" if lines else ""
