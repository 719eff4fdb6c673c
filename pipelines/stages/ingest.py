"""Stage ingest: the export, through its mapping, into the workspace's canonical tables.

Decided here: with the URL of a server's database, what a CRM has sent is read instead: with the
reading of the champion, or before there is one with that of the mapping, if there is any.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from features.reading.reading import PLAIN, RecordReading
from models.artifact import artifact
from pipelines.intake.ingest import IngestSettings, ingest, ingest_from
from pipelines.intake.mapping.file import load
from pipelines.intake.read.server_database import look
from pipelines.intake.reading_of import kinds_of, reading_of
from pipelines.intake.report import IngestReport
from pipelines.run.stage_context import Job


def run(job: Job, server_database: str | None = None) -> dict[str, Any]:
    """Ingest; return the usable rows of every table, and how many were quarantined.

    Parameters
    ----------
    job
        The call.
    server_database
        The URL of a server's database; None means the mapping of the params file.
    """
    out = job.places.tables
    if server_database is None:
        mapping = Path(job.params.source.mapping)
        return summary_of(ingest(mapping, out, settings(job), job.tell))
    server = look(server_database, job.now, known_reading(job))
    how = replace(settings(job), reading=server.reading)
    return summary_of(ingest_from(server.mapping, server.readers, out, how, job.tell))


def known_reading(job: Job) -> RecordReading:
    """Return how a server's records are read: as the champion does, or as the mapping says."""
    if (job.places.champion / artifact.MANIFEST).is_file():
        return artifact.load(job.places.champion).reading
    mapping = Path(job.params.source.mapping)
    if not mapping.is_file():
        return PLAIN
    read = load(mapping)
    made = reading_of(read, kinds_of(read.leads), kinds_of(read.accounts), ())
    return replace(made, stages=read.stages)


def settings(job: Job) -> IngestSettings:
    """Return what `ingest` is run with."""
    return IngestSettings(as_of=job.now, leads_per_partition=job.params.source.leads_per_partition)


def summary_of(report: IngestReport) -> dict[str, Any]:
    """Return a report in one line: rows of each table, quarantined, observed until."""
    rows = {str(name): count.accepted for name, count in report.tables.items()}
    aside = sum(count.quarantined for count in report.tables.values())
    return rows | {"quarantined": aside, "observed_until": report.observed_until}
