"""params.yaml -> frozen, strict types.

Decided here: which sections there are. A section is the settings class of the code that reads it,
so that a default is written once; a name that nobody reads is refused; a horizon is said once, in
`cohort`, and handed to all who need it. All faults are told at once.

    workspace   name of the folders under data/ and artifacts/
    source      the mapping, and how the tables are parted
    cohort      who is asked about and when, what is predicted
    split       training, calibration, embargo, test
    features    what the catalog is learned with
    train       scorecard, trees, calibration, evidence
    evaluate    baselines, intervals, the report
    segments    when a segment would earn a model of its own
    backtest    rolling origins, cadences, capacity
    promote     when a model becomes the champion
    recalibrate how new outcomes repair its probabilities
    retrain     when a model is due
    card        what people say about the model
    registry    where runs and versions are kept
    score       the ranking
    monitor     how often it may be wrong, and which changes matter
    tune        the search
    engine      who works on the partitions
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from features.catalog.catalog import CatalogSettings
from features.errors import BadParams, Fault
from features.labels import Target
from features.snapshots import CohortRule
from models.evaluation.evaluation import EvaluationSettings
from models.evaluation.paired_trial import TrialSettings
from models.evaluation.segment_models import SegmentSettings
from models.explain.concept_proof import ProofSettings
from models.explain.select_reasons import ReasonSettings
from models.lifecycle.origins import BacktestSettings
from models.lifecycle.recalibration import RepairSettings
from models.model.reference import BandSettings
from models.model.settings import TrainSettings
from models.monitoring.settings import MonitorSettings
from models.registry.registry_types import RegistrySettings
from models.stats.splits import SplitSettings
from pipelines.run.engine import EngineSettings
from pipelines.run.workspace import Workspace

_WHY = "name the check and say why it is no leak"


@dataclass(frozen=True)
class SourceParams:
    """Where the data come from.

    Attributes
    ----------
    mapping
        The mapping file, relative to the directory that the command is run in.
    export
        The file or folder that the mapping reads; only DVC looks at it, to see that it changed.
    leads_per_partition
        About how many leads a partition holds; memory is bounded by it.
    """

    mapping: str = "examples/sample/mapping.yaml"
    export: str | None = None
    leads_per_partition: int = 20_000


@dataclass(frozen=True)
class CohortParams:
    """Who is asked about and when, and what is predicted; see `CohortRule` and `Target`."""

    outcome: str = "won"
    horizon_days: float = 90.0
    repeat: bool = False
    every_days: float | None = 14.0
    first_cutoff: datetime | None = None
    last_cutoff: datetime | None = None
    early_age_hours: tuple[float, ...] = (1.0, 24.0, 72.0)
    max_age_days: float | None = None
    until_decided: bool = False

    @property
    def rule(self) -> CohortRule:
        """Which snapshots are drawn."""
        return CohortRule(
            every_days=self.every_days,
            first_cutoff=utc(self.first_cutoff),
            last_cutoff=utc(self.last_cutoff),
            early_age_hours=self.early_age_hours,
            max_age_days=self.max_age_days,
            repeat=self.repeat,
            target_outcome=self.outcome,
            until_decided=self.until_decided,
        )

    @property
    def target(self) -> Target:
        """What is predicted."""
        return Target(self.outcome, self.horizon_days, self.repeat)

    def __post_init__(self) -> None:
        """Let the parts refuse what they cannot use."""
        _ = self.rule, self.target


@dataclass(frozen=True)
class TrainParams(TrainSettings):
    """How a model is trained.

    Attributes
    ----------
    seed
        Of every draw in training.
    points
        The sales team's own table (`scorecard.yaml`); none starts from zero.
    bands
        From which scores on a lead is hot or warm.
    proof
        How sure one must be of a concept before it is ever a reason.
    grown
        Where the trees that were decided on are grown: `here`, or by the `workers` of the Dask
        cluster that `engine` names, with `lightgbm.dask`. While they grow, LightGBM listens on
        every network interface of each worker and asks nobody who they are: for private networks.
    """

    seed: int = 0
    grown: Literal["here", "workers"] = "here"
    points: str | None = None
    bands: BandSettings = field(default_factory=BandSettings)
    proof: ProofSettings = field(default_factory=ProofSettings)


@dataclass(frozen=True)
class PromoteParams(TrialSettings):
    """When a model becomes the champion; see `TrialSettings` for the trial against a champion.

    Attributes
    ----------
    confidence
        Where there is no champion: in log loss the model must beat every baseline in at least this
        share of the redraws by lead of the test period; in AUC no baseline may be better in as
        many.
    allow_leaks
        Leak checks that may fail, by code, each with the written reason.
    """

    confidence: float = 0.9
    allow_leaks: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what is allowed without a reason, all at once."""
        faults = [
            Fault(f"promote.allow_leaks: {code}: {reason!r}", "a check's code and a reason", _WHY)
            for code, reason in self.allow_leaks.items()
            if not (re.fullmatch(r"L\d{3}", code) and str(reason or "").strip())
        ]
        if faults:
            raise BadParams(faults)


