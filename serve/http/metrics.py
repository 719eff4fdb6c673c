"""Metrics in the format of Prometheus.

Decided here: every process has a registry of its own; with several workers the library adds their
counts up through its files in PROMETHEUS_MULTIPROC_DIR. No label holds personal data.
"""

import os
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from serve.scoring.drift import BinCount
from serve.wire.responses import NOTHING_UNKNOWN, ScoreAnswer, Unknown

_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0)


class Metrics:
    """The metrics of one process."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        self._registry = own
        self._seconds = Histogram(
            "mikomi_request_seconds", "Time to answer", ["route"], registry=own, buckets=_SECONDS
        )
        self._requests = Counter(
            "mikomi_requests", "Requests answered", ["route", "method", "status"], registry=own
        )
        self._scores = Counter("mikomi_scores", "Leads scored", ["band", "model"], registry=own)
        self._probability = Histogram(
            "mikomi_probability", "Probabilities told", registry=own, buckets=_SHARES
        )
        self._tenths = Counter(
            "mikomi_score_tenth",
            "Leads scored by tenth of the score; each is a tenth of the reference population",
            ["model", "tenth"],
            registry=own,
        )
        self._strange = Counter(
            "mikomi_scores_unknown",
            "Leads scored with a word the model was not taught",
            registry=own,
        )
        self._unknown = Counter(
            "mikomi_unknown", "Words the model was not taught", ["kind"], registry=own
        )
        self._model = Gauge(
            "mikomi_model_version", "Version in use", registry=own, multiprocess_mode="max"
        )
        self._silent = Gauge(
            "mikomi_helper_silent",
            "Whether a process beside the server is silent",
            ["helper"],
            registry=own,
            multiprocess_mode="max",
        )
        self._behind = Gauge(
            "mikomi_ranking_behind_seconds",
            "For how long some lead of the ranking has been due",
            registry=own,
            multiprocess_mode="max",
        )
        self._log_failing = Gauge(
            "mikomi_receipts_failing",
            "Whether the log of answers cannot be written",
            registry=own,
            multiprocess_mode="max",
        )
        self._refused = Counter("mikomi_models_refused", "Broken models refused", registry=own)
        self._bins = Counter(
            "mikomi_feature_bin",
            "Answers looked at (one in 16) by the bin of a feature",
            ["model", "feature", "bin"],
            registry=own,
        )
        self._shares = Gauge(
            "mikomi_feature_bin_share",
            "Share of the bin among the snapshots of training",
            ["model", "feature", "bin"],
            registry=own,
            multiprocess_mode="max",
        )
        self._made: dict[Any, Any] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        route
            The pattern of its path.
        method, status
            Of the request and of its response.
        seconds
            How long the response took.
        """
        key = (route, method, status)
        if key not in self._made:
            counter = self._requests.labels(route, method, str(status))
            self._made[key] = (counter, self._seconds.labels(route))
        counter, histogram = self._made[key]
        counter.inc()
        histogram.observe(seconds)

    def scored(self, answer: ScoreAnswer) -> None:
        """Count the score of a lead."""
        key = (answer.band, answer.model.fingerprint)
        if key not in self._made:
            self._made[key] = self._scores.labels(answer.band, answer.model.fingerprint[:12])
        self._made[key].inc()
        self._tenth(answer).inc()
        self._probability.observe(answer.probability)
        if answer.unknown is not NOTHING_UNKNOWN:
            self._count_unknown(answer.unknown)

    def _count_unknown(self, unknown: Unknown) -> None:
        values = [n for counts in unknown.attribute_values.values() for n in counts.values()]
        sums = {
            "activity_type": sum(unknown.activity_types.values()),
            "attribute": sum(unknown.attributes.values()),
            "attribute_value": sum(values),
            "topic": sum(unknown.topics.values()),
            "direction": sum(unknown.directions.values()),
            "actor": sum(unknown.actors.values()),
            "owner": sum(unknown.owners.values()),
            "outcome": sum(unknown.outcomes.values()),
        }
        if any(sums.values()):
            self._strange.inc()
        for kind, count in sums.items():
            if count:
                self._unknown.labels(kind).inc(count)

    def _tenth(self, answer: ScoreAnswer) -> Counter:
        """Return the counter of the tenth of a score; 100 belongs to the last."""
        tenth = min(int(answer.score / 10.0), 9)
        key = (tenth, answer.model.fingerprint)
        if key not in self._made:
            self._made[key] = self._tenths.labels(answer.model.fingerprint[:12], str(tenth))
        made: Counter = self._made[key]
        return made

    def model(self, version: int | None) -> None:
        """Set the version of the model in use; none counts as 0."""
        self._model.set(version or 0)

    def drift(self, fingerprint: str, counted: list[BinCount]) -> None:
        """Count the answers by the bins of their features.

        Parameters
        ----------
        fingerprint
            Of the model that answered.
        counted
            New answers a bin, and the share of the bin in training.
        """
        for one in counted:
            labels = (fingerprint[:12], one.feature, str(one.code))
            self._bins.labels(*labels).inc(one.came)
            self._shares.labels(*labels).set(one.share)

    def helpers(self, silent: Mapping[str, bool]) -> None:
        """Set which processes beside the server are silent."""
        for name, is_silent in silent.items():
            self._silent.labels(name).set(float(is_silent))

    def ranking_behind(self, seconds: float) -> None:
        """Set for how long the ranking has been behind."""
        self._behind.set(seconds)

    def log_failing(self, *, failing: bool) -> None:
        """Set whether the log of answers cannot be written."""
        self._log_failing.set(float(failing))

    def model_refused(self) -> None:
        """Count a broken model that was refused."""
        self._refused.inc()

    def text(self) -> bytes:
        """Return the metrics of all workers as text."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return bytes(generate_latest(self._registry))
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return bytes(generate_latest(together))
