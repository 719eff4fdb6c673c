"""What was noticed while a source was prepared, as counts of the rows that a table takes.

Decided here: a notice about a row that is not for the table does not count. The counts travel with
those of zones, to the checks that report them.
"""

from collections import Counter
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.intake.read.readable import Piece

STEP: Final = "prepared: "
"""Before the step whose notice is counted."""


def noticed(piece: Piece, chosen: NDArray[np.bool_]) -> Counter[tuple[str, str]]:
    """Count the notices of the rows that are chosen.

    Parameters
    ----------
    piece
        Rows of a source, with what was noticed about them.
    chosen
        Shape (rows,): which are for the table.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for notice, rows in piece.notices.items():
        counts[STEP + notice.step, notice.sentence] += int((rows & chosen).sum())
    for notice, number in piece.asides.items():
        counts[STEP + notice.step, notice.sentence] += number
    return +counts


def sentences(
    counts: Counter[tuple[str, str]], step: Literal["lookup", "derived"]
) -> dict[str, int]:
    """Return the sentences of a step with their counts.

    Parameters
    ----------
    counts
        What was counted while a table was read.
    step
        The step that noticed it.
    """
    return {words: n for (kind, words), n in counts.items() if kind == STEP + step}
