"""What texts are worth: the information planted in them, how much is recovered, what reading costs.

    python -m benchmarks.quality.words [--leads 10000 20000] [--seeds 7 23]

Decided here: the sample company knows the true probability of every snapshot with and without what
its texts let show. Planted is the expected log loss without them less that with them; recovered is
the same of two models, one with the features of the view `words` and one without, judged by the
truth, so that no luck of the test is in the figures. How much a reader without a fault could give
is measured by a third model, which has what the texts add to the log-odds as one column, to the
last digit: what it misses, no reading of texts can recover from these rows. A text of 2,000
characters is read as a handler reads it: from the bytes of its record to the terms, as the
difference of one coding with the text and one without.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import harness
from benchmarks.quality import dated
from features.catalog.catalog import Vocabulary
from features.encoders.codebook import Codebook
from features.encoders.from_json import WrittenActivities
from features.kernel.inputs import Matrix
from features.words.candidates import words_of
from features.words.intents import INTENTS
from features.words.matcher import WordMatcher
from models.model.settings import TrainSettings
from models.stats.log_odds import logit
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model
from pipelines.sample import answers
from pipelines.sample.facets import intents, texts

LEADS: Final = (10_000, 20_000)
SEEDS: Final = (7, 23)
ROUNDS: Final = 2_000
LENGTH: Final = 2_000
JAPANESE: Final = (
    "お世話になっております。先日のお打ち合わせの件、社内で比較検討を進めております。"
    "予算は来期に確保する予定ですが、稟議に時間がかかりそうです。\n他社の見積もりも確認しています。"
)
ENGLISH: Final = (
    "Thank you for the demo last week. We are comparing you with another vendor, "
    "and our budget has to be approved by the board meeting next month.\n"
)
EXACT: Final = "what_the_texts_add"
Facts = dict[str, Any]


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.words")
    parser.add_argument("--leads", type=int, nargs="+", default=LEADS)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args(arguments)
    speed = reading()
    print(speed, flush=True)
    companies: list[Facts] = []
    for leads in options.leads:
        for seed in options.seeds:
            companies.append(measure(leads, seed))
            print(companies[-1], flush=True)
    sizes = {str(leads): shares(companies, leads) for leads in options.leads}
    result = {"sizes": sizes, "companies": companies, "read": speed}
    print(harness.write("words", result, "numpy", "lightgbm"))


def shares(companies: Sequence[Facts], leads: int) -> dict[str, float]:
    """Return which part of what is planted is recovered, over all companies of a size.

    Parameters
    ----------
    companies
        What `measure` returns.
    leads
        The size.
    """
    own = [one for one in companies if one["leads"] == leads]
    planted, recovered, exact = (
        sum(one[name] for one in own) for name in ("planted", "recovered", "recovered_by_exact")
    )
    return {"share": recovered / planted, "share_of_exact": exact / planted}


def measure(leads: int, seed: int) -> Facts:
    """Measure one company: what is planted, what models recover, which words are learned.

    Parameters
    ----------
    leads, seed
        Of the sample company.
    """
    known = dated.known_company(leads, seed)
    blind, taught_blind = (_blind(known, keys) for keys in (known.judged, known.taught))
    of_words = np.array([one.view == "words" for one in known.catalog.features])
    none = _of_columns(known.rows, ~of_words), _of_columns(known.test, ~of_words)
    exact = (
        _beside(none[0], logit(known.taught_truth) - logit(taught_blind)),
        _beside(none[1], logit(known.truth) - logit(blind)),
    )
    loss = {
        "limit": expected_log_loss(known.truth, known.truth),
        "with_words": expected_log_loss(known.truth, _fitted(known, known.rows, known.test)),
        "without_words": expected_log_loss(known.truth, _fitted(known, *none)),
        "with_exact": expected_log_loss(known.truth, _fitted(known, *exact)),
    }
    learned = [term for term in known.catalog.vocabulary.terms if term not in INTENTS]
    return {
        "leads": leads,
        "seed": seed,
        "rows": len(known.rows),
        "converted_rows": known.rows.conversions,
        "log_loss": loss,
        "planted": expected_log_loss(known.truth, blind) - loss["limit"],
        "recovered": loss["without_words"] - loss["with_words"],
        "recovered_by_exact": loss["without_words"] - loss["with_exact"],
        "learned_words": learned,
        "words_of_noise": sorted(set(learned) & noise()),
    }


def expected_log_loss(truth: Floats, predicted: Floats) -> float:
    """Return the log loss that is expected when every row converts by its true probability."""
    return float(-(truth * np.log(predicted) + (1.0 - truth) * np.log1p(-predicted)).mean())


def noise() -> set[str]:
    """Return the words that stand in texts of noise alone."""
    none = WordMatcher({})
    lists = list(texts.FLAT), [way for ways in intents.TEXTS.values() for way in ways]
    plain, telling = ({w for text in ways for w in words_of(text, none)[0]} for ways in lists)
    return plain - telling


def reading() -> dict[str, float]:
    """Measure the median of reading a long text in the handler, in microseconds."""
    vocabulary = Vocabulary(("inquiry",), terms={code: one.words for code, one in INTENTS.items()})
    reader = WrittenActivities(Codebook(vocabulary))
    bare = WrittenActivities(Codebook(replace(vocabulary, terms={})))
    return {
        f"{name}_us": _median(reader, sentence) - _median(bare, "")
        for name, sentence in (("japanese", JAPANESE), ("english", ENGLISH))
    }


def _median(reader: WrittenActivities, sentence: str) -> float:
    text = (sentence * LENGTH)[:LENGTH] if sentence else None
    record = {"activity_type": "inquiry", "occurred_at": "2026-01-05T00:00:00Z", "text": text}
    written = json.dumps([record], ensure_ascii=False).encode()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        reader.coded(written)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def _blind(known: dated.Known, keys: pd.DataFrame) -> Floats:
    """Return the true probabilities of one who reads no text."""
    truth = answers.truth_at(known.made, keys)
    return truth["probability_given_seen_without_texts"].to_numpy()


def _fitted(known: dated.Known, rows: TrainingSet, test: TrainingSet) -> Floats:
    model = fit_model.fit(rows, TrainSettings(), points=known.points_of("coarse"), seed=7)
    probability: Floats = model.probability(test.values)
    return probability


def _of_columns(rows: TrainingSet, wanted: NDArray[np.bool_]) -> TrainingSet:
    """Return the rows with some of the columns."""
    names = np.array(rows.names)[wanted].tolist()
    return _with(rows, _matrix(rows)[:, wanted], names, rows.categorical[wanted])


def _beside(rows: TrainingSet, column: Floats) -> TrainingSet:
    """Return the rows with one column more."""
    values = np.column_stack([_matrix(rows), column.astype(np.float32)])
    return _with(rows, values, (*rows.names, EXACT), np.append(rows.categorical, False))


def _matrix(rows: TrainingSet) -> Matrix:
    return rows.values  # noqa: PD011 - no pandas


def _with(
    rows: TrainingSet, values: Matrix, names: Iterable[str], categorical: NDArray[np.bool_]
) -> TrainingSet:
    own = np.ascontiguousarray(values)
    return replace(rows, values=own, names=tuple(names), categorical=categorical)


if __name__ == "__main__":
    main(sys.argv[1:])
