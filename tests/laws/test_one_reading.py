"""The server's answer to a record as the CRM writes it equals the pipeline's for the export.

Decided here: a record of which the export puts a row aside (a time or a word that cannot be read,
an id with other values) may be refused by the server; it is never answered with another number. So
may an amount or a duration that is no number, which an export only reports, and a time that cannot
be read in a record that an export passes over (the outcome written down).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings

from features import build
from features.reading.reading import PLAIN, RecordReading
from models.scoring.scorer import Scorer
from serve.errors import BadBody
from serve.scoring.loaded_model import LoadedModel
from serve.wire import bodies
from tests.odd_records import has_no_number, has_no_time, ingested, odd_rows
from tests.raw_company import CUTOFF, RawCompany, Rows, raw_company

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
CALL = ("電話", "料金", "顧客から", "佐藤", "１，２００")
ODD: Rows = {
    "leads": [
        ("1", "2026-03-02", "佐藤", "製造業", "はい", "１，２００"),
        ("2", "2026-06-30T00:30", "なし", " 製造", "たぶん", "なし"),
        ("3", "2026-03-02", "新人9", "農業", "true", "多数"),
        ("4", "２０２６-03-02", "", "-", "", "many"),
    ],
    "acts": [
        *[("1-1", "1", "2026-06-01 00:10", *CALL)] * 5,
        ("2-1", "2", "2026-06-30", "受注報告", "", "?", "-", "30"),
        ("3-1", "3", "2026-04-01T15:30Z", "のろし", "天気", "", "誰か", "1'200"),
    ],
    "deals": [
        ("1", "D1", "2026-05-07", "商談化", "1,200,000円"),
        ("1", "D1", "2026-05-20 10:00", "受注", "９００"),
        ("1", "Ｄ１", "2026-06-02 09:00", "失注", ""),
        ("3", "D1", "2026-05-07", "Closed Lost", "9"),
        ("4", "", "2026-05-07", "blue", "9"),
    ],
    "log": [("4", " 席数", "2026-05-01", "¥3,000"), ("3", "業種", "2026-05-01", "製造")],
}
"""One of each oddity."""


def differing(
    company: RawCompany, loaded: LoadedModel, refusable: frozenset[str] = frozenset()
) -> list[str]:
    """Return the leads whose features or score differ between the export and the request.

    Parameters
    ----------
    company
        An export and its tables.
    loaded
        The model as the server has it.
    refusable
        The leads that the server may refuse.
    """
    keys = company.tables.leads[["lead_id"]].assign(cutoff=CUTOFF)
    frame = build.build(company.tables, keys, company.artifact.catalog)
    scorer = Scorer(company.artifact)
    bad = []
    for lead_id, values in zip(frame.keys["lead_id"], frame.values, strict=True):
        try:
            request = loaded.request_from_bytes(company.body(lead_id), NOW)
        except BadBody:
            bad += [lead_id] * (lead_id not in refusable)
            continue
        mine = loaded.values(request)
        one = values[None, :]
        scores = [scorer.score_lead(rows) for rows in (mine, one)]
        if mine.tobytes() != one.tobytes() or repr(scores[0]) != repr(scores[1]):
            bad.append(lead_id)
    return bad


def unreadable(rows: Rows) -> frozenset[str]:
    """Return the leads with an amount or a duration that is no number, or a time that is none."""
    acts = {row[1] for row in rows["acts"] if has_no_number(row[-1]) or has_no_time(row[2])}
    return frozenset(acts | {row[0] for row in rows["deals"] if has_no_number(row[-1])})


def of(rows: Rows) -> tuple[RawCompany, frozenset[str]]:
    """Return an export beside the model of the company, and the leads that may be refused."""
    tables, aside = ingested(rows)
    return RawCompany(rows, tables, raw_company().artifact), aside | unreadable(rows)


def test_a_record_as_the_crm_writes_it_is_scored_as_in_the_export() -> None:
    company = raw_company()
    assert len(company.tables.leads) == len(company.rows["leads"])
    assert differing(company, LoadedModel(company.artifact)) == []


LOADED: list[LoadedModel] = []


def loaded_once() -> LoadedModel:
    if not LOADED:
        LOADED.append(LoadedModel(raw_company().artifact))
    return LOADED[0]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(ODD)
@given(odd_rows())
def test_odd_records_are_scored_as_in_the_export_or_refused(rows: Rows) -> None:
    company, refusable = of(rows)
    assert differing(company, loaded_once(), refusable) == []


def test_a_server_that_forgets_the_reading_is_noticed() -> None:
    company = raw_company()
    deaf = LoadedModel(replace(company.artifact, reading=PLAIN))
    assert len(differing(company, deaf)) > len(company.rows["leads"]) // 2


def unread(table: str, column: str, **changes: object) -> Callable[[RecordReading], RecordReading]:
    """Return a fault: a column of a table, or an attribute, that is read otherwise."""

    def forget(reading: RecordReading) -> RecordReading:
        if table == "attributes":
            stated = reading.attributes
            changed = {column: replace(stated[column], **changes)}  # type: ignore[arg-type]
            return replace(reading, attributes={**stated, **changed})
        of_table = reading.tables[table]
        changed = {column: replace(of_table[column], **changes)}  # type: ignore[arg-type]
        return replace(reading, tables={**reading.tables, table: {**of_table, **changed}})

    return forget


FAULTS: dict[str, tuple[Callable[[RecordReading], RecordReading], str]] = {
    "undone wins count": (lambda reading: replace(reading, undone_wins="count"), "1"),
    "outcomes in English only": (unread("outcomes", "outcome", values={}), "3"),
    "types in English only": (unread("activities", "activity_type", values={}), "1"),
    "the outcome written down": (lambda reading: replace(reading, outcome_activities=()), "2"),
    "industries in English only": (unread("attributes", "industry", values={}), "1"),
    "words for missing": (unread("attributes", "seats", missing=(), values={"なし": "7"}), "2"),
    "words for numbers": (unread("attributes", "seats", values={}), "3"),
    "a point for a comma": (unread("attributes", "seats", decimal=","), "1"),
    "names of changed attributes": (unread("attribute_changes", "attribute", values={}), "4"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_server_that_reads_one_thing_otherwise_is_noticed(name: str) -> None:
    fault, lead_id = FAULTS[name]
    company, refusable = of(ODD)
    reading = fault(company.artifact.reading)
    loaded = LoadedModel(replace(company.artifact, reading=reading))
    assert lead_id in differing(company, loaded, refusable)


def test_a_server_that_counts_an_activity_for_each_sending_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company, _ = of(ODD)
    monkeypatch.setattr(bodies, "_once", lambda records, _key: records)
    assert "1" in differing(company, loaded_once())


def test_a_server_that_takes_local_times_for_utc_is_noticed() -> None:
    company, _ = of(ODD)
    reading = company.artifact.reading
    utc = {
        table: {
            name: replace(one, time=replace(one.time, zone="UTC")) for name, one in columns.items()
        }
        for table, columns in reading.tables.items()
    }
    there = replace(reading, tables=utc, zone="UTC")
    assert "1" in differing(company, LoadedModel(replace(company.artifact, reading=there)))


def test_an_undoing_that_is_not_known_yet_moves_nothing() -> None:
    rows = {name: [*listed] for name, listed in ODD.items()}
    before = of(rows | {"deals": rows["deals"][:2]})[0]
    later = ("1", "D1", "2026-07-01 09:00", "失注", "")
    after = replace(before, rows=rows | {"deals": [*rows["deals"][:2], later]})
    loaded = loaded_once()
    values = [
        loaded.values(loaded.request_from_bytes(one.body("1"), NOW)).tobytes()
        for one in (before, after)
    ]
    assert values[0] == values[1]
