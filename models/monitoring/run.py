"""One run of the monitor: every family of checks on the same rows.

Decided here: time proxies are identified on the reference itself, by the rule of
`models.training.time.time_proxies`. Within segments only the score is compared, as a summary of all
changes there; features are compared among all open leads and among the new ones.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from features.timeline import Moments
from models.artifact.artifact import Artifact
from models.model import scorecard
from models.monitoring import columns
from models.monitoring.activities import volumes
from models.monitoring.age_matching import MonitoredRows, match
from models.monitoring.drift import drift
from models.monitoring.findings import ComparedSnapshots, MonitorReport
from models.monitoring.matured import Calibrated
from models.monitoring.settings import MonitorSettings
from models.monitoring.unknown_values import unknown_shares
from models.stats.training_set import TrainingSet
from models.training.time import time_proxies

_TIME_PROXY_ROWS = 5_000


def watch(
    both: MonitoredRows,
    cutoff: Moments,
    model: Artifact,
    heard: tuple[Mapping[str, int], Mapping[str, tuple[tuple[str, int], ...]]],
    calibration: Calibrated,
    settings: MonitorSettings,
) -> MonitorReport:
    """Run all checks of the monitor.

    Parameters
    ----------
    both
        Today's rows and the reference's.
    cutoff
        Shape (rows,): their cutoffs.
    model
        The champion.
    heard
        Activity type -> when its newest activity became known (microseconds); and attribute or
        `activity types` -> today's most frequent values outside the vocabulary, with their counts.
    calibration
        Of the predictions that have matured.
    settings
        Thresholds, rate and redraws.
    """
    binning = model.evidence.binning
    marked = moved_by_time(both, cutoff, model, settings.seed)
    score = columns.of_score(both.margin, both.now)
    compared_columns = [
        score,
        *columns.of_features(model.catalog, binning, binning.codes(both.values), marked),
    ]
    at = int(cutoff[both.now].max(initial=0))
    return MonitorReport(
        compared=compared(both, cutoff, at),
        drift=drift(both, compared_columns, [score], settings),
        volumes=volumes(both, heard[0], at, settings),
        unknown_values=unknown_shares(both, model.catalog, heard[1], settings),
        calibration=calibration,
        model=model.fingerprint,
    )


def moved_by_time(
    both: MonitoredRows, cutoff: Moments, model: Artifact, seed: int
) -> NDArray[np.bool_]:
    """Mark the features that all leads of a moment share.

    Parameters
    ----------
    both, cutoff
        Today's rows and the reference's, and their cutoffs; the reference alone is used.
    model
        The champion.
    seed
        Of the draw of rows.

    Returns
    -------
    Shape (features,): whether the feature is a time proxy; all False without time order.
    """
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
    return time_proxies.mark_proxies(
        rows.take(scorecard.draw_leads(rows.lead, _TIME_PROXY_ROWS, seed)), seed
    )


def compared(both: MonitoredRows, cutoff: Moments, at: int) -> ComparedSnapshots:
    """Count the rows and units that are compared, and date the reference.

    Parameters
    ----------
    both, cutoff
        Today's rows and the reference's, and their cutoffs.
    at
        Today's cutoff; microseconds.
    """
    then = ~both.now
    some = bool(then.any())
    return ComparedSnapshots(
        at=at,
        leads=int(both.now.sum()),
        units=len(np.unique(both.unit[both.now])),
        reference_rows=int(then.sum()),
        reference_units=len(np.unique(both.unit[then])),
        reference_from=int(cutoff[then].min()) if some else 0,
        reference_to=int(cutoff[then].max()) if some else 0,
        left_out=match(both, np.ones(len(both), np.bool_)).left_out,
    )
