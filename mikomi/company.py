"""A company: an export, read through its mapping into checked tables."""

import atexit
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from features.tables import Tables
from mikomi.model import Model, model_of
from mikomi.ranking import RankedTable
from mikomi.snapshots import Snapshots
from models.artifact import artifact
from pipelines.intake.ingest import ingest
from pipelines.intake.report import IngestReport
from pipelines.run.params import Params
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.scoring import score
from pipelines.stages import ingest as ingest_stage
from pipelines.stages.snapshot import observed_until
from pipelines.storage import partitions
from pipelines.storage.atomic import fingerprint
from pipelines.workbench import requests
from pipelines.workbench.places import beside


class Company:
    """A company's checked tables, and what can be requested of them; `read` makes one.

    Attributes
    ----------
    job
        Parameters and places, as the stages take them.
    report
        What reading observed: rows used and put aside, each check with its findings.

    Examples
    --------
    >>> company  # doctest: +SKIP
    <Company sample: 500 leads, ... observed until 2026-04-01>
    >>> company.observed_until  # doctest: +SKIP
    Timestamp('2026-04-01 00:00:00+0000', tz='UTC')
    """

    def __init__(self, job: Job, report: IngestReport):
        self.job = job
        self.report = report

    @property
    def tables(self) -> Tables:
        """The canonical tables, as pandas: leads, activities, outcomes, accounts, changes."""
        return partitions.read_all(self.job.places.tables)

    @property
    def observed_until(self) -> pd.Timestamp:
        """The end of observation: until when outcomes are complete."""
        return observed_until(self.job.places.tables)

    def snapshots(
        self, target: str | None = None, *, horizon_days: float | None = None, **cohort: Any
    ) -> Snapshots:
        """Draw (lead, cutoff) pairs with their labels.

        Parameters
        ----------
        target
            The conversion outcome (`won`, `opened`, a stage), or the name of a target of the
            params file; None is that of the parameters.
        horizon_days
            Horizon of the labels; it travels with everything that is made of the snapshots.
        **cohort
            Fields of `cohort` of params.yaml: `every_days`, `early_age_hours`, `repeat`, ...

        Raises
        ------
        BadRequest
            If `cohort` has no such field.

        Examples
        --------
        >>> drawn = company.snapshots("won", horizon_days=90, every_days=56)  # doctest: +SKIP
        >>> drawn  # doctest: +SKIP
        <Snapshots: ... leads, ... won within 90 days>
        """
        params = requests.with_target(self.job.params, target, horizon_days, cohort)
        own = fingerprint(str(params.cohort), str(params.split), str(params.features))[:12]
        root = self.job.places.root / "snapshots" / own
        return Snapshots.drawn(beside(replace(self.job, params=params), root))

    def rank(self, model: Any, at: pd.Timestamp | None = None) -> RankedTable:
        """Score and rank the open leads, with their reasons, as `mikomi score` does.

        Parameters
        ----------
        model
            A fitted `LeadClassifier`, or a `Model`.
        at
            The moment; None is the end of observation.

        Examples
        --------
        >>> company.rank(model)[["rank", "lead_id", "band"]].head(1)  # doctest: +SKIP
           rank  lead_id band
        0     1  ...  hot
        """
        own: Model = model_of(model)
        params = requests.eligible(self.job.params, own.artifact.about)
        places = self.job.places
        place = places.root / "models" / own.fingerprint[:12]
        if not place.is_dir():
            artifact.save(place, own.artifact)
        out = places.root / "ranking.parquet"
        moment = self.observed_until if at is None else at
        score.run(
            replace(self.job, params=params), score.Question(places.tables, place, moment, out)
        )
        return RankedTable(pd.read_parquet(out))

    def __repr__(self) -> str:
        """Describe the company in one line."""
        manifest = partitions.manifest(self.job.places.tables)
        rows = ", ".join(f"{count:,} {name}" for name, count in manifest.rows.items() if count)
        return f"<Company {manifest.name}: {rows}, observed until {self.observed_until:%Y-%m-%d}>"


def read(
    mapping: str | Path,
    params: Params | dict[str, Any] | str | Path | None = None,
    folder: str | Path | None = None,
) -> Company:
    """Read an export through its mapping, with all checks.

    Parameters
    ----------
    mapping
        The mapping file; paths in it are relative to it.
    params
        A params file, its sections as a dictionary, or None for the defaults.
    folder
        Where tables, features and models are kept; None is a folder that ends with the process.

    Raises
    ------
    BadMapping, BadTables
        If the mapping or the export cannot be used, with all faults.

    Examples
    --------
    >>> quick = {
    ...     "features": {"windows_days": [30], "max_topics": 0, "sequence_length": 0}
    ... }  # doctest: +SKIP
    >>> company = mikomi.read("examples/sample/mapping.yaml", quick)  # doctest: +SKIP
    """
    made = requests.params_of(params, Path(mapping))
    root = Path(mkdtemp(prefix="mikomi-") if folder is None else folder)
    job = Job(made, Workspace(made.workspace, root))
    try:
        report = ingest(Path(mapping), job.places.tables, ingest_stage.settings(job), job.tell)
    except BaseException:
        if folder is None:
            shutil.rmtree(root, ignore_errors=True)
        raise
    if folder is None:  # snapshots and features are read from it later, whoever holds them
        atexit.register(shutil.rmtree, root, ignore_errors=True)
    return Company(job, report)
