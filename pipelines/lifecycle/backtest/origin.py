"""One origin of a back-test: learn the catalog, fit every method, store what each answers.

Decided here: everything is learned anew from what was known at the origin, the catalog included, so
that no later type or category reaches back. The answers of one method at one origin are a file,
named after what they depend on; a file that is there is not made again. An origin is one task, so
origins can be worked on side by side; trees are grown by one thread, whoever else is at work.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build, learn_catalog
from features.build import FeatureFrame
from features.catalog.catalog import Catalog, CatalogSettings
from features.labels import Target
from features.timeline import from_moments
from models.baselines import baselines
from models.baselines.baselines import BASELINES, INCUMBENT, Baseline
from models.evaluation.evaluation import MODEL
from models.evaluation.from_catalog import recency
from models.lifecycle.origins import Origin, day_of
from models.model import points
from models.model.points import Points
from models.stats.follow_up import ObservedRows
from models.stats.training_set import Floats, TrainingSet, Values
from models.training import fit_model
from models.training.time import newest_rows
from pipelines.incumbent.score_history import LeadScores
from pipelines.lifecycle.backtest import labelled_snapshots
from pipelines.lifecycle.backtest.labelled_snapshots import Known
from pipelines.run.params import TrainParams
from pipelines.stages.featurize import labels_of, sources_of
from pipelines.storage import partitions
from pipelines.storage.accounts import account_codes
from pipelines.storage.atomic import fingerprint, replacing

METHODS: Final = (MODEL, *BASELINES, INCUMBENT)
Answer = Callable[[Values], Floats]


@dataclass(frozen=True)
class Course:
    """What every origin is worked on with; it can be sent to another process.

    Attributes
    ----------
    tables, snapshots
        Where they lie.
    into
        Where the answers are stored.
    target, embargo
        What is predicted; microseconds from a cutoff until it may teach.
    features, train
        How the catalog is learned, and how models are trained.
    origins
        All origins.
    data
        Fingerprint of tables, snapshots and code.
    incumbent
        The score in use, with the fingerprint of its file; None without one.
    words
        The file of word lists.
    """

    tables: Path
    snapshots: Path
    into: Path
    target: Target
    embargo: int
    features: CatalogSettings
    train: TrainParams
    origins: tuple[Origin, ...]
    data: str
    incumbent: tuple[LeadScores, str] | None = None
    words: str = ""

    def place(self, origin: Origin, method: str) -> Path:
        """Return the file of the answers of a method at an origin.

        Parameters
        ----------
        origin
            A moment of training.
        method
            The model or a baseline.
        """
        made_from = [self.data, origin.at, origin.until, method, self.embargo, self.features]
        made_from += [self.words] if self.words else []
        if method in (MODEL, "points"):
            table = self.train.points
            made_from.append(Path(table).read_text("utf-8") if table else None)
        if method == MODEL:
            made_from.append(self.train)
        if method == INCUMBENT:
            made_from.append(None if self.incumbent is None else self.incumbent[1])
        key = fingerprint(*(str(one) for one in made_from))
        return self.into / f"{day_of(origin.at)}-{method}-{key[:16]}.parquet"


def work(number: int, course: Course) -> int:
    """Compute what is missing of one origin; return how many files were written.

    Parameters
    ----------
    number
        The position of the origin.
    course
        What every origin is worked on with.
    """
    origin = course.origins[number]
    missing = [name for name in METHODS if not course.place(origin, name).is_file()]
    if not missing:
        return 0
    positions, answered_rows, fitters = _prepared(course, origin)
    for name in missing:
        answers = np.zeros(0) if name not in fitters else fitters[name]()(answered_rows)
        rows = positions if len(answers) else positions[:0]
        with replacing(course.place(origin, name)) as fresh:
            pd.DataFrame({"row": rows, "probability": answers}).to_parquet(fresh)
    return len(missing)


def answers(course: Course, origin: Origin, method: str) -> pd.Series:
    """Read the answers of a method at an origin: row number -> probability; maybe none.

    Parameters
    ----------
    course
        What every origin is worked on with.
    origin
        A moment of training.
    method
        The model or a baseline.
    """
    read = pd.read_parquet(course.place(origin, method))
    return pd.Series(read["probability"].to_numpy(), index=read["row"].to_numpy())


def _prepared(
    course: Course, origin: Origin
) -> tuple[NDArray[np.intp], Values, dict[str, Callable[[], Answer]]]:
    """Return the numbers and values of the rows to score, and a fitter for each method."""
    known = labelled_snapshots.read(course.tables, course.snapshots, course.target, course.embargo)
    label = known.labels_at(origin.at)
    teaches = ~np.isnan(label)
    cutoff = known.cutoff
    answered_rows = (cutoff >= origin.at) & (cutoff < origin.until)
    last = int(cutoff[teaches].max())
    young = (cutoff > last) & (cutoff < origin.at)
    frame, row = _frame(course, known, teaches | young | answered_rows, label)
    account = account_codes(course.tables, frame.keys["lead_id"])
    whole = TrainingSet.from_frame(frame, np.where(teaches[row], label[row], 0.0), account)
    answered, follow_up = whole.take(answered_rows[row]), known.follow_up_at(origin.at).take(row)
    observed = [
        ObservedRows(whole.take(these[row]), follow_up.take(these[row]))
        for these in (teaches, young)
    ]
    ways = _fitters(course, frame.catalog, observed)
    if course.incumbent is not None and 0 < observed[0].rows.conversions < len(observed[0].rows):
        score = course.incumbent[0].at(frame.keys)
        sides = score[teaches[row]], score[answered_rows[row]]
        ways[INCUMBENT] = partial(_by_score, *sides, observed[0].rows.label)
    return row[answered_rows[row]], answered.values, ways  # noqa: PD011 - not a frame of pandas


def _by_score(learning: Floats, answered: Floats, label: Floats) -> Answer:
    """Fit the score in use; its answers depend on the rows' own scores, not on features."""
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    fitted = learned.by_score(learning, label)
    return lambda _values: fitted.probability(learned.as_values(answered))


