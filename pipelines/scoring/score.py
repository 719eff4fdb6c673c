"""Scoring: all open leads at a moment, ranked, with their reasons, in bounded memory.

Decided here: partition by partition, and within one in batches; each finished partition is a folder
in a work directory that is named after the model, the tables, the moment and the code, so that
scoring which was interrupted goes on. The ranking is merged from the finished partitions and
appears whole or not at all.
"""

import json
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from features import build, snapshots
from features.build import CompiledCatalog
from features.errors import ArtifactTampered, BadRequest
from features.records.histories import encode
from features.records.spreadsheet_cells import FORMULA, GUARDED, plain
from features.snapshots import CohortRule
from models.artifact import artifact
from models.artifact.remote import is_whole, local_copy, remove, source
from models.contact.known_effects import KnownEffects
from models.contact.ranked_by import PROBABILITY, RankedBy, ranked_by
from models.explain.settings import ReasonSettings
from models.model.reference import BANDS
from models.scoring.batch_scores import RANKING_FACTS
from models.scoring.scorer import Scorer
from pipelines.run.engine import each
from pipelines.run.params import ScoreParams
from pipelines.run.revision import of_sources
from pipelines.run.stage_context import Job
from pipelines.scoring import merge_ranking, ranking_schema
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import fingerprint, replacing
from pipelines.storage.work_directory import work_directory

FORMATS: Final = (".parquet", ".csv")
BETWEEN: Final = " / "
FOR_A_SERVER: Final = ("margin", "reason_features", "reason_values")
"""Columns of a Parquet file that a CSV file has not."""
_TEXTS: Final = ("lead_id", "reasons_ja", "reasons_en")
"""What stands between reasons in a cell of a CSV file."""


@dataclass(frozen=True)
class Question:
    """What is to be ranked.

    Attributes
    ----------
    tables
        A store of canonical tables.
    model
        Directory of the artifact.
    at
        The moment: leads that are open then, by what was known before it.
    out
        Where the ranking goes: Parquet or CSV, by its ending.
    """

    tables: Path
    model: Path
    at: pd.Timestamp
    out: Path

    def __post_init__(self) -> None:
        """Refuse a form that cannot be written."""
        if self.out.suffix not in FORMATS:
            raise BadRequest.of(
                f"--out {self.out}", f"a name ending in {' or '.join(FORMATS)}", "rename it"
            )


def run(job: Job, question: Question) -> dict[str, Any]:
    """Rank the open leads; return how many there are, and how many of each band.

    Parameters
    ----------
    job
        The parameters and places.
    question
        What is to be ranked.

    Raises
    ------
    InUse
        If another run is making this ranking.
    """
    question = replace(question, model=job.places.reachable(question.model))
    with work_directory(question.out, made_from(job, question)) as work:
        _score(job, question, work)
        counts = _merge(question, work, job)
        remove(work)
    sentence = order_of(question.model)[0].sentence
    return counts if sentence is None else counts | {"order": sentence.en}


def order_of(model: Path) -> tuple[RankedBy, bool]:
    """Return by what a model ranks leads, and whether it knows what a contact adds to whom.

    Parameters
    ----------
    model
        Directory of the artifact.
    """
    return _order(model, artifact.read_fingerprint(model))


@lru_cache(maxsize=4)
def _order(model: Path, fingerprint_of_model: str) -> tuple[RankedBy, bool]:  # noqa: ARG001 - a key
    loaded = artifact.load(model)
    part = loaded.contact
    return ranked_by(loaded.about, part), part is not None and part.effects is not None


def made_from(job: Job, question: Question) -> str:
    """Return the fingerprint of everything that the scores depend on.

    Parameters
    ----------
    job
        The parameters and places.
    question
        What is to be ranked.
    """
    return fingerprint(
        artifact.read_fingerprint(question.model),
        partitions.manifest(question.tables).files,
        question.at.isoformat(),
        asdict(job.params.score),
        asdict(job.params.cohort),
        str(ranking_schema.SCHEMA),
        of_sources("features", "models"),
    )


def _score(job: Job, question: Question, work: Path) -> None:
    """Score the partitions that have not been scored."""
    count = partitions.count(question.tables)
    todo = [part for part in range(count) if not is_whole(_folder(work, part))]
    task = partial(
        _part,
        question=question,
        rule=job.params.cohort.rule,
        settings=job.params.score,
        into=work,
        threads=job.params.engine.threads,
    )
    for _ in job.track(each(task, todo, job.params.engine), "score", len(todo)):
        pass


def _merge(question: Question, work: Path, job: Job) -> dict[str, Any]:
    with ExitStack() as copies:
        parts = [_folder(work, part) for part in range(partitions.count(question.tables))]
        here = [copies.enter_context(local_copy(part)) for part in parts]
        return _merged(
            [file for part in here for file in sorted(part.glob("*.parquet"))], question, job
        )


