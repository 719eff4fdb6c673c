"""The feature views: named groups of features, each from one source.

Decided here: a view gives its records (`features`), turns the wanted ones into a plan (`plan`) and
writes them into their columns (`fill`). Views do not know each other; this is the only list.
"""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Final, Protocol, cast

from features.catalog.catalog import CatalogSettings, Vocabulary
from features.feature import Feature
from features.kernel.inputs import Matrix, Rows
from features.kernel.sweep_plan import Column
from features.records.histories import Histories
from features.views import account, deals, engagement, profile, sales_touch, sequence


class View(Protocol):
    """What every view offers."""

    def features(self, vocabulary: Vocabulary, settings: CatalogSettings) -> tuple[Feature, ...]:
        """Give the records of the view."""
        ...

    def plan(self, columns: Sequence[Column], vocabulary: Vocabulary) -> Any:
        """Turn wanted records and their columns into what the kernel needs."""
        ...

    def fill(
        self, histories: Histories, rows: Rows, chunk: tuple[int, int], plan: Any, out: Matrix
    ) -> None:
        """Write the planned columns of the rows [chunk[0], chunk[1])."""
        ...


_MODULES: Final[tuple[ModuleType, ...]] = (
    profile,
    engagement,
    sales_touch,
    deals,
    account,
    sequence,
)
VIEWS: Final[Mapping[str, View]] = {module.VIEW: cast(View, module) for module in _MODULES}
BY_GROUP: Final = frozenset(
    module.VIEW for module in _MODULES if getattr(module, "BY_GROUP", False)
)
"""Views whose rows go by group (account) and cutoff, not by lead and cutoff."""
