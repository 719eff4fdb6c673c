"""Which segment would earn a model of its own, asked of the rows of an evaluation.

Decided here: salespeople are not compared: owners of leads are no segment.
"""

from collections.abc import Callable

from features.catalog.reserved import OWNER
from models.evaluation import evaluation, segment_models
from models.evaluation.from_catalog import segments
from models.evaluation.segment_models import OwnModels, SegmentSettings, Values
from models.stats.training_set import TrainingSet


def own_models(
    case: evaluation.Case,
    settings: SegmentSettings,
    progress: Callable[[str], None] = lambda _: None,
) -> OwnModels:
    """Judge every segment with enough outcomes, those with the largest sure gain first.

    Parameters
    ----------
    case
        The model, what it learned from, and the test rows that judge.
    settings
        What is asked of a segment.
    progress
        Told which segment is being judged.
    """

    def values(rows: TrainingSet) -> Values:
        found = segments(case.catalog, rows.values)
        return {name: of_rows for name, of_rows in found.items() if name != OWNER}

    learning, test = case.learning, case.test
    margin = case.model.margin(test.values)
    asked = segment_models.Case(learning, test, margin, values(learning), values(test))
    return OwnModels(settings, segment_models.judge(asked, case.train, settings, progress))
