"""Ingest: an export, through its mapping, into the checked canonical store.

Decided here: the order of work. Accounts and leads first, since everything else hangs on them;
activities last, piece by piece, to their partitions. Rows that cannot be used go to the quarantine;
in = kept + quarantined, or it is a defect of ours and nothing is written. The store appears whole
or not at all.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pandas as pd

from features.errors import BadTables, Fault
from features.reading.reading import RecordReading
from features.tables import SPECS, TableName
from features.timeline import MOMENT_DTYPE
from pipelines.intake import facts, gather, series, spend
from pipelines.intake.checks.check import About
from pipelines.intake.mapping import file
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.prepare.readers import open_sources
from pipelines.intake.quarantine import Quarantine
from pipelines.intake.read.readable import Readable
from pipelines.intake.read.sources import ROWS_PER_PIECE
from pipelines.intake.reading_of import attributes_of, completed
from pipelines.intake.report import IngestReport
from pipelines.intake.rows.changed_values import read_changes
from pipelines.intake.rows.lookup import times_of
from pipelines.intake.rows.notes import AUDIT, DISPLAY, NOTES, PLACE, ROW, RULE
from pipelines.intake.screening import Screening
from pipelines.intake.spool import Spool, parts_of
from pipelines.storage import partitions
from pipelines.storage.id_hashes import hash_ids
from pipelines.storage.partitions import Manifest
from pipelines.storage.store_folder import replacing

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it, and of how much (None: unknown)."""

WRITTEN_DOWN: Final = "the outcome written down"


@dataclass(frozen=True)
class IngestSettings:
    """How to ingest.

    Attributes
    ----------
    as_of
        The moment of the export: nothing can have been known after it. None: not said.
    partitions
        How many; None: by the number of leads and activities.
    leads_per_partition
        About how many leads a partition may hold when `partitions` is None.
    rows_per_piece
        How many rows of a source are held at a time.
    reading
        What the records are read by, where that is not the mapping alone.
    """

    as_of: pd.Timestamp | None = None
    partitions: int | None = None
    leads_per_partition: int = 1_000_000
    rows_per_piece: int = ROWS_PER_PIECE
    reading: RecordReading | None = None


