"""What an ingest writes down about itself: the manifest, the report, and what it assumed.

Decided here: data are complete until `observed_until` of the mapping, else until their latest time;
leads without any time are placed at one moment by convention, and then observed for a year.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadTables
from features.reading.times import read_times
from pipelines.intake import gather
from pipelines.intake.mapping.schema import AttributedRule, SeriesRule
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.mapping.values import BothLanguages
from pipelines.intake.read.readable import Readable
from pipelines.intake.reading_of import reading_of
from pipelines.intake.report import IngestReport, TableCount
from pipelines.intake.screening import Screening
from pipelines.storage import partitions
from pipelines.storage.partitions import Manifest, StoreInput

UNTIMED_SPAN: Final = pd.Timedelta(days=366)
UNTIMED: Final = BothLanguages(
    en="leads carry no time: all were created at 2000-01-01T00:00:00Z",
    ja="リードに日時がないため、すべて 2000-01-01T00:00:00Z に作成されたものとする",
)
YEAR_AFTER: Final = BothLanguages(
    en="observed_until is a year after the latest time, as there are no times",
    ja="日時がないため、最後の日時の1年後までのデータがそろっているものとする（observed_until）",
)
LATEST: Final = BothLanguages(
    en="observed_until is the latest time in the data",
    ja="データの最後の日時までのデータがそろっているものとする（observed_until）",
)
SETTLED: Final = BothLanguages(
    en="observed_until is the time of the last lead, outcome or change: activities run ahead of it",
    ja="最後のリード・結果・属性変更の日時までのデータがそろっているものとする（observed_until）："
    "それより先の活動がある",
)
REPORT: Final = "ingest.json"


def manifest_of(
    mapping: MappingFile,
    readers: Mapping[str, Readable],
    parts: int,
    kinds: tuple[gather.Kinds, gather.Kinds],
    outcomes: pd.Series,
) -> Manifest:
    """Return the manifest as far as it is known before anything is written.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    parts
        Number of partitions.
    kinds
        The attributes of leads, and of accounts, with their kinds.
    outcomes
        The outcomes of the usable rows.
    """
    leads, accounts = kinds
    reading = reading_of(mapping, leads, accounts, outcomes.dropna().unique())
    return Manifest(
        name=mapping.name,
        partitions=parts,
        observed_until="",
        attributes=leads,
        account_attributes=accounts,
        series=tuple(name for rule in mapping.series for name in rule.attributes),
        labels=mapping.labels,
        excluded=gather.excluded(mapping, readers),
        outcome_activities=mapping.outcome_activities,
        reading=reading.to_json(),
        inputs=tuple(
            StoreInput(source=i.source, place=i.place, sha256=i.sha256)
            for reader in readers.values()
            for i in reader.inputs()
        ),
    )


def finish(
    fresh: Path,
    manifest: Manifest,
    mapping: MappingFile,
    screening: Screening,
    outside: Mapping[str, TableCount] | None = None,
    joined: Sequence[BothLanguages] = (),
) -> IngestReport:
    """Complete the manifest, write the report, and see that the counts add up.

    Parameters
    ----------
    fresh
        The folder that is being written.
    manifest
        What is known of it so far.
    mapping
        The mapping.
    screening
        The checks and the counts.
    outside
        The counts of tables that are no canonical ones, `series` and `spend`, where there are any.
    joined
        What was joined to leads, in words.
    """
    until, assumptions = observed_until(mapping, screening.latest, ahead=screening.ahead)
    assumptions += [*unprotected(mapping), *joined]
    done = {"observed_until": until.isoformat(), "assumptions": tuple(assumptions)}
    manifest = partitions.finish(fresh, manifest.model_copy(update=done))
    report = IngestReport(
        manifest.name,
        screening.finished(),
        tuple(screening.ledger.answers()),
        manifest.observed_until,
        manifest.partitions,
        dict(manifest.attributes),
        manifest.excluded,
        manifest.assumptions,
        (outside or {}).get("spend"),
        (outside or {}).get("series"),
    )
    _balance(report)
    words = json.dumps(report.to_dict(), ensure_ascii=False, indent=1)
    (fresh / REPORT).write_text(words, "utf-8")
    return report


def observed_until(
    mapping: MappingFile, latest: pd.Timestamp | None, *, ahead: bool = False
) -> tuple[pd.Timestamp, list[BothLanguages]]:
    """Return until when the data are complete, and what had to be assumed.

    Parameters
    ----------
    mapping
        What may state it.
    latest
        The latest time of the data; None without any.
    ahead
        Whether activities lie further ahead, which do not count.

    Raises
    ------
    BadTables
        If neither the mapping nor the data have a time.
    """
    assumed = []
    until = moment(mapping.observed_until)
    untimed = all("created_at" not in rule.columns for rule in mapping.leads)
    if untimed:
        assumed.append(UNTIMED)
    if until is not None:
        return until, assumed
    if latest is None:
        raise BadTables.of("no time at all", "at least one time", "see the quarantine")
    if untimed:
        assumed.append(YEAR_AFTER)
        return latest + UNTIMED_SPAN, assumed
    assumed.append(SETTLED if ahead else LATEST)
    return latest, assumed


def unprotected(mapping: MappingFile) -> list[BothLanguages]:
    """Return which attributes are called like protected ones, and why they are none."""
    rules: tuple[AttributedRule | SeriesRule, ...] = (
        *mapping.leads,
        *mapping.accounts,
        *mapping.series,
    )
    return [
        BothLanguages(
            en=f"{name} is no protected attribute: {why.en}",
            ja=f"{name} は保護すべき属性ではない：{why.ja}",
        )
        for rule in rules
        for name, attribute in rule.attributes.items()
        if (why := attribute.not_protected)
    ]


def moment(words: str | None) -> pd.Timestamp | None:
    """Read an ISO time of the mapping; without an offset it is UTC.

    >>> moment("2026-04-01T09:00:00+09:00").isoformat()
    '2026-04-01T00:00:00+00:00'
    """
    if words is None:
        return None
    time = read_times(pd.Series([words], dtype="str"), TimeRule()).moments.iloc[0]
    return pd.Timestamp(time)


def _balance(report: IngestReport) -> None:
    for table, count in report.tables.items():
        if not count.balanced:
            raise AssertionError(f"{table}: {count} does not balance; please report this")
