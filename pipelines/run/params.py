"""params.yaml -> frozen, strict types.

Decided here: which sections there are. A section is the settings class of the code that reads it,
so that a default and its limits are written once; a name that no section has is refused; the
horizon is written in `cohort` alone (or with each target of `targets`) and copied to the sections
that need it. All faults are reported at once.

    workspace   name of the folders under data/ and artifacts/
    source      the mapping, and how the tables are parted
    cohort      which leads are scored at which cutoffs, and what is predicted
    draw        how many snapshots the stages after `snapshot` work on
    targets     what is predicted, where it is more than one outcome
    split       training, calibration, embargo, test
    features    what the catalog is learned with
    train       scorecard, trees, calibration, evidence
    evaluate    baselines, intervals, the report
    incumbent   the score that sales uses today, a baseline of its own
    contacts    where it is recorded whom sales contacted
    segments    when a segment would earn a model of its own
    backtest    rolling origins, cadences, capacity
    promote     when a model becomes the champion
    recalibrate how new outcomes repair its probabilities
    retrain     when a model is due
    card        what people say about the model
    registry    where runs and versions are stored
    score       the ranking
    monitor     how often it may be wrong, and which changes matter
    tune        the search
    engine      what processes the partitions
    store       where tables, features, model and ranking lie, if not in this folder
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

from features.catalog.catalog import CatalogSettings
from features.errors import BadParams, Fault
from models.artifact.remote import place, store_url
from models.evaluation.settings import EvaluationSettings, SegmentSettings, TrialSettings
from models.explain.settings import ProofSettings, ReasonSettings
from models.lifecycle.origins import BacktestSettings
from models.lifecycle.settings import RecalibrationSettings
from models.model.settings import BandSettings, TrainSettings
from models.monitoring.settings import MonitorSettings
from models.registry.registry_types import RegistrySettings
from models.stats.limits import (
    Count,
    CountOrZero,
    Days,
    Name,
    NotNegative,
    OptionalName,
    Seed,
    SomeValues,
    Values,
)
from models.stats.settings import SplitSettings
from pipelines.run.cohort_params import CohortParams, DrawParams
from pipelines.run.contact_params import ContactParams
from pipelines.run.engine_settings import EngineSettings
from pipelines.run.incumbent_params import IncumbentParams
from pipelines.run.target_params import TargetParams, default_of
from pipelines.run.workspace import Workspace

LeakCode = Annotated[str, Field(pattern=r"^L\d{3}$")]


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

    mapping: Name = "examples/sample/mapping.yaml"
    export: Name | None = None
    leads_per_partition: Count = 20_000


@dataclass(frozen=True)
class FeatureParams:
    """What the catalog is learned with; see `CatalogSettings`, which needs no pydantic.

    Attributes
    ----------
    words
        A file of word lists beside those of mikomi; `none` reads no lists at all.
    """

    windows_days: SomeValues[Days] = CatalogSettings.windows_days
    min_support: Count = CatalogSettings.min_support
    max_topics: CountOrZero = CatalogSettings.max_topics
    max_categories: CountOrZero = CatalogSettings.max_categories
    sequence_length: CountOrZero = CatalogSettings.sequence_length
    half_lives_days: Values[Days] = CatalogSettings.half_lives_days
    month_after_days: NotNegative = CatalogSettings.month_after_days
    features_dir: OptionalName = CatalogSettings.features_dir
    max_words: CountOrZero = CatalogSettings.max_words
    words: OptionalName = ""

    @property
    def settings(self) -> CatalogSettings:
        """The same for the code that learns the catalog."""
        own = {name: value for name, value in asdict(self).items() if name != "words"}
        return CatalogSettings(**own)


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
        every network interface of each worker without authentication: for private networks only.
    ranking
        What leads are ranked by: `probability`, or `contact_value`, what a contact adds. The latter
        needs `contacts.test` and holds only where the test shows whom contacts help; until then
        leads are ranked by probability, and every ranking says so.
    """

    seed: Seed = 0
    grown: Literal["here", "workers"] = "here"
    ranking: Literal["probability", "contact_value"] = "probability"
    points: Name | None = None
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

    confidence: Annotated[float, Field(ge=0, lt=1)] = 0.9
    allow_leaks: dict[Annotated[str, Field(pattern=r"^L\d{3}$")], Name] = field(
        default_factory=dict
    )


