"""Bytes that are no text in the encoding of their file.

Decided here: such a byte is read as a mark and its number, so that its row can be put aside with
the reason while the rest of the file is read. The mark is a character that Unicode keeps out of
text for ever.
"""

import codecs
import re
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ERRORS: Final = "mikomi-undecodable"
"""The name under which decoders know the rule."""
MARK: Final = "\ufdd0"
_MARKED: Final = re.compile(MARK + "([0-9a-f]{2})")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(f"{MARK}{byte:02x}" for byte in bad), error.end


codecs.register_error(ERRORS, _mark)


def marked(column: pd.Series) -> NDArray[np.bool_]:
    """Flag the cells that hold a byte which is no text."""
    if not isinstance(column.dtype, pd.StringDtype):
        return np.zeros(len(column), dtype=bool)
    text = pa.array(column, pa.large_string(), from_pandas=True)
    flags: NDArray[np.bool_] = (
        pc.fill_null(pc.match_substring(text, MARK), fill_value=False)
        .to_numpy(zero_copy_only=False)
        .astype(bool)
    )
    return flags


def shown(text: str) -> str:
    r"""Write marked bytes as people write them.

    >>> shown("M\ufdd0fcller")
    'M\\xfcller'
    """
    return _MARKED.sub(r"\\x\1", text)
