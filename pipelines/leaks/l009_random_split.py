"""L009: a random split gives a better test result than a split in time.

Decided here: the quick model predicts the test rows twice, trained on other leads of all times and
trained on the past alone. The difference of the AUCs is drift, or columns that carry time: both
make a random test too optimistic. A moderate difference warns; one too large for drift fails.
"""

from typing import Final

import numpy as np

from features.feature import Text
from models.baselines.quick_fit import fit, out_of_fold, some_leads
from models.stats.metrics import auc
from models.stats.training_set import TrainingSet
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

WORTH_A_LOOK: Final = 0.10
TOO_FAR: Final = 0.25
MAX_ROWS: Final = 20_000
MIN_CONVERSIONS: Final = 50


def _examine(evidence: LeakEvidence) -> Suspects | None:
    rows = evidence.training_set()
    if rows is None or not len(evidence.learning) or not len(evidence.test):
        return None
    learning, test = (
        some_leads(rows.take(np.sort(place)), MAX_ROWS)
        for place in (evidence.learning, evidence.test)
    )
    if min(learning.rarer_rows, test.rarer_rows) < MIN_CONVERSIONS:
        return None
    past = auc(label=test.label, probability=fit(learning).probability(test.values))
    mixed = _mixed(learning, test)
    grounds = f"AUC {mixed:.2f} split at random, {past:.2f} learned from the past"
    if mixed - past < WORTH_A_LOOK:
        return Suspects()
    return Suspects({"split": grounds} if mixed - past >= TOO_FAR else {}, {"split": grounds})


def _mixed(learning: TrainingSet, test: TrainingSet) -> float:
    """Compute the AUC on the test rows of a model trained on other leads of the same time."""
    both = TrainingSet(
        values=np.concatenate([learning.values, test.values]),
        label=np.concatenate([learning.label, test.label]),
        lead=np.concatenate([learning.lead, test.lead]),
        cutoff=np.concatenate([learning.cutoff, test.cutoff]),
        names=learning.names,
        categorical=learning.categorical,
    )
    return float(auc(label=test.label, probability=out_of_fold(both)[len(learning) :]))


CHECK = LeakCheck(
    "L009",
    Text("a random split against time", "無作為分割と時間分割の差"),
    "about the same AUC on other leads of the same time and on later ones",
    "leave out what carries time, retrain often, and never quote a random test",
    _examine,
)
