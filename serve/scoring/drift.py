"""Drift: how often the features of scored leads fall into each bin of the training data.

Decided here: the reference is the evidence of the artifact, which counts training snapshots bin by
bin. The 20 features whose bins separate conversions best are watched, in one answer of 16: that
costs a request a few microseconds at most. The task that follows the model takes the counts to the
metrics. The number of a bin identifies nobody.
"""

from threading import Lock
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.artifact.artifact import Artifact
from models.explain.proof.evidence import Evidence

WATCHED: Final = 20
EVERY: Final = 16


class BinCount(NamedTuple):
    """How often a bin of a feature occurred, and its share among training snapshots."""

    feature: str
    code: int
    came: int
    share: float


class Drift:
    """Counts the bins of the features of one model, answer by answer."""

    def __init__(self, artifact: Artifact) -> None:
        evidence = artifact.evidence
        self._binning = evidence.binning
        self._watched = watched(evidence)
        self._names = [artifact.catalog.names[n] for n in self._watched]
        self._shares = [_shares(evidence, n) for n in self._watched]
        self._starts = self._binning.starts[self._watched]
        self._counts = np.zeros(int(self._binning.starts[-1]), np.int64)
        self._taken = self._counts.copy()
        self._answers = 0
        self._lock = Lock()

    def see(self, values: NDArray[np.float32]) -> None:
        """Count the bins of an answer's features, shape (1, features), once in `EVERY` answers.

        The first answer is counted, so that little traffic shows too.
        """
        self._answers += 1
        if self._answers % EVERY == 1:
            codes = self._binning.codes(values)[self._watched, 0]
            with self._lock:
                self._counts[self._starts + codes] += 1

    def take(self) -> list[BinCount]:
        """Return the counts since the last call, without bins that did not occur."""
        with self._lock:
            fresh = self._counts - self._taken
            self._taken = self._counts.copy()
        return [
            BinCount(name, n, int(fresh[start + n]), float(share))
            for name, start, shares in zip(self._names, self._starts, self._shares, strict=True)
            for n, share in enumerate(shares)
            if fresh[start + n]
        ]

    def reference(self) -> list[BinCount]:
        """Return every watched bin with its share among training snapshots."""
        return [
            BinCount(name, n, 0, float(share))
            for name, shares in zip(self._names, self._shares, strict=True)
            for n, share in enumerate(shares)
        ]


def watched(evidence: Evidence) -> NDArray[np.int64]:
    """Return the features whose bins separate conversions best, in the order of the catalog."""
    base = evidence.conversions.sum() / max(1, evidence.snapshots.sum())
    apart = np.abs(evidence.conversions - base * evidence.snapshots)
    separation = np.add.reduceat(apart, evidence.binning.starts[:-1])
    return np.sort(np.argsort(-separation, kind="stable")[:WATCHED]).astype(np.int64)


def _shares(evidence: Evidence, feature: int) -> NDArray[np.float64]:
    own = slice(*evidence.binning.starts[feature : feature + 2])
    snapshots = evidence.snapshots[own]
    return np.asarray(snapshots / max(1, snapshots.sum()), dtype=np.float64)
