"""Headers of columns as plain words.

Decided here: `ConvertedAccountId`, `hs_is_closed_won` and `Deal - Won time` are split into small
words with single spaces, so that one pattern fits them all; Japanese stays as it is.
"""

import re
import unicodedata
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS: Final = re.compile(r"[\W_]+")


def spaced(name: str) -> str:
    """Write a header as small words.

    >>> spaced("ConvertedAccountId"), spaced("Deal - Won time"), spaced("Est. Revenue")
    ('converted account id', 'deal won time', 'est revenue')
    """
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    return _SIGNS.sub(" ", plain).strip().casefold()
