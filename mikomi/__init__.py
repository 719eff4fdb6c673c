"""mikomi for Python programs: from an export to ranked, explained leads, in a few lines.

::

    import mikomi

    company = mikomi.read("examples/sample/mapping.yaml")
    learning, test = company.snapshots("won", horizon_days=90).split()
    model = mikomi.LeadClassifier().fit(learning.features(), learning.label)
    mikomi.evaluate(model, test)
    company.rank(model)

Names are imported when they are used, so that `mikomi.client`, which talks to a server, needs none
of what they need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.own.definition import own_feature as feature
    from mikomi.classifier import LeadClassifier
    from mikomi.company import Company, read
    from mikomi.judging import evaluate, leaks
    from mikomi.mapping import init
    from mikomi.model import Model, load
    from mikomi.ranking import RankedTable
    from mikomi.shown import language
    from mikomi.snapshots import Snapshots
    from models.estimator.time_folds import TimeFolds

_PLACES = {
    "feature": "features.own.definition",
    "Company": "mikomi.company",
    "LeadClassifier": "mikomi.classifier",
    "Model": "mikomi.model",
    "RankedTable": "mikomi.ranking",
    "Snapshots": "mikomi.snapshots",
    "TimeFolds": "models.estimator.time_folds",
    "evaluate": "mikomi.judging",
    "init": "mikomi.mapping",
    "language": "mikomi.shown",
    "leaks": "mikomi.judging",
    "load": "mikomi.model",
    "read": "mikomi.company",
}
_NAMES = {"feature": "own_feature"}

__all__ = [
    "Company",
    "LeadClassifier",
    "Model",
    "RankedTable",
    "Snapshots",
    "TimeFolds",
    "evaluate",
    "feature",
    "init",
    "language",
    "leaks",
    "load",
    "read",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module.

    Raises
    ------
    AttributeError
        If there is no such name.
    """
    if name not in _PLACES:
        raise AttributeError(f"module 'mikomi' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), _NAMES.get(name, name))


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
