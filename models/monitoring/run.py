"""One run of the monitor: every family of checks on the same rows.

Decided here: which columns are clocks is asked of the reference itself, by the rule of
`models.training.time_proxies`; by segment the score is compared, as the whole of what moved there,
while features are compared among all open leads and among the new ones.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.timeline import Moments
from models.artifact.artifact import Artifact
from models.model import scorecard
from models.monitoring import columns
from models.monitoring.activities import volumes
from models.monitoring.age_matching import Both, match
from models.monitoring.drift import drift
from models.monitoring.findings import Compared, Watched
from models.monitoring.matured import Calibrated
from models.monitoring.settings import MonitorSettings
from models.monitoring.unknown_values import unseen
from models.stats.training_set import TrainingSet
from models.training import time_proxies

_CLOCK_ROWS = 5_000


def watch(
    both: Both,
    cutoff: Moments,
    model: Artifact,
    heard: tuple[Mapping[str, int], Mapping[str, tuple[tuple[str, int], ...]]],
    calibration: Calibrated,
    settings: MonitorSettings,
) -> Watched:
    """Ask everything.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    cutoff
        Shape (rows,): their cutoffs.
    model
        The champion.
    heard
        When each activity type was heard of last, and today's words that were not taught.
    calibration
        Of the predictions that have matured.
    settings
        Sizes, rate and redraws.
    """
    binning = model.evidence.binning
    marked = moved_by_time(both, cutoff, model, settings.seed)
    score = columns.of_score(both.margin, both.now)
    asked = [
        score,
        *columns.of_features(model.catalog, binning, binning.codes(both.values), marked),
    ]
    at = int(cutoff[both.now].max(initial=0))
    return Watched(
        compared=compared(both, cutoff, at),
        drift=drift(both, asked, [score], settings),
        volumes=volumes(both, heard[0], at, settings),
        unseen=unseen(both, model.catalog, heard[1], settings),
        calibration=calibration,
        model=model.fingerprint,
    )


def moved_by_time(both: Both, cutoff: Moments, model: Artifact, seed: int) -> NDArray[np.bool_]:
    """Mark the features that all leads of a moment share: shape (features,)."""
    then = np.flatnonzero(~both.now)
    rows = TrainingSet(
        both.values[then],
        np.zeros(len(then)),
        both.unit[then],
        cutoff[then],
        model.catalog.names,
        model.catalog.categorical,
    )
    if not rows.has_time_order:
        return np.zeros(len(model.catalog.names), np.bool_)
    return time_proxies.clocks(rows.take(scorecard.draw_leads(rows.lead, _CLOCK_ROWS, seed)), seed)


def compared(both: Both, cutoff: Moments, at: int) -> Compared:
    """Count what is compared."""
    then = ~both.now
    some = bool(then.any())
    return Compared(
        at=at,
        leads=int(both.now.sum()),
        units=len(np.unique(both.unit[both.now])),
        reference_rows=int(then.sum()),
        reference_units=len(np.unique(both.unit[then])),
        reference_from=int(cutoff[then].min()) if some else 0,
        reference_to=int(cutoff[then].max()) if some else 0,
        left_out=match(both, np.ones(len(both), np.bool_)).left_out,
    )
