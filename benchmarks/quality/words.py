"""What texts are worth: the information planted in them, how much is recovered, what reading costs.

    python -m benchmarks.quality.words

Decided here: the sample company knows the true probability of every snapshot with and without what
its texts let show. Planted is the expected log loss without them less that with them; recovered is
the same of two models, one with the features of the view `words` and one without, judged by the
truth, so that no luck of the test is in the figures. A text of 2,000 characters is read as a
handler reads it: from the bytes of its record to the terms, as the difference of one coding with
the text and one without.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks import harness
from benchmarks.quality import dated
from features.catalog.catalog import Vocabulary
from features.encoders.codebook import Codebook
from features.encoders.from_json import WrittenActivities
from features.words.candidates import words_of
from features.words.intents import INTENTS
from features.words.matcher import WordMatcher
from models.model.settings import BoosterSettings, ScorecardSettings, TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model
from pipelines.sample import answers
from pipelines.sample.facets import intents, texts

LEADS: Final = 10_000
SEEDS: Final = (7,)
ROUNDS: Final = 2_000
LENGTH: Final = 2_000
SETTINGS: Final = TrainSettings(
    folds=2,
    scorecard=ScorecardSettings(penalties=(3000.0, 300.0)),
    booster=BoosterSettings(max_trees=60, patience=15, learning_rate=0.1),
)
"""Two folds and few trees: two models of 68,000 rows are trained for each company."""
JAPANESE: Final = (
    "お世話になっております。先日のお打ち合わせの件、社内で比較検討を進めております。"
    "予算は来期に確保する予定ですが、稟議に時間がかかりそうです。\n他社の見積もりも確認しています。"
)
ENGLISH: Final = (
    "Thank you for the demo last week. We are comparing you with another vendor, "
    "and our budget has to be approved by the board meeting next month.\n"
)
Facts = dict[str, float]


def main(arguments: list[str]) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.words")
    parser.add_argument("--leads", type=int, default=LEADS)
    leads = parser.parse_args(arguments).leads
    speed = reading()
    print(speed, flush=True)
    companies = []
    for seed in SEEDS:
        companies.append(measure(leads, seed))
        print(companies[-1], flush=True)
    planted, recovered = (
        sum(float(str(one[name])) for one in companies) for name in ("planted", "recovered")
    )
    result = {"leads": leads, "companies": companies, "share": recovered / planted, "read": speed}
    print(harness.write("words", result, "numpy", "lightgbm"))


def measure(leads: int, seed: int) -> dict[str, object]:
    """Measure one company: what is planted, what two models recover, which words are learned."""
    known = dated.known_company(leads, seed)
    truth = answers.truth_at(known.made, known.judged)
    blind = truth["probability_given_seen_without_texts"].to_numpy()
    with_words = expected_log_loss(known.truth, _fitted(known, known.rows, known.test))
    is_word = np.array([one.view == "words" for one in known.catalog.features])
    without_words = expected_log_loss(known.truth, _fitted(known, *_without(known, ~is_word)))
    limit = expected_log_loss(known.truth, known.truth)
    planted = expected_log_loss(known.truth, blind) - limit
    learned = [term for term in known.catalog.vocabulary.terms if term not in INTENTS]
    return {
        "seed": seed,
        "rows": len(known.rows),
        "converted_rows": known.rows.conversions,
        "log_loss": {"limit": limit, "with_words": with_words, "without_words": without_words},
        "planted": planted,
        "recovered": without_words - with_words,
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


def reading() -> Facts:
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


def _fitted(known: dated.Known, rows: TrainingSet, test: TrainingSet) -> Floats:
    model = fit_model.fit(rows, SETTINGS, points=known.points_of("coarse"), seed=SEEDS[0])
    probability: Floats = model.probability(test.values)
    return probability


def _without(known: dated.Known, wanted: np.ndarray) -> tuple[TrainingSet, TrainingSet]:
    """Return the rows without some columns."""
    rows, test = (
        replace(
            one,
            values=np.ascontiguousarray(one.values[:, wanted]),
            names=tuple(np.array(one.names)[wanted].tolist()),
            categorical=one.categorical[wanted],
        )
        for one in (known.rows, known.test)
    )
    return rows, test


if __name__ == "__main__":
    main(sys.argv[1:])
