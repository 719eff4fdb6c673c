"""Data sets with a history: from tables to training and test sets, through `features.build`.

Decided here: BPI 2012 is split as its published question says (applications of the first 70 % of
time teach, the later ones judge; no embargo, so that the figures compare). The sample company keeps
the embargo, and its true probabilities give the best AUC that any model could have.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.quality.datasets import DATASETS, Dataset
from features import build, labels, learn_catalog, snapshots
from features.catalog.catalog import Catalog, CatalogSettings
from features.tables import Tables
from features.words.learn import TextSources
from models.model import points
from models.model.points import Points
from models.stats import metrics
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff
from models.stats.training_set import Floats, Rows, TrainingSet
from pipelines.intake import ingest
from pipelines.sample import answers, company
from pipelines.sample.company import SampleCompany
from pipelines.storage import partitions

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MAPPING = EXAMPLES / "bpic2012" / "mapping.yaml"
TABLES = {
    "good": Path(__file__).resolve().parents[1] / "points" / "good.yaml",
    "coarse": EXAMPLES / "sample" / "scorecard.yaml",
    "wrong": Path(__file__).resolve().parents[1] / "points" / "wrong.yaml",
}
"""Points tables of the sample company; the coarse one is that of the demo."""
BPI_UNTIL = pd.Timestamp("2012-03-14T15:05:00Z")
BPI_AGES_HOURS = (1.0, 24.0, 72.0, 168.0, 336.0, 504.0)
BPI_BARS = {1: 0.693, 24: 0.681, 72: 0.670, 168: 0.697, 336: 0.796, 504: 0.815}
"""AUC of near-default LightGBM on quick features, one model an age in hours."""

SAMPLE_LEADS = 20_000


def bpic2012() -> Dataset:
    """Approved within 30 days, asked at six ages while undecided; one model over all ages."""
    with TemporaryDirectory() as folder:
        ingest.ingest(MAPPING, Path(folder) / "store")
        tables = partitions.read_all(Path(folder) / "store")
    rule = snapshots.CohortRule(every_days=None, early_age_hours=BPI_AGES_HOURS, until_decided=True)
    rows = snapshots.draw(tables, rule, BPI_UNTIL)
    label = labels.attach(rows, tables.outcomes, labels.Target(horizon_days=30.0), BPI_UNTIL)
    matured = label.notna()
    rows, label = rows[matured].reset_index(drop=True), label[matured].reset_index(drop=True)
    created = rows["lead_id"].map(tables.leads.set_index("lead_id")["created_at"])
    border = created.min() + 0.7 * (created.max() - created.min())
    taught = (created < border).to_numpy()
    whole = _built(tables, rows, label, np.flatnonzero(taught), (1.0, 3.0, 7.0, 30.0))
    age = ((rows["cutoff"] - created) / pd.Timedelta(hours=1)).round().to_numpy(np.int64)
    parts = {f"auc_{hours}h": age[~taught] == hours for hours in BPI_BARS}
    learning, test = whole.take(taught), whole.take(~taught)
    return Dataset("bpic2012", learning, test, parts=parts, horizon_days=30.0)


@dataclass(frozen=True)
class Known:
    """A sample company's rows, and what is true of them.

    Attributes
    ----------
    rows, test
        To learn from, and to judge by.
    catalog
        The catalog of their columns.
    made
        The company.
    taught, judged
        Keys of the rows and of the test.
    """

    rows: TrainingSet
    test: TrainingSet
    catalog: Catalog
    made: SampleCompany
    taught: pd.DataFrame
    judged: pd.DataFrame

    @property
    def points(self) -> Points:
        """The sales team's points."""
        return self.points_of("coarse")

    def points_of(self, table: str) -> Points:
        """Resolve one of the `TABLES`."""
        return points.resolve(points.read(TABLES[table].read_text("utf-8")), self.catalog)

    @cached_property
    def truth(self) -> Floats:
        """The test's true probabilities, given what can be seen."""
        return self._true(self.judged)

    @cached_property
    def taught_truth(self) -> Floats:
        """The true probabilities of the rows to learn from."""
        return self._true(self.taught)

    def _true(self, keys: pd.DataFrame) -> Floats:
        return answers.truth_at(self.made, keys)["probability_given_seen"].to_numpy()


def sample() -> Dataset:
    """Won within 90 days at the sample company; whole-lead draws, an embargo before the test."""
    known = known_company(SAMPLE_LEADS)
    limit = metrics.auc(label=known.test.label, probability=known.truth)
    return Dataset("sample", known.rows, known.test, limit=limit)


def known_company(
    leads: int, seed: int = 7, months: int = 24, *, committees: bool = False
) -> Known:
    """Make a company, and the snapshots of its history.

    Parameters
    ----------
    leads, seed, months, committees
        Of `SampleSettings`.
    """
    settings = company.SampleSettings(leads, seed, months, committees=committees)
    made = company.make(settings)
    tables = made.tables()
    until = pd.Timestamp(made.ends_at, unit="us", tz="UTC")
    rule = snapshots.CohortRule(every_days=28.0, early_age_hours=(24.0,))
    rows = snapshots.draw(tables, rule, until)
    label = labels.attach(rows, tables.outcomes, labels.Target(horizon_days=90.0), until)
    matured = label.notna()
    rows, label = rows[matured].reset_index(drop=True), label[matured].reset_index(drop=True)
    split = split_by_cutoff(rows["cutoff"].astype("int64").to_numpy(), SplitSettings())
    taught, judged = rows.iloc[split.learning], rows.iloc[split.test]
    catalog = _catalog(
        tables, taught, (1.0, 7.0, 30.0, 90.0), rows.assign(label=label).iloc[split.train]
    )
    account = made.people.account[made.lead_ids.get_indexer(pd.Index(rows["lead_id"]))]
    whole = TrainingSet.from_frame(build.build(tables, rows, catalog), label, account)
    parts = whole.take(split.learning), whole.take(split.test)
    return Known(*parts, catalog, made, taught, judged)


def _catalog(
    tables: Tables,
    taught: pd.DataFrame,
    windows_days: tuple[float, ...],
    examples: pd.DataFrame | None = None,
) -> Catalog:
    settings = CatalogSettings(windows_days=windows_days)
    return learn_catalog.learn(tables, taught, settings, texts=TextSources(examples=examples))


def _built(
    tables: Tables,
    rows: pd.DataFrame,
    label: pd.Series,
    taught: Rows,
    windows_days: tuple[float, ...],
) -> TrainingSet:
    catalog = _catalog(tables, rows.iloc[taught], windows_days)
    return TrainingSet.from_frame(build.build(tables, rows, catalog), label)


ALL = DATASETS | {"bpic2012": bpic2012, "sample": sample}
