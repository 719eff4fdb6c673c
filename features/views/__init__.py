"""The feature views: named groups of features, each from one source.

Decided here: this is the only list of views. Views do not know each other; what a view has to be
stands in `features.view`. The order is that of the columns.
"""

from typing import Final

from features.feature import Feature, Text
from features.view import STILL, Motion, View, checked
from features.views import (
    account,
    buying_group,
    deals,
    engagement,
    own,
    profile,
    sales_touch,
    sequence,
    words,
)

_MODULES: Final[tuple[View, ...]] = (
    profile,
    engagement,
    sales_touch,
    deals,
    account,
    buying_group,
    sequence,
    words,
    own,
)
"""A new view is one line here."""
VIEWS: Final[dict[str, View]] = {module.VIEW: checked(module) for module in _MODULES}
"""Name -> view, in the order of the columns."""


def motion_of(feature: Feature) -> Motion:
    """Return how a feature changes with time alone; one of an unknown view stands still."""
    view = VIEWS.get(feature.view)
    return STILL if view is None else view.motion(feature)


def titles() -> dict[str, Text]:
    """Return the titles of all views by name."""
    return {name: view.TITLE for name, view in VIEWS.items()}