def ingest(
    mapping_path: Path,
    out_dir: Path,
    settings: IngestSettings | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read an export through its mapping into a canonical store.

    The store holds the tables, `manifest.json`, `quarantine.csv` and `ingest.json` (the report).

    Parameters
    ----------
    mapping_path
        The mapping file; paths in it are relative to it.
    out_dir
        The store; it is replaced as a whole.
    settings
        Sizes; missing means the defaults.
    progress
        Called with a share in [0, 1] now and then.

    Raises
    ------
    BadMapping
        The mapping cannot be used.
    BadTables
        A source is not there or lacks columns, or no usable lead is left.
    """
    mapping = file.load(mapping_path)
    readers = open_sources(mapping, mapping_path.parent, file.lines_of(mapping_path))
    return ingest_from(mapping, readers, out_dir, settings, progress)


def ingest_from(
    mapping: MappingFile,
    readers: Mapping[str, Readable],
    out_dir: Path,
    settings: IngestSettings | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Do the same with a mapping and its sources at hand.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    out_dir
        The store; it is replaced as a whole.
    settings, progress
        As of `ingest`.
    """
    work = _Ingest(mapping, readers, settings or IngestSettings())
    work.progress = progress or work.progress
    with (
        replacing(out_dir) as fresh,
        TemporaryDirectory(dir=fresh) as scratch,
        Quarantine(fresh) as quarantine,
    ):
        return work.run(quarantine, fresh, Path(scratch))


def check(
    mapping_path: Path, settings: IngestSettings | None = None, progress: Progress | None = None
) -> IngestReport:
    """Do everything that `ingest` does, and keep nothing but the report.

    Parameters
    ----------
    mapping_path
        The mapping file.
    settings, progress
        As of `ingest`.
    """
    with TemporaryDirectory() as scratch:
        return ingest(mapping_path, Path(scratch) / "store", settings, progress)


def audited(leads: pd.DataFrame) -> pd.DataFrame:
    """Return the protected attributes of leads, apart from everything else."""
    names = {n: n.removeprefix(AUDIT) for n in map(str, leads) if n.startswith(AUDIT)}
    return leads[["lead_id", *names]].rename(columns=names)


def displayed(leads: pd.DataFrame) -> pd.DataFrame:
    """Return what is shown of leads, apart from everything else."""
    names = {n: n.removeprefix(DISPLAY) for n in map(str, leads) if n.startswith(DISPLAY)}
    return leads[["lead_id", *names]].rename(columns=names)


class _Ingest:
    """One ingest at work."""

    def __init__(
        self, mapping: MappingFile, readers: Mapping[str, Readable], settings: IngestSettings
    ) -> None:
        self.mapping = mapping
        self.settings = settings
        self.progress: Progress = lambda *_: None
        self.readers = readers
        self.until = facts.moment(mapping.observed_until)

    def run(self, quarantine: Quarantine, fresh: Path, scratch: Path) -> IngestReport:
        """Do it all.

        Parameters
        ----------
        quarantine
            Where rows go that cannot be used.
        fresh
            The folder that is being written.
        scratch
            A folder for activities on their way to partitions.

        Raises
        ------
        BadTables
            If the mapping's sources cannot be read as it states.
        """
        gather.check_columns(self.mapping, self.readers)
        leads, accounts = self._gather("leads"), self._gather("accounts")
        self.screening = Screening(self._about(leads.kinds), quarantine)
        usable = self._dependents(leads, accounts)
        if usable["leads"].empty:
            answers = [a for a in self.screening.ledger.answers() if a.rows]
            raise BadTables([Fault(a.observed, a.expected, a.do) for a in answers])
        parts = self._partition_count(len(usable["leads"]))
        joined = self._joined(usable, quarantine)
        kinds = (leads.kinds | series.kinds_of(self.mapping), accounts.kinds)
        outcomes = usable["outcomes"]["outcome"]
        manifest = facts.manifest_of(self.mapping, self.readers, parts, kinds, outcomes)
        if self.settings.reading is not None:
            whole = completed(self.settings.reading, manifest.values_reading)
            manifest = manifest.model_copy(update={"reading": whole.to_json()})
        homes = partitions.lead_partitions(usable["leads"], parts)
        spool = self._spool(Spool(scratch, parts), homes)
        self._write(fresh, manifest, usable, homes, spool)
        lines, count = spend.read_spend(self.mapping, self.readers, quarantine)
        spend.write(fresh, lines)
        counts = {"series": joined.count, "spend": count}
        outside = {table: one for table, one in counts.items() if one is not None}
        return facts.finish(fresh, manifest, self.mapping, self.screening, outside, joined.words)

    def _joined(
        self, usable: dict[TableName, pd.DataFrame], quarantine: Quarantine
    ) -> series.JoinedTables:
        """Join the values of series to the usable leads, in place."""
        tables = (usable["leads"], usable["attribute_changes"])
        joined = series.join(self.mapping, self.readers, tables, quarantine)
        usable["leads"], usable["attribute_changes"] = joined.leads, joined.changes
        return joined

    def _gather(self, table: TableName) -> gather.Gathered:
        self.progress(f"reading {table}", 0, None)
        return gather.gather(self.mapping, self.readers, table, self.settings.rows_per_piece)

    def _about(self, kinds: gather.Kinds) -> About:
        fed = {table for table in SPECS if self.mapping.rules(table)}
        until = self.until if self.until is not None else self.settings.as_of
        later = frozenset(name for rule in self.mapping.leads for name in rule.known_later)
        untimed = all("created_at" not in rule.columns for rule in self.mapping.leads)
        return About(
            frozenset(fed),
            until,
            self.mapping.stages,
            tuple(kinds),
            later,
            end_open=self.until is None and not untimed,
            undone_wins=self.mapping.undone_wins == "count",
        )

    def _dependents(
        self, leads: gather.Gathered, accounts: gather.Gathered
    ) -> dict[TableName, pd.DataFrame]:
        """Screen all tables but activities, each against those before it."""
        usable: dict[TableName, pd.DataFrame] = {}
        usable["accounts"] = self._screened("accounts", accounts, usable)
        outcomes = self._gather("outcomes")
        if self.mapping.undated_wins == "exclude_lead":
            leads = replace(leads, frame=self._undated_noted(leads.frame, outcomes.frame))
        usable["leads"] = self._screened("leads", leads, usable)
        self._after_created(outcomes.frame, usable["leads"])
        usable["outcomes"] = self._screened("outcomes", outcomes, usable)
        changes = gather.with_changes(self._gather("attribute_changes"), leads.changes)
        later = read_changes(changes.frame, attributes_of(self.mapping, leads.kinds))
        changes = replace(changes, frame=later)
        usable["attribute_changes"] = self._screened("attribute_changes", changes, usable)
        return usable

    def _screened(
        self, table: TableName, read: gather.Gathered, others: Mapping[TableName, pd.DataFrame]
    ) -> pd.DataFrame:
        if not self.mapping.rules(table) and read.frame.empty:
            return read.frame
        self.screening.arrived(table, len(read.frame), read.passed_over)
        return self.screening.screen(table, read.frame, others, read.zones)

    def _undated_noted(self, leads: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
        """Note leads that were won nobody knows when: they are neither converted nor not."""
        dated = [
            n
            for n, rule in enumerate(self.mapping.outcomes)
            if rule.columns["occurred_at"].after_created_days is not None
        ]
        won = outcomes[(outcomes["outcome"] == "won") & ~outcomes[RULE].isin(dated)]
        known = won.loc[won["occurred_at"].notna(), "lead_id"]
        undated = won.loc[won["occurred_at"].isna() & ~won["lead_id"].isin(known), "lead_id"]
        rows = leads["lead_id"].isin(undated.dropna())
        notes = leads[NOTES].fillna("") + "\nundated_win\toutcome\twon"
        return leads.assign(**{NOTES: leads[NOTES].mask(rows, notes.str.strip())})

    def _after_created(self, outcomes: pd.DataFrame, leads: pd.DataFrame) -> None:
        """Date outcomes that are said to occur so many days after the lead was created."""
        for number, rule in enumerate(self.mapping.outcomes):
            days = rule.columns["occurred_at"].after_created_days
            if days is not None:
                mine = outcomes[RULE] == number
                created = times_of(outcomes["lead_id"], leads["lead_id"], leads["created_at"])
                at = created + pd.Timedelta(days=days)
                outcomes["occurred_at"] = outcomes["occurred_at"].mask(
                    mine, at.astype(MOMENT_DTYPE)
                )

    def _partition_count(self, leads: int) -> int:
        if self.settings.partitions is not None:
            return self.settings.partitions
        by_leads = -(-leads // self.settings.leads_per_partition)
        return max(by_leads, partitions.partition_count(self._expected()))

    def _expected(self) -> int:
        return sum(self.readers[rule.source].estimated_rows() for rule in self.mapping.activities)

    def _spool(self, spool: Spool, homes: pd.Series) -> Spool:
        """Read the activities and send each to the partition of its lead."""
        done, expected = 0, self._expected() if self.mapping.activities else 0
        self.zones: Counter[tuple[str, str]] = Counter()
        for job in gather.jobs(self.mapping, self.readers, "activities"):
            reader = self.readers[job.rule.source]
            for reading in gather.readings(job, reader, self.settings.rows_per_piece):
                frame, passed = self._without_outcomes(reading.frame, reading.passed_over)
                self.screening.arrived("activities", len(frame), passed)
                self.zones += reading.zones
                spool.put(frame, parts_of(frame["lead_id"], homes, spool.partitions))
                done += len(frame) + passed.total()
                self.progress("reading activities", done, max(expected, done))
        return spool

    def _without_outcomes(
        self, frame: pd.DataFrame, passed_over: Counter[str]
    ) -> tuple[pd.DataFrame, Counter[str]]:
        written = frame["activity_type"].isin(self.mapping.outcome_activities)
        return frame[~written], passed_over + Counter({WRITTEN_DOWN: int(written.sum())})

    def _write(
        self,
        fresh: Path,
        manifest: Manifest,
        usable: dict[TableName, pd.DataFrame],
        homes: pd.Series,
        spool: Spool,
    ) -> None:
        """Write partition by partition, screening the activities of each on the way."""
        count = manifest.partitions
        at = {t: parts_of(f[SPECS[t].key[0]], homes, count) for t, f in usable.items()}
        at["accounts"] = partitions.partition_of(usable["accounts"]["account_id"], count)
        repeated, taken = spool.repeated_ids(), np.zeros(0, dtype=np.uint64)
        for part, activities in enumerate(spool.parts()):
            self.progress("writing partitions", part, count)
            mine = {table: frame[at[table] == part] for table, frame in usable.items()}
            if activities is not None:
                zones, self.zones = self.zones, Counter()
                screened = self.screening.screen("activities", activities, mine, zones, taken)
                if len(repeated):
                    hashes = hash_ids(screened["activity_id"].dropna())
                    taken = np.union1d(taken, hashes[np.isin(hashes, repeated)])
                mine["activities"] = self._with_ids(screened)
            partitions.write_audit(fresh, part, audited(mine["leads"]))
            partitions.write_display(fresh, part, displayed(mine["leads"]))
            for table in SPECS:
                frame = mine.get(table, pd.DataFrame(columns=list(SPECS[table].names)))
                kinds = partitions.kinds_of(manifest, table)
                partitions.write_part(fresh, table, part, frame, kinds)
        self.progress("writing partitions", count, count)

    def _with_ids(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Set the id of activities without one to what says where they came from."""
        place = frame[PLACE] + ":" + frame[ROW].astype("str")
        if len({rule.source for rule in self.mapping.activities}) < len(self.mapping.activities):
            place = place + ":" + frame[RULE].astype("str")
        return frame.assign(activity_id=frame["activity_id"].fillna(place))
