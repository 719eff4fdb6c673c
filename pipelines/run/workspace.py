"""Where each stage finds and leaves its files.

Decided here: every path of the pipeline, once. What can be made again lies under `data/<name>`,
what a person keeps under `artifacts/<name>`; the registry is shared by all workspaces. Another
target than the default has the same places below `targets/<target>` of both; the tables are shared.
With a store of objects, what workers read and write lies there: tables, snapshots, features, the
model and the ranking; reports and the registry stay on this machine.
"""

from dataclasses import dataclass
from pathlib import Path

from models.artifact import remote


@dataclass(frozen=True)
class Workspace:
    """The places of one company's data and models, below `root`.

    Attributes
    ----------
    name
        Of the workspace.
    root
        The directory that all places are below.
    target
        The target, unless it is the default.
    store
        The place in a store of objects, if there is one.

    Examples
    --------
    >>> Workspace("sample").features.as_posix()
    'data/sample/features'
    >>> Workspace("sample", target="opened").features.as_posix()
    'data/sample/targets/opened/features'
    """

    name: str
    root: Path = Path()
    target: str | None = None
    store: Path | None = None

    @property
    def _held(self) -> Path:
        return self.root if self.store is None else self.store

    def _worked_on(self, kind: str) -> Path:
        return self._of_target(self._held / kind / self.name)

    def worker_places(self) -> tuple[Path, ...]:
        """Return what the workers of a cluster read and write, and so must reach."""
        read = (self.tables, self.snapshots, self.features, self.model)
        champion = self.champion if self.store is None else self._copies
        return (*read, champion, self.scores.parent)

    def worker_outputs(self) -> tuple[Path, ...]:
        """Return the folders that the workers of a cluster write below."""
        made = (self.snapshots, self.features, self.scores)
        return tuple(dict.fromkeys(place.parent for place in made))

    @property
    def stored(self) -> tuple[Path, ...]:
        """All that lies in the store of objects of this workspace; a store may hold several."""
        if self.store is None:
            return ()
        return tuple(self.store / kind / self.name for kind in ("data", "artifacts"))

    @property
    def _copies(self) -> Path:
        """The models that workers score with, in a store of objects."""
        return self._held / "artifacts" / self.name / "models"

    def reachable(self, model: Path) -> Path:
        """Return the place of a model that workers reach: with a store, a copy of it there.

        Parameters
        ----------
        model
            The directory of an artifact.
        """
        if self.store is None or remote.is_remote(model):
            return model
        from models.artifact import artifact  # noqa: PLC0415 - slow to import

        copy = self._copies / artifact.read_fingerprint(model)
        if not remote.is_whole(copy):
            fresh = remote.version(copy, "1")
            remote.send(model, fresh)
            remote.publish(fresh)
        return copy

    @property
    def shared(self) -> Path:
        """What the stages can make again for all targets."""
        return self.root / "data" / self.name

    @property
    def data(self) -> Path:
        """What the stages can make again for this target."""
        return self._of_target(self.shared)

    @property
    def artifacts(self) -> Path:
        """Models, reports and rankings."""
        return self._of_target(self.root / "artifacts" / self.name)

    def _of_target(self, place: Path) -> Path:
        return place if self.target is None else place / "targets" / self.target

    @property
    def tables(self) -> Path:
        """ingest: the canonical tables in partitions, their manifest, the quarantine."""
        return self._held / "data" / self.name / "tables"

    @property
    def snapshots(self) -> Path:
        """snapshot: (lead, cutoff) rows with their labels, one file a partition."""
        return self._worked_on("data") / "snapshots"

    @property
    def features(self) -> Path:
        """featurize: the catalog, and the feature frame of each partition."""
        return self._worked_on("data") / "features"

    @property
    def model(self) -> Path:
        """train: the model that the last training made."""
        return self._worked_on("artifacts") / "model"

    @property
    def training(self) -> Path:
        """train: figures about the last training."""
        return self.artifacts / "training.json"

    @property
    def evaluation(self) -> Path:
        """evaluate: the report, its figures and its plots."""
        return self.artifacts / "evaluation"

    @property
    def predictions(self) -> Path:
        """evaluate: lead, cutoff, label and probability of every row of the test period."""
        return self.data / "predictions.parquet"

    @property
    def leaks(self) -> Path:
        """leaks: what every leak check answered."""
        return self.artifacts / "leaks.json"

    @property
    def promotion(self) -> Path:
        """promote: the verdict, with its grounds."""
        return self.artifacts / "promotion.json"

    @property
    def card(self) -> Path:
        """card: the model card as JSON and as pages."""
        return self.artifacts / "card"

    @property
    def origins(self) -> Path:
        """backtest: what every method answered at every origin, so that it can be continued."""
        return self.data / "backtest"

    @property
    def backtest(self) -> Path:
        """backtest: the report, its table and its figures."""
        return self.artifacts / "backtest"

    @property
    def shadow(self) -> Path:
        """shadow: champion and challenger on live leads."""
        return self.artifacts / "shadow.json"

    @property
    def segments(self) -> Path:
        """segments: which segment would earn a model of its own."""
        return self.artifacts / "segments.json"

    @property
    def lift(self) -> Path:
        """lift: what became of leads worked by rank, and of those drawn by lot."""
        return self.artifacts / "lift.json"

    @property
    def audit(self) -> Path:
        """audit: what was observed about the score that sales uses today."""
        return self.artifacts / "audit"

    @property
    def worth(self) -> Path:
        """worth: what the list won beyond a lottery, and beyond other lists."""
        return self.artifacts / "worth"

    @property
    def contact(self) -> Path:
        """contact-value: what a contact adds, and whom it helps."""
        return self.artifacts / "contact"

    @property
    def worked(self) -> Path:
        """worked: figures on leads that were worked, and on those that nobody called."""
        return self.artifacts / "worked"

    @property
    def experiments(self) -> Path:
        """experiment: declared tests, their assignments and verdicts, a folder each."""
        return self.artifacts / "experiments"

    @property
    def recalibrated(self) -> Path:
        """recalibrate: the champion with its probabilities repaired."""
        return self.artifacts / "recalibrated"

    @property
    def recalibration(self) -> Path:
        """recalibrate: what was tried and decided."""
        return self.artifacts / "recalibration.json"

    @property
    def monitor(self) -> Path:
        """monitor: verdict, alarms and findings as JSON and as pages."""
        return self.artifacts / "monitor"

    @property
    def retraining(self) -> Path:
        """retrain: what was decided and why, as JSON and as a text."""
        return self.artifacts / "retrain"

    @property
    def champion(self) -> Path:
        """promote: the model that answers, as the registry holds it."""
        return self.artifacts / "champion"

    @property
    def scores(self) -> Path:
        """score: the ranking, unless another place is named; its file is named by the target."""
        name = "scores" if self.target is None else f"scores-{self.target}"
        return self._worked_on("artifacts") / f"{name}.parquet"

    @property
    def registry(self) -> Path:
        """The local MLflow database and its files, shared by all workspaces."""
        return self.root / "artifacts" / "mlflow"

    @property
    def tuning(self) -> Path:
        """tune: the study, so that it can be continued."""
        return self.artifacts / "tuning"
