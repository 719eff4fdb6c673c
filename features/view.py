"""The contract of a feature view: what one module under `features/views` has to state.

Decided here: a view owns all that it is, so that a new one is one file and one line in
`features/views/__init__.py`. Every part is required: a default would hide that somebody did not
think of it. A view that is incomplete is refused when it is registered, with all parts it lacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.feature import Feature, Text
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.records.histories import Histories
from features.tables import Tables


@dataclass(frozen=True)
class Motion:
    """How a feature changes while time passes and no record is added.

    All fields left as they are: it stands still. `features.change_times` computes from this when a
    score can next change, and reasons are shown as of the moment of reading by it.

    Attributes
    ----------
    windows_days
        It slides: it counts records inside these look-back windows.
    records
        Whose `occurred_at` the windows are compared with.
    unit_microseconds
        It grows by one in so many microseconds; 0 if it does not grow.
    half_life_days
        It halves in so many days; 0 if it does not fade.
    by_month
        It changes when a calendar month (UTC) begins.
    step_days
        It changes when a lead of the account has been known for a whole number of so many days.
    drifts
        Its distribution over all leads moves as the company ages, so that drift checks show it
        and raise no alarm.
    """

    windows_days: tuple[float, ...] = ()
    records: Literal["activities", "outcomes"] = "activities"
    unit_microseconds: int = 0
    half_life_days: float = 0.0
    by_month: bool = False
    step_days: float = 0.0
    drifts: bool = False


STILL: Final = Motion()


def sliding(feature: Feature) -> Motion:
    """Return the motion of a count of activities in the feature's own window, if it has one."""
    return STILL if feature.window_days is None else Motion(windows_days=(feature.window_days,))


class View(Protocol):
    """What every view states; a module that has all of it is a view.

    Attributes
    ----------
    VIEW
        Its name: the first part of the names of its features.
    TITLE
        What the model card calls it.
    BY_GROUP
        Whether its rows are computed by group (account) and cutoff, not by lead and cutoff. Such
        a view also changes with the records of the account mates.
    """

    @property
    def VIEW(self) -> str: ...  # noqa: D102, N802 (a constant of the module)

    @property
    def TITLE(self) -> Text: ...  # noqa: D102, N802 (a constant of the module)

    @property
    def BY_GROUP(self) -> bool: ...  # noqa: D102, N802 (a constant of the module)

    def features(self, vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:
        """Return the records of the view, with their sentences in both languages.

        Parameters
        ----------
        vocabulary
            What was learned from the training data.
        settings
            Windows and half-lives.
        """
        ...

    def support(self, visible: Tables) -> int:
        """Count the distinct leads that have anything the view reads.

        A view with less than `CatalogSettings.min_support` leads is left out of the catalog.

        Parameters
        ----------
        visible
            One partition of the training data, without what its last cutoff did not see.
        """
        ...

    def plan(self, columns: Sequence[PlannedColumn], vocabulary: Vocabulary) -> Any:
        """Return what `fill` needs to write these columns.

        Parameters
        ----------
        columns
            The wanted records of the view, each with its column of the matrix; may be empty.
        vocabulary
            The vocabulary that the histories are coded by.
        """
        ...

    def fill(
        self, histories: Histories, rows: Rows, chunk: tuple[int, int], plan: Any, out: Matrix
    ) -> None:
        """Write the planned columns of a chunk of rows, for many leads or for one.

        Parameters
        ----------
        histories
            Sorted and coded records of the leads.
        rows
            (lead, cutoff) pairs, sorted by both; by group and cutoff if `BY_GROUP`.
        chunk
            The rows [chunk[0], chunk[1]); it never splits a lead (or a group).
        plan
            What `plan` returned.
        out
            Shape (rows, features), float32; row r is written to `rows.position[r]`. Every planned
            cell has to be written: the matrix is not cleared before.
        """
        ...

    def motion(self, feature: Feature) -> Motion:
        """Return how one feature of the view changes with time alone."""
        ...

    def evidence(self, feature: Feature, activities: pd.DataFrame) -> NDArray[np.bool_]:
        """Mark the activities that a person would count to check the value of a feature.

        It reads the record of the feature alone, not the code that computes it, so that the two
        can disagree.

        Parameters
        ----------
        feature
            One of the view.
        activities
            The lead's activities that the cutoff sees, with `days_before` (the cutoff).

        Returns
        -------
        NDArray
            Shape (activities,); `no_rows` where no activity is named.
        """
        ...


_PARTS: Final = (
    "VIEW", "TITLE", "BY_GROUP", "features", "support", "plan", "fill", "motion", "evidence",
)  # fmt: skip


def checked(module: View) -> View:
    """Return the module as a view.

    Raises
    ------
    TypeError
        If it lacks a part of the contract; all missing parts are named.
    """
    missing = [part for part in _PARTS if not hasattr(module, part)]
    if missing:
        name = getattr(module, "__name__", module)
        raise TypeError(
            f"{name} is not a view: it does not define {', '.join(missing)}; "
            "see features/view.py for what each part has to be"
        )
    return module


def no_rows(activities: pd.DataFrame) -> NDArray[np.bool_]:
    """Return a mark for no activity: the evidence of a feature that cannot be counted by hand."""
    return np.zeros(len(activities), np.bool_)