def _merged(files: list[Path], question: Question, job: Job) -> dict[str, Any]:
    out, facts, (order, known) = question.out, facts_of(question, job), order_of(question.model)
    rows = sum(int(pq.read_metadata(file).num_rows) for file in files)
    stretch = min(job.params.score.batch_rows, merge_ranking.STRETCH_ROWS)
    bands = dict.fromkeys(reversed(BANDS), 0)
    steps = job.track(merge_ranking.merge(files, stretch, order.by), "rank", -(-rows // stretch))
    with replacing(out) as fresh, closing(_sheet(fresh, out.suffix, (facts, known))) as sheet:
        for ranked in steps:
            for band in bands:
                bands[band] += int(pc.sum(pc.equal(ranked["band"], band)).as_py())
            sheet.write_table(_flat(ranked) if out.suffix == ".csv" else ranked)
            del ranked  # before the next is made
    return {"leads": rows, **bands}


def top(ranking_file: Path, count: int) -> pd.DataFrame:
    """Read the first leads of a ranking; of CSV, lists of reasons are parted again.

    Parameters
    ----------
    ranking_file
        A ranking: Parquet or CSV.
    count
        How many leads.
    """
    if ranking_file.suffix == ".parquet":
        first = next(
            pq.ParquetFile(source(ranking_file)).iter_batches(batch_size=max(count, 1)), None
        )
        return pd.DataFrame() if first is None else first.to_pandas().head(count)
    rows = pd.read_csv(
        source(ranking_file), nrows=count, keep_default_na=False, dtype={"lead_id": "str"}
    )
    for name in _TEXTS:
        rows[name] = rows[name].map(plain)
    for name in ("reasons_ja", "reasons_en", "reason_contributions"):
        rows[name] = rows[name].map(lambda cell: cell.split(BETWEEN) if cell else [])
    rows["reason_contributions"] = rows["reason_contributions"].map(lambda c: [float(x) for x in c])
    return rows


def facts_of(question: Question, job: Job) -> dict[str, Any]:
    """Return what a ranking is of, for a server that takes it over.

    Parameters
    ----------
    question
        What is ranked.
    job
        The parameters and places.
    """
    order, _ = order_of(question.model)
    return {
        "target": job.places.target or "",
        "as_of": int(question.at.as_unit("us").asm8.astype("int64")),
        "model": artifact.read_fingerprint(question.model),
    } | ({} if order.by == PROBABILITY else {"ranked_by": order.by})


def _sheet(
    path: Path, ending: str, about: tuple[dict[str, Any], bool]
) -> pq.ParquetWriter | pa_csv.CSVWriter:
    facts, known = about
    schema = ranking_schema.schema(contact=known).insert(0, pa.field("rank", pa.int64()))
    if ending == ".parquet":
        schema = schema.with_metadata({RANKING_FACTS: json.dumps(facts)})
        return pq.ParquetWriter(path, schema, compression="zstd")
    return pa_csv.CSVWriter(path, _flat(schema.empty_table()).schema)


def _flat(rows: pa.Table) -> pa.Table:
    """Write a list as words, one cell each; no text is a formula of a spreadsheet.

    What only a server needs, which takes over a ranking, is left out.
    """
    rows = rows.drop_columns([one for one in FOR_A_SERVER if one in rows.column_names])
    for place, field in enumerate(rows.schema):
        cells, is_list = rows[place], pa.types.is_list(field.type)
        if is_list:
            cells = pc.binary_join(cells.cast(pa.list_(pa.string())), BETWEEN)
        if pa.types.is_string(field.type.value_type if is_list else field.type):
            cells = pc.replace_substring_regex(cells, FORMULA, GUARDED)
        rows = rows.set_column(place, field.name, cells)
    return rows


def _folder(work: Path, part: int) -> Path:
    return work / f"part-{part:05d}"


def _part(
    part: int,
    question: Question,
    rule: CohortRule,
    settings: ScoreParams,
    into: Path,
    threads: int,
) -> int:
    """Score the open leads of one partition."""
    scorer, catalog, known = _ready(
        question.model, artifact.read_fingerprint(question.model), settings
    )
    tables = partitions.read_for_features(question.tables, part, catalog.catalog)
    rows = snapshots.at(tables, question.at, rule)
    histories = encode(tables, catalog.catalog.vocabulary)
    order = ranked_by(scorer.artifact.about, scorer.artifact.contact)
    with replacing(_folder(into, part)) as fresh:
        fresh.mkdir()
        for number, begin in enumerate(range(0, len(rows), settings.batch_rows)):
            batch = rows.iloc[begin : begin + settings.batch_rows].reset_index(drop=True)
            frame = build.build(histories, batch, catalog, threads, source=tables)
            effects = None if known is None else known.of(frame.values)
            made = ranking_schema.table(scorer.score(frame, threads=threads), effects)
            with replacing(frames.part_path(fresh, number)) as file:
                merge_ranking.write(made, file, order.by)
    return len(rows)


@lru_cache(maxsize=1)
def _ready(
    model: Path, fingerprint_of_model: str, settings: ReasonSettings
) -> tuple[Scorer, CompiledCatalog, KnownEffects | None]:
    """Load the artifact once for all partitions that a process works on."""
    loaded = artifact.load(model)
    if loaded.fingerprint != fingerprint_of_model:
        raise ArtifactTampered.of(
            f"another model in {model} than a moment ago", "one model", "score again"
        )
    known = None if loaded.contact is None else loaded.contact.on(loaded.catalog)
    return Scorer(loaded, settings), CompiledCatalog(loaded.catalog), known