@dataclass(frozen=True)
class RetrainParams:
    """When `mikomi retrain --if-needed` trains anew.

    Attributes
    ----------
    every_days
        The champion may be so old: from the end of the data that it was trained on to the end of
        those there are now. Recalibration does not make it younger.
    """

    every_days: float = 90.0


@dataclass(frozen=True)
class CardParams:
    """What only people can say about a model; it stands in its card as they wrote it.

    Attributes
    ----------
    owner
        Who answers for the model: a team or a role; none means the rule of promotion alone.
    purpose
        What it is used for, and by whom.
    limits
        What it must not be used for, besides what its figures say.
    """

    owner: str | None = None
    purpose: str | None = None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScoreParams(ReasonSettings):
    """How the ranking is made; see `ReasonSettings` for the reasons.

    Attributes
    ----------
    batch_rows
        Leads that are scored and explained at once; memory grows with it.
    """

    batch_rows: int = 50_000


@dataclass(frozen=True)
class TuneParams:
    """How the search is made.

    Attributes
    ----------
    trials
        Trials in all, earlier ones of the same study included.
    folds
        Time-ordered folds of the training period.
    seed
        Of the search.
    """

    trials: int = 30
    folds: int = 3
    seed: int = 0


@dataclass(frozen=True)
class Params:
    """The whole file."""

    workspace: str = "sample"
    source: SourceParams = field(default_factory=SourceParams)
    cohort: CohortParams = field(default_factory=CohortParams)
    split: SplitSettings = field(default_factory=SplitSettings)
    features: CatalogSettings = field(default_factory=CatalogSettings)
    train: TrainParams = field(default_factory=TrainParams)
    evaluate: EvaluationSettings = field(default_factory=EvaluationSettings)
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    backtest: BacktestSettings = field(default_factory=BacktestSettings)
    promote: PromoteParams = field(default_factory=PromoteParams)
    recalibrate: RepairSettings = field(default_factory=RepairSettings)
    retrain: RetrainParams = field(default_factory=RetrainParams)
    card: CardParams = field(default_factory=CardParams)
    registry: RegistrySettings = field(default_factory=RegistrySettings)
    score: ScoreParams = field(default_factory=ScoreParams)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    tune: TuneParams = field(default_factory=TuneParams)
    engine: EngineSettings = field(default_factory=EngineSettings)

    def at(self, root: Path = Path()) -> Workspace:
        """Give the places of this workspace below a directory."""
        return Workspace(self.workspace, root)


def utc(moment: datetime | None) -> pd.Timestamp | None:
    """Read a moment without an offset as UTC.

    >>> utc(datetime(2026, 4, 1))
    Timestamp('2026-04-01 00:00:00+0000', tz='UTC')
    """
    if moment is None:
        return None
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize("UTC") if stamp.tz is None else stamp.tz_convert("UTC")
