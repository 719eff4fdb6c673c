"""Variables of the environment in the words of a mapping."""

import os
import re
from pathlib import Path

from features.errors import BadTables, Fault

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def expand(words: str, *, is_path: bool = False) -> str:
    """Fill in `${NAME}` and `${NAME:-default}`.

    >>> expand("${MIKOMI_SURELY_UNSET:-../data}/leads.csv")
    '../data/leads.csv'

    Parameters
    ----------
    words
        Text of the mapping.
    is_path
        Whether it is a path: `~` is expanded too.

    Raises
    ------
    BadTables
        If a variable without a default is not set.
    """
    unset = [n for n, default in _VARIABLE.findall(words) if n not in os.environ and not default]
    if unset:
        raise BadTables(
            [
                Fault(f"${{{name}}} is not set", "an environment variable", f"set {name}")
                for name in unset
            ]
        )

    def value(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        value = os.environ.get(name)
        if value is None:
            return default or ""
        return str(Path(value).absolute()) if is_path and match.start() == 0 else value

    return _VARIABLE.sub(value, words)
