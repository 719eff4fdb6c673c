"""Stage ingest: the export, through its mapping, into the workspace's canonical tables.

Decided here: with the address of a server's store, what a CRM has sent is taken instead.
"""

from pathlib import Path
from typing import Any

from pipelines.intake.ingest import IngestSettings, ingest, ingest_from
from pipelines.intake.read.server_database import look
from pipelines.intake.report import IngestReport
from pipelines.run.stage_context import Job


def run(job: Job, store: str | None = None) -> dict[str, Any]:
    """Ingest; tell the rows kept of every table, and how many were put aside.

    Parameters
    ----------
    job
        The call.
    store
        The address of a server's store; missing means the mapping of the params file.
    """
    out = job.places.tables
    if store is None:
        mapping = Path(job.params.source.mapping)
        return told(ingest(mapping, out, settings(job), job.tell))
    found = look(store, job.now)
    return told(ingest_from(found.mapping, found.readers, out, settings(job), job.tell))


def settings(job: Job) -> IngestSettings:
    """Give what `ingest` is run with."""
    return IngestSettings(as_of=job.now, leads_per_partition=job.params.source.leads_per_partition)


def told(report: IngestReport) -> dict[str, Any]:
    """Sum up a report in one line."""
    kept = {str(name): count.kept for name, count in report.tables.items()}
    aside = sum(count.quarantined for count in report.tables.values())
    return kept | {"quarantined": aside, "observed_until": report.observed_until}
