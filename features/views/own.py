"""Own features of the user; their values come from `features.own`, not from coded histories.

Decided here: the view knows no function. `features.build` writes the columns where tables are at
hand; where only coded records are (a server), they are missing, and the answer names them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.feature import Feature, Text
from features.kernel.inputs import Indices, Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables
from features.view import STILL, Motion, no_rows

VIEW: Final = "own"
TITLE: Final = Text("own features of this company", "自社で定義した項目")
BY_GROUP: Final = False


def features(vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:  # noqa: ARG001 (the contract of a view)
    """Return nothing; see `features.view.View`. `features.learn_catalog` adds the records."""
    return ()


def support(visible: Tables) -> int:
    """Count the leads."""
    return len(visible.leads)


def plan(columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> Indices:  # noqa: ARG001 (the contract of a view)
    """Return the numbers of the columns; see `features.view.View`."""
    return np.array([column.number for column in columns], np.int32)


def fill(
    histories: Histories,  # noqa: ARG001 (the contract of a view)
    rows: Rows,
    chunk: tuple[int, int],
    plan: Indices,
    out: Matrix,
) -> None:
    """Write that the values are missing; see `features.view.View`."""
    out[np.ix_(rows.position[chunk[0] : chunk[1]], plan)] = np.nan


def motion(feature: Feature) -> Motion:  # noqa: ARG001 (the contract of a view)
    """Return that nothing is known of how it moves: it is computed anew with every ranking."""
    return STILL


def evidence(feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:  # noqa: ARG001 (the contract of a view)
    """Mark no activity, as only the function knows which; see `features.view.View`."""
    return no_rows(activities)
