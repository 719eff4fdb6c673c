"""Stage ingest: the export, through its mapping, into the workspace's canonical tables."""

from pathlib import Path
from typing import Any

from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.intake.report import IngestReport
from pipelines.job import Job


def run(job: Job) -> dict[str, Any]:
    """Ingest; tell the rows kept of every table, and how many were put aside."""
    source = job.params.source
    report = ingest(Path(source.mapping), job.places.tables, settings(job), job.tell)
    return told(report)


def settings(job: Job) -> IngestSettings:
    """Give what `ingest` is run with."""
    return IngestSettings(as_of=job.now, leads_per_partition=job.params.source.leads_per_partition)


def told(report: IngestReport) -> dict[str, Any]:
    """Sum up a report in one line."""
    kept = {str(name): count.kept for name, count in report.tables.items()}
    aside = sum(count.quarantined for count in report.tables.values())
    return kept | {"quarantined": aside, "observed_until": report.observed_until}
