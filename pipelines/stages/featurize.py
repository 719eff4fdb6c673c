"""Stage featurize: snapshots -> the catalog, and the feature frame of every matured snapshot.

Decided here: the catalog is learned from snapshots before the embargo only, so that what the test
period holds decides nothing. Partitions are built one by one; a partition that is finished is kept
when the stage is interrupted, as long as tables, snapshots, catalog and code are the same.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from features import build, learn_catalog
from features.catalog.catalog import Catalog
from features.feature import Text
from features.timeline import Moments, from_moments, to_moments
from models.stats.settings import SplitSettings
from models.stats.splits import Split, split_by_cutoff
from pipelines.intake.mapping.schema import Labels
from pipelines.run.engine import each
from pipelines.run.revision import of_sources
from pipelines.run.stage_context import Job
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, put, replacing, write_json, write_text
from pipelines.storage.work_directory import work_directory


def run(job: Job) -> dict[str, int]:
    """Learn the catalog and build every partition; return how many features and rows."""
    facts = frames.manifest(job.places.snapshots, "snapshot")
    catalog = learn(job)
    made_from = fingerprint(facts, catalog.fingerprint)
    by_this_code = fingerprint(made_from, of_sources("features"))
    with work_directory(job.places.features, by_this_code) as work:
        write_text(work / frames.CATALOG, catalog.to_json())
        rows = _built(job, facts["partitions"], work)
        summary = {"features": len(catalog.names), "rows": sum(rows)}
        write_json(
            work / frames.MANIFEST,
            summary
            | {"rows_of_parts": rows, "catalog": catalog.fingerprint, "made_from": made_from}
            | {"horizon_days": job.params.cohort.horizon_days, "tables": facts["tables"]},
        )
        put(work, job.places.features)
    return summary


def learn(job: Job) -> Catalog:
    """Learn the catalog from the snapshots before the embargo, one partition after the other."""
    tables = job.places.tables
    parts = (partitions.read(tables, part) for part in range(partitions.count(tables)))
    last = last_training_cutoff(job.places.snapshots, job.params.split)
    words = labels_of(partitions.manifest(tables).labels)
    until = pd.DataFrame({"cutoff": last})
    return learn_catalog.learn(parts, until, job.params.features.settings, words)


def labels_of(labels: Labels) -> dict[str, Text]:
    """Return the labels of the mapping in the form of the vocabulary: code -> words."""
    plain = labels.outcomes | labels.topics | labels.activity_types | labels.attributes
    valued = {
        f"{attribute}={value}": words
        for attribute, values in labels.values.items()  # noqa: PD011 - not a frame
        for value, words in values.items()
    }
    return {code: Text(words.en, words.ja) for code, words in (plain | valued).items()}


def last_training_cutoff(snapshots: Path, settings: SplitSettings) -> pd.Series:
    """Return the last cutoff before the embargo, as a column of one row.

    Parameters
    ----------
    snapshots
        The directory of the snapshots.
    settings
        How the rows are split.
    """
    cutoffs, split = matured_split(snapshots, settings)
    return from_moments(np.array([cutoffs[split.learning].max()]))


def matured_split(snapshots: Path, settings: SplitSettings) -> tuple[Moments, Split]:
    """Return the cutoffs of all matured snapshots, in stored order, and their split.

    Parameters
    ----------
    snapshots
        The directory of the snapshots.
    settings
        How the rows are split.
    """
    rows = frames.read_snapshots(snapshots, ["cutoff", "label"])
    cutoffs = to_moments(rows["cutoff"])[rows["label"].notna().to_numpy()]
    return cutoffs, split_by_cutoff(cutoffs, settings)


def _built(job: Job, count: int, work: Path) -> list[int]:
    """Build the partitions that have not been built; return the rows of all."""
    todo = [part for part in range(count) if not frames.part_path(work, part).is_file()]
    task = partial(_part, tables=job.places.tables, snapshots=job.places.snapshots, into=work)
    for _ in job.track(each(task, todo, job.params.engine), "featurize", len(todo)):
        pass
    return [frames.rows_of(work, part) for part in range(count)]


def _part(part: int, tables: Path, snapshots: Path, into: Path) -> int:
    catalog = Catalog.from_json((into / frames.CATALOG).read_text("utf-8"))
    rows = pd.read_parquet(frames.part_path(snapshots, part))
    rows = rows[rows["label"].notna()].reset_index(drop=True)
    frame = build.build(partitions.read_for_features(tables, part), rows, catalog)
    with replacing(frames.part_path(into, part)) as fresh:
        frames.write_features(fresh, frame, rows["label"])
    return len(rows)
