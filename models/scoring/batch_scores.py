"""Scores of many leads, column by column.

Decided here: for every lead base probability + shown reasons + remainder = probability; the
remainder is the sum of all contributions that are not shown. Sentences are rendered on request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.wording.sentences import Language
from models.explain.concepts import Concepts
from models.explain.reasons import Reason, reason_sentence, sentences
from models.explain.selected_reasons import SelectedReasons
from models.model.reference import BANDS
from models.stats.training_set import Floats

RANKING_FACTS: Final = "mikomi.ranking"
"""The key under which a Parquet file of a ranking states its target, moment and model."""


@dataclass(frozen=True)
class Scores:
    """Scored leads, in the order of the feature frame.

    Attributes
    ----------
    keys
        `lead_id`, `cutoff`.
    margin
        Shape (rows,): additive log-odds before calibration.
    probability
        Shape (rows,): calibrated.
    probability_low, probability_high
        Shape (rows,): the interval of the probability, see `models.model.interval`.
    sufficient
        Shape (rows,): whether the evidence is sufficient for a useful interval.
    score
        Shape (rows,): percent of the reference population that the lead ranks above.
    band_code
        Shape (rows,): positions in `models.model.reference.BANDS`.
    base_probability
        The probability at the base margin, from which reasons start.
    selected
        The reasons shown.
    catalog
        The features.
    concepts
        The concepts of the features.
    """

    keys: pd.DataFrame
    margin: Floats
    probability: Floats
    probability_low: Floats
    probability_high: Floats
    sufficient: NDArray[np.bool_]
    score: Floats
    band_code: NDArray[np.int8]
    base_probability: float
    selected: SelectedReasons
    catalog: Catalog
    concepts: Concepts

    def __len__(self) -> int:
        """Count the leads."""
        return len(self.probability)

    @property
    def band(self) -> NDArray[np.str_]:
        """Shape (rows,): hot, warm or cold."""
        return np.array(BANDS)[self.band_code]

    @property
    def remainder(self) -> Floats:
        """Shape (rows,): the part of the probability that no shown reason explains."""
        shown = self.selected.contribution.sum(axis=1)
        return np.asarray(self.probability - self.base_probability - shown)

    def reasons_of(self, row: int) -> list[Reason]:
        """Return the reasons of one lead: those for it, strongest first, then those against it."""
        selected = self.selected
        return [
            Reason(
                code=self.concepts.codes[int(selected.concept[row, place])],
                label=self.concepts.labels[int(selected.concept[row, place])],
                feature=self.catalog.names[int(selected.feature[row, place])],
                contribution=float(selected.contribution[row, place]),
                sentence=reason_sentence(
                    self.catalog,
                    self.concepts,
                    int(selected.feature[row, place]),
                    float(selected.value[row, place]),
                ),
                leads=int(selected.leads[row, place]),
                converted_leads=int(selected.converted_leads[row, place]),
            )
            for place in np.flatnonzero(selected.concept[row] >= 0).tolist()
        ]

    def to_frame(self, languages: Sequence[Language] = ("ja", "en")) -> pd.DataFrame:
        """Make a table with one row per lead.

        Parameters
        ----------
        languages
            The languages of the sentences.

        Returns
        -------
        Columns `lead_id`, `cutoff`, `probability`, `probability_low`, `probability_high`,
        `sufficient_evidence`, `score`, `band`, `base_probability`, `remainder`, and lists of equal
        length: `reason_codes`, `reason_contributions`, `reason_leads`, `reason_converted_leads`,
        and `reasons_<language>` for each language.
        """
        there = self.selected.concept >= 0
        lists = {name: _lists(cells, there) for name, cells in self.of_reasons(languages).items()}
        return self.keys.reset_index(drop=True).assign(**self.of_leads(), **lists)

    def of_leads(self) -> dict[str, NDArray[Any]]:
        """Return the columns of every lead, without its keys: shape (rows,) each."""
        return {
            "probability": self.probability,
            "probability_low": self.probability_low,
            "probability_high": self.probability_high,
            "sufficient_evidence": self.sufficient,
            "score": self.score,
            "band": self.band,
            "base_probability": np.full(len(self), self.base_probability),
            "remainder": self.remainder,
        }

    def of_reasons(self, languages: Sequence[Language] = ("ja", "en")) -> dict[str, NDArray[Any]]:
        """Return the columns of every reason, in the given languages: shape (rows, places) each."""
        selected = self.selected
        codes = np.array([*self.concepts.codes, ""], dtype=np.object_)[selected.concept]
        return {
            "reason_codes": codes,
            "reason_contributions": selected.contribution,
            "reason_leads": selected.leads,
            "reason_converted_leads": selected.converted_leads,
        } | {f"reasons_{language}": self.sentences(language) for language in languages}

    def sentences(self, language: Language) -> NDArray[np.object_]:
        """Render the reasons of all leads: shape (rows, places); "" where there is none."""
        return sentences(self.selected, self.catalog, self.concepts, language)


def _lists(cells: NDArray[np.generic], there: NDArray[np.bool_]) -> pd.Series:
    """Collect the present cells of every row in a list."""
    flat = cells[there].tolist()
    ends = np.cumsum(there.sum(axis=1)).tolist()
    starts = [0, *ends[:-1]] if ends else []
    lists = [flat[start:end] for start, end in zip(starts, ends, strict=True)]
    return pd.Series(lists, dtype=object)
