"""Places of a notebook's work: a folder for each request, which share the tables.

Decided here: what `mikomi run` writes under `data/` and `artifacts/` of a project, a notebook
writes under one folder of its own, so that it never replaces what the project has made.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace


@dataclass(frozen=True)
class SharedTables(Workspace):
    """A workspace whose tables lie elsewhere.

    Attributes
    ----------
    tables_at
        The directory of the tables.
    """

    tables_at: Path = Path()

    @property
    def tables(self) -> Path:
        """The canonical tables."""
        return self.tables_at


def beside(job: Job, root: Path) -> Job:
    """Return the same job with all places but the tables below another folder.

    Parameters
    ----------
    job
        The job.
    root
        The folder.
    """
    return replace(job, places=SharedTables(job.places.name, root, tables_at=job.places.tables))