def _frame(
    course: Course, known: Known, wanted: NDArray[np.bool_], label: Floats
) -> tuple[FeatureFrame, NDArray[np.intp]]:
    """Build the features of some snapshots by what their labels teach; give their numbers too."""
    count = partitions.count(course.tables)
    until = int(known.cutoff[~np.isnan(label)].max())
    parts = (partitions.read(course.tables, part) for part in range(count))
    last = pd.DataFrame({"cutoff": from_moments(np.array([until]))})
    manifest = partitions.manifest(course.tables)
    words, zone = labels_of(manifest.labels), manifest.values_reading.zone
    examples = known.snapshots[["lead_id", "cutoff"]].assign(label=label)[~np.isnan(label)]
    texts = sources_of(course.tables, course.words, examples)
    catalog = learn_catalog.learn(parts, last, course.features, words, zone, texts)
    keys, values, numbers = [], [], []
    for part in range(count):
        mine = np.flatnonzero(wanted & (known.snapshots["part"] == part).to_numpy())
        rows = known.snapshots.iloc[mine].reset_index(drop=True)
        read = partitions.read_for_features(course.tables, part, catalog)
        made = build.build(read, rows, catalog)
        keys.append(made.keys)
        values.append(made.values)
        numbers.append(mine)
    frame = FeatureFrame(pd.concat(keys, ignore_index=True), np.concatenate(values), catalog)
    return frame, np.concatenate(numbers)


def _fitters(
    course: Course, catalog: Catalog, observed: list[ObservedRows]
) -> dict[str, Callable[[], Answer]]:
    """Return a fitter for every method that the rows allow: the training rows, then the newest."""
    learning = observed[0].rows
    train = replace(course.train, booster=replace(course.train.booster, threads=1))
    points = points_of_the_day(train.points, catalog)
    ways = baselines.fitters(learning, points, recency(catalog), train.seed)

    def fitted_model() -> Answer:
        model = fit_model.fit(learning, train, points, train.seed)
        return newest_rows.teach(
            model, observed[0], observed[1], course.target.horizon_days
        ).probability

    return {MODEL: fitted_model} | {name: partial(_fitted, way) for name, way in ways.items()}


def points_of_the_day(path: str | None, catalog: Catalog) -> Points | None:
    """Read the sales team's table without the rules on what too few leads had done by then.

    Parameters
    ----------
    path
        The points file; None if there is none.
    catalog
        The catalog that was learned at the origin.
    """
    if path is None:
        return None
    table = points.load(Path(path))
    there = tuple(line for line in table.rules if line.feature in catalog.names)
    return points.resolve(table.model_copy(update={"rules": there}), catalog)


def _fitted(way: Callable[[], Baseline]) -> Answer:
    return way().probability
