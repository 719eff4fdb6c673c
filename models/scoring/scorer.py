"""The scorer: an artifact and a feature frame become probabilities, scores, bands and reasons.

Decided here: one lead and a million leads go through the same code, by ranges of rows, with the
same bits. No file is read or written, and no clock is read.
"""

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from features.errors import CatalogMismatch
from features.kernel.inputs import Integers
from models.artifact.artifact import Artifact
from models.explain.concepts import Concepts
from models.explain.contributions import Explainer
from models.explain.select_reasons import Base, Support, concept_points, packed_selection
from models.explain.selected_reasons import SelectedReasons
from models.explain.settings import ReasonSettings
from models.model.reference import BandMeasure
from models.model.settings import BandSettings
from models.scoring.batch_scores import Scores
from models.scoring.compiled_rows import (
    ScoreColumns,
    explain_and_score_lead,
    explain_and_score_rows,
    packed_curves,
    score_lead_row,
    score_rows,
)
from models.scoring.lead_score import LeadScore, SelectedReason, lead_score, room
from models.stats.training_set import Floats, Frame, Values

_CHUNK_ROWS = 8_192
_SELECTIONS = 4
_NO_KEYS = pd.DataFrame()


class Scorer:
    """Scores leads by one artifact; its state tables are made and checked at construction.

    Parameters
    ----------
    artifact
        The saved model with its catalog, reference and evidence.
    settings
        Which reasons are shown; missing means the defaults.
    """

    def __init__(self, artifact: Artifact, settings: ReasonSettings | None = None) -> None:
        self.artifact = artifact
        self.settings = settings or ReasonSettings()
        self.explainer = Explainer(artifact.model)
        self.concepts = Concepts.of(artifact.catalog, artifact.evidence.proven)
        self._base = Base.of(self.explainer.base_margin, artifact.model.calibration)
        self.base_probability = self._base.at
        model = artifact.model
        self._support = _support(artifact, self.concepts)
        self._packed = (
            packed_curves(model.calibration, model.interval, artifact.reference),
            self._selected_by(self.settings),
        )
        self._selection = lru_cache(_SELECTIONS)(self._selected_by)
        self._in_one = (self.explainer.packed, *self._packed)

    def score(self, frame: Frame, threads: int = 1) -> Scores:
        """Score all rows of a feature frame.

        Parameters
        ----------
        frame
            Features built with the artifact's catalog.
        threads
            Number of ranges of rows that are scored at once.

        Raises
        ------
        CatalogMismatch
            If the features were built with another catalog.
        """
        self._check(frame)
        return self.score_values(frame.values, frame.keys, threads)

    def score_values(
        self, values: Values, keys: pd.DataFrame | None = None, threads: int = 1
    ) -> Scores:
        """Score the rows of a matrix that was made with the artifact's catalog.

        Parameters
        ----------
        values
            Shape (rows, features), float32.
        keys
            `lead_id` and `cutoff` of the rows; missing if the caller has them.
        threads
            As for `score`.
        """
        values = np.ascontiguousarray(values, dtype=np.float32)
        scores = ScoreColumns.empty(len(values))
        selected = SelectedReasons.empty(len(values), self.settings.places)
        if len(values) <= _CHUNK_ROWS:
            self._write(values, scores, selected)
            return self._scores(keys, scores, selected)
        ranges = [
            (k, min(k + _CHUNK_ROWS, len(values))) for k in range(0, len(values), _CHUNK_ROWS)
        ]

        def work(own: tuple[int, int]) -> None:
            first, end = own
            self._write(values[first:end], scores.rows(first, end), selected.rows(first, end))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, ranges))
        return self._scores(keys, scores, selected)

    def score_lead(self, values: Values) -> LeadScore:
        """Score a single row, shape (1, features), C order: equal to `score_values`."""
        out = room(self.settings.places)
        if self.explainer.in_one:
            explain_and_score_lead(values, self._in_one, out)
        else:
            explained = self.explainer.explain(values)
            score_lead_row((values, explained.contributions), explained.margin, self._packed, out)
        return lead_score(out, self.base_probability)

    def reasons_of(self, values: Values, settings: ReasonSettings) -> list[SelectedReason]:
        """Select the reasons of a single row by other settings, such as a larger number.

        Parameters
        ----------
        values
            Shape (1, features), float32, C order.
        settings
            Which reasons are selected.
        """
        out, explained = room(settings.places), self.explainer.explain(values)
        packed = (self._packed[0], self._selection(settings))
        score_lead_row((values, explained.contributions), explained.margin, packed, out)
        return lead_score(out, self.base_probability).reasons

    def with_bands(self, bands: BandSettings, by: BandMeasure) -> "Scorer":
        """Return a scorer that cuts the bands elsewhere and is the same otherwise.

        Parameters
        ----------
        bands
            The thresholds.
        by
            Whether they are scores, or probabilities in percent.
        """
        other, model = copy(self), self.artifact.model
        reference = replace(self.artifact.reference, bands=bands, by=by)
        other.artifact = replace(self.artifact, reference=reference)
        curves = packed_curves(model.calibration, model.interval, reference)
        other._packed = (curves, self._packed[1])  # noqa: SLF001 - a copy of this one
        other._in_one = (self.explainer.packed, *other._packed)  # noqa: SLF001
        return other

    def concept_contributions(self, values: Values) -> Floats:
        """Compute the contribution of every concept as a probability: shape (rows, concepts).

        With the base probability they add up to the probability.
        """
        explained = self.explainer.explain(values)
        probability = self.artifact.model.calibration.probability(explained.margin)
        scored = (explained.margin, probability, self._base)
        return concept_points(
            explained.contributions, self.concepts.of_feature, len(self.concepts.codes), scored
        )

    def _selected_by(self, settings: ReasonSettings) -> Integers:
        return packed_selection(self.concepts.of_feature, self._support, settings, self._base)

    def _write(self, values: Values, scores: ScoreColumns, selected: SelectedReasons) -> None:
        """Write the scores and reasons of a range of rows."""
        if self.explainer.in_one:
            explain_and_score_rows(values, self._in_one, scores, selected)
            return
        explained = self.explainer.explain(values)
        scores.margin[:] = explained.margin
        score_rows((values, explained.contributions), self._packed, scores, selected)

    def _scores(
        self, keys: pd.DataFrame | None, scores: ScoreColumns, selected: SelectedReasons
    ) -> Scores:
        return Scores(
            keys=_NO_KEYS if keys is None else keys,
            margin=scores.margin,
            probability=scores.probability,
            probability_low=scores.low,
            probability_high=scores.high,
            sufficient=scores.sufficient,
            score=scores.score,
            band_code=scores.band_code,
            base_probability=self.base_probability,
            selected=selected,
            catalog=self.artifact.catalog,
            concepts=self.concepts,
        )

    def _check(self, frame: Frame) -> None:
        if frame.catalog is self.artifact.catalog:
            return
        if frame.catalog.fingerprint != self.artifact.catalog.fingerprint:
            raise CatalogMismatch.of(
                f"features of catalog {frame.catalog.fingerprint[:12]}",
                f"catalog {self.artifact.catalog.fingerprint[:12]}",
                "build the features with the catalog of the artifact",
            )


def _support(artifact: Artifact, concepts: Concepts) -> Support:
    evidence = artifact.evidence
    return Support(
        edges=evidence.binning.flat_edges,
        edge_starts=evidence.binning.edge_starts,
        starts=evidence.binning.starts,
        categorical=evidence.binning.categorical,
        leads=evidence.leads,
        converted_leads=evidence.converted_leads,
        proven=np.isin(np.array(concepts.codes), np.array(evidence.proven, dtype=np.str_)),
    )
