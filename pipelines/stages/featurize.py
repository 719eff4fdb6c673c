"""Stage featurize: snapshots -> the catalog, and the feature frame of every matured snapshot.

Decided here: the catalog is learned from snapshots before the embargo only, so that what the test
period holds decides nothing. Partitions are built one by one; a partition that is finished is kept
when the stage is interrupted, as long as tables, snapshots, catalog and code are the same. What
another target has computed already is not computed again (see `shared_features`).
"""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features import build, learn_catalog
from features.catalog.catalog import Catalog
from features.feature import Text
from features.timeline import Moments, from_moments, to_moments
from features.words.learn import TextSources
from models.artifact.remote import source
from models.stats.settings import SplitSettings
from models.stats.splits import Split, split_by_cutoff
from pipelines.intake.mapping.schema import Labels
from pipelines.run import word_lists
from pipelines.run.engine import each
from pipelines.run.revision import of_sources
from pipelines.run.stage_context import Job
from pipelines.stages import of_target, shared_features
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, put, replacing, write_json, write_text
from pipelines.storage.work_directory import work_directory


def run(job: Job) -> dict[str, int]:
    """Learn the catalog and build every partition; return how many features and rows.

    Where another target had computed some of the rows, return how many, as `shared_rows`.
    """
    facts = frames.manifest(job.places.snapshots, "snapshot")
    of_target.check(job, facts, job.places.snapshots, "snapshot")
    catalog, origin = _learned(job)
    made_from = fingerprint(facts, catalog.fingerprint)
    code = of_sources("features")
    built_by = {"catalog": catalog.fingerprint, "tables": facts["tables"]}
    others = shared_features.finished(job, built_by | {"code": code}) if origin else []
    with work_directory(job.places.features, fingerprint(made_from, code)) as work:
        write_text(work / frames.CATALOG, catalog.to_json())
        rows, shared = _built(job, facts["partitions"], work, others)
        write_json(
            work / frames.MANIFEST,
            {"features": len(catalog.names), "rows": sum(rows)}
            | {"rows_of_parts": rows, "made_from": made_from}
            | {"horizon_days": job.params.cohort.horizon_days}
            | (built_by | of_target.stated(job) | origin),
        )
        put(work, job.places.features)
    summary = {"features": len(catalog.names), "snapshots": sum(rows)}
    return summary | ({"shared_rows": shared} if shared else {})


def _learned(job: Job) -> tuple[Catalog, dict[str, str]]:
    """Return the catalog, and by what another target knows it again: nothing without targets."""
    if job.target is None:
        return learn(job), {}
    manifest = partitions.manifest(job.places.tables)
    words, settings = manifest.labels.model_dump(), asdict(job.params.features)
    zone = manifest.values_reading.zone
    last = last_training_cutoff(job.places.snapshots, job.params.split).iloc[0].isoformat()
    code = of_sources("features")
    origin = {
        "learned_from": fingerprint(manifest.files, words, settings, last, zone, *_of_texts(job)),
        "code": code,
    }
    known = shared_features.finished(job, origin)
    return (frames.catalog(known[0]) if known else learn(job)), origin


def learn(job: Job) -> Catalog:
    """Learn the catalog from the snapshots before the embargo, one partition after the other."""
    tables = job.places.tables
    parts = (partitions.read(tables, part) for part in range(partitions.count(tables)))
    last = last_training_cutoff(job.places.snapshots, job.params.split)
    manifest = partitions.manifest(tables)
    words, zone = labels_of(manifest.labels), manifest.values_reading.zone
    until = pd.DataFrame({"cutoff": last})
    texts = text_sources(job)
    return learn_catalog.learn(parts, until, job.params.features.settings, words, zone, texts)


def text_sources(job: Job) -> TextSources:
    """Return what texts are read with; outcomes of training rows decide on learned words."""
    snapshots = job.places.snapshots
    train = matured_split(snapshots, job.params.split)[1].train
    rows = frames.read_snapshots(snapshots, ["lead_id", "cutoff", "label"])
    rows = rows[rows["label"].notna()].iloc[train]
    return sources_of(job.places.tables, job.params.features.words, rows)


def sources_of(tables: Path, words: str, examples: pd.DataFrame) -> TextSources:
    """Return what texts of a store are read with.

    Parameters
    ----------
    tables
        The directory of the store.
    words
        The file of word lists, see `word_lists.intents`.
    examples
        The snapshots whose labels decide on learned words.
    """
    if not partitions.has_texts(tables):
        return TextSources()
    shown = partitions.read_display(tables).drop(columns="lead_id")
    personal = {str(value) for name in shown for value in shown[name].dropna()}
    return TextSources(word_lists.intents(words), personal, examples)


def _of_texts(job: Job) -> list[Any]:
    """Return what else a catalog depends on where texts are read: word lists, and labels.

    Labels decide only where words are learned.
    """
    if not partitions.has_texts(job.places.tables):
        return []
    learned = job.params.features.max_words > 0
    facts = frames.manifest(job.places.snapshots, "snapshot") if learned else None
    intents = word_lists.intents(job.params.features.words)
    return [facts, {code: asdict(one) for code, one in intents.items()}]


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


def _built(job: Job, count: int, work: Path, others: list[Path]) -> tuple[list[int], int]:
    """Build the partitions that have not been built; return the rows of each, and how many shared.

    Parameters
    ----------
    job
        The parameters and places.
    count
        How many partitions there are.
    work
        Where they are written.
    others
        Features of other targets, with the same catalog, tables and code.
    """
    todo = [part for part in range(count) if not frames.part_path(work, part).is_file()]
    tables, snapshots = job.places.tables, job.places.snapshots
    task = partial(
        _part,
        places=(tables, snapshots),
        into=work,
        others=tuple(others),
        threads=job.params.engine.threads,
    )
    done = job.track(each(task, todo, job.params.engine), "featurize", len(todo))
    shared = sum(done)
    return [frames.rows_of(work, part) for part in range(count)], shared


def _part(
    part: int, places: tuple[Path, Path], into: Path, others: tuple[Path, ...], threads: int
) -> int:
    """Write the features of a partition; return how many rows another target had computed."""
    tables, snapshots = places
    catalog = Catalog.from_json((into / frames.CATALOG).read_text("utf-8"))
    rows = pd.read_parquet(source(frames.part_path(snapshots, part)))
    rows = rows[rows["label"].notna()].reset_index(drop=True)
    known = shared_features.read(others, part, rows, catalog)
    frame = known
    if frame is None:
        read = partitions.read_for_features(tables, part, catalog)
        frame = build.build(read, rows, catalog, threads)
    with replacing(frames.part_path(into, part)) as fresh:
        frames.write_features(fresh, frame, rows["label"])
    return 0 if known is None else len(rows)
