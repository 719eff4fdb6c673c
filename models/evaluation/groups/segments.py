"""Segment models on the rows of an evaluation.

Decided here: salespeople are not compared; the owner of a lead is not a segment.
"""

from collections.abc import Callable

from features.catalog.reserved import OWNER
from models.evaluation import evaluation
from models.evaluation.from_catalog import segments
from models.evaluation.groups import segment_models
from models.evaluation.groups.segment_models import OwnModels, Values
from models.evaluation.settings import SegmentSettings
from models.stats.training_set import TrainingSet


def own_models(
    case: evaluation.Case,
    settings: SegmentSettings,
    progress: Callable[[str], None] = lambda _: None,
) -> OwnModels:
    """Judge every segment with enough outcomes, the largest low end of the gain first.

    Parameters
    ----------
    case
        The model with its learning and test rows.
    settings
        The conditions for a model of its own.
    progress
        Called with the name of each segment.
    """

    def values(rows: TrainingSet) -> Values:
        by_attribute = segments(case.catalog, rows.values)
        return {name: of_rows for name, of_rows in by_attribute.items() if name != OWNER}

    learning, test = case.learning, case.test
    margin = case.model.margin(test.values)
    segment_case = segment_models.SegmentCase(
        learning, test, margin, values(learning), values(test)
    )
    return OwnModels(settings, segment_models.judge(segment_case, case.train, settings, progress))