@dataclass(frozen=True)
class RetrainParams:
    """When `mikomi retrain --if-needed` trains anew.

    Attributes
    ----------
    every_days
        The champion may be so old: from the end of the data that it was trained on to the end of
        those there are now. Recalibration does not make it younger.
    """

    every_days: Days = 90.0


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

    owner: Name | None = None
    purpose: Name | None = None
    limits: Values[Name] = ()


@dataclass(frozen=True)
class ScoreParams(ReasonSettings):
    """How the ranking is made; see `ReasonSettings` for the reasons.

    Attributes
    ----------
    batch_rows
        Leads that are scored and explained at once; memory grows with it.
    """

    batch_rows: Count = 50_000


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

    trials: Count = 30
    folds: Count = 3
    seed: Seed = 0


@dataclass(frozen=True)
class StoreParams:
    """A store of objects that every worker reaches.

    Attributes
    ----------
    url
        Where tables, snapshots, features, model and ranking lie: `s3://bucket/folder`, `gs://...`,
        `abfs://...`, or `file:///folder` for a folder that every worker mounts; none: in `data` and
        `artifacts` of this folder.
    """

    url: Name | None = None

    def __post_init__(self) -> None:
        """Refuse what names no place, or one that workers cannot reach."""
        if self.url is not None:
            try:
                store_url(self.url)
            except BadParams as error:
                raise BadParams(
                    [Fault(f"url: {one.observed}", one.expected, one.do) for one in error.faults]
                ) from None


@with_config(
    ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, str_strip_whitespace=True)
)
@dataclass(frozen=True)
class Params:
    """The whole file; every other field is a section.

    Attributes
    ----------
    workspace
        Name of the folders under data/ and artifacts/: letters, digits, `_` and `-`.
    """

    workspace: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "sample"
    source: SourceParams = field(default_factory=SourceParams)
    cohort: CohortParams = field(default_factory=CohortParams)
    draw: DrawParams = field(default_factory=DrawParams)
    targets: tuple[TargetParams, ...] = ()
    split: SplitSettings = field(default_factory=SplitSettings)
    features: FeatureParams = field(default_factory=FeatureParams)
    train: TrainParams = field(default_factory=TrainParams)
    evaluate: EvaluationSettings = field(default_factory=EvaluationSettings)
    incumbent: IncumbentParams = field(default_factory=IncumbentParams)
    contacts: ContactParams = field(default_factory=ContactParams)
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    backtest: BacktestSettings = field(default_factory=BacktestSettings)
    promote: PromoteParams = field(default_factory=PromoteParams)
    recalibrate: RecalibrationSettings = field(default_factory=RecalibrationSettings)
    retrain: RetrainParams = field(default_factory=RetrainParams)
    card: CardParams = field(default_factory=CardParams)
    registry: RegistrySettings = field(default_factory=RegistrySettings)
    score: ScoreParams = field(default_factory=ScoreParams)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    tune: TuneParams = field(default_factory=TuneParams)
    engine: EngineSettings = field(default_factory=EngineSettings)
    store: StoreParams = field(default_factory=StoreParams)

    def at(self, root: Path = Path(), target: str | None = None) -> Workspace:
        """Return the places of this workspace below a directory.

        Parameters
        ----------
        root
            The directory.
        target
            The name of the target that these are the parameters of; None is the default target.
        """
        is_default = target is None or self.target(target) == self.target(None)
        store = None if self.store.url is None else place(self.store.url)
        return Workspace(self.workspace, root, None if is_default else target, store)

    def target(self, name: str | None) -> TargetParams | None:
        """Return a target by its name, None being the default; None without a list `targets`."""
        if name is None:
            return default_of(self.targets)
        return next((one for one in self.targets if one.name == name), None)
