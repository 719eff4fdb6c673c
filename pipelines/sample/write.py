"""Writing the sample company as a CRM would export it: Japanese columns, several files.

- `leads.csv`, `accounts.csv`, `deals.csv`, `attribute_changes.csv`: times in Japanese local time,
  without an offset; the leads carry the planted leaks (`leaks.PLANTED_LEAKS`), names and
  ways to reach them (`contacts.DISPLAY`), and a personal column.
- `page_views.parquet`, `activities.parquet`: times in UTC.
- `former_scores.csv`: the score in use before, a history with two faults
  (`former_score.PLANTED`); mapped by nothing, read by `incumbent` of params.yaml.
- `truth.parquet`: the true probabilities of `company.truth_snapshots` (`truth`), with
  and without what texts let show; not for models.
- `team.yaml`, `spend.csv`: the salespeople and what the channels cost, for `mikomi team load` and
  `mikomi spend load`.
- `contact_test.csv`: leads called by lot, and who converted, for `mikomi contact-value`; its truth
  in `contact_truth.parquet` (`contact_test`).
- `calls.csv`, with a gate only: whom sales called; deals of others never came about
  (`contact_gate`).
- `planted.json`: how many rows of each fault were planted (`mess`), and the planted leaks.
"""

import csv
import json
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from pipelines.sample import former_score
from pipelines.sample.answers import truth_at, truth_snapshots
from pipelines.sample.company import SampleCompany
from pipelines.sample.contact_gate import gate
from pipelines.sample.contact_test import contact_test
from pipelines.sample.export import arrow_tables
from pipelines.sample.facets import attribute_values, contacts, products, spend, team
from pipelines.sample.leaks import PLANTED_LEAKS
from pipelines.sample.mess import plant
from pipelines.sample.simulation import people
from pipelines.storage.arrow_tables import TIME, to_arrow

PARQUET: Final = ("page_views", "activities")
JAPAN: Final = "Asia/Tokyo"
LEADS: Final = (
    {
        "lead_id": "リードID",
        "created_at": "登録日時",
        "account_id": "取引先ID",
        "owner_id": "営業担当",
    }
    | {attribute.name: attribute.label.ja for attribute in attribute_values.CATEGORIES}
    | {name: text.ja for name, text in attribute_values.NUMBERS.items()}
    | {leak.name: leak.column for leak in PLANTED_LEAKS}
    | contacts.DISPLAY
)
PAGE_VIEWS: Final = {
    "activity_id": "閲覧ID",
    "lead_id": "リードID",
    "occurred_at": "閲覧日時",
    "topic": "ページ区分",
    "dwell_seconds": "滞在秒",
}
ACTIVITIES: Final = {
    "activity_id": "活動ID",
    "lead_id": "リードID",
    "occurred_at": "活動日時",
    "known_at": "入力日時",
    "activity_type": "活動種別",
    "topic": "話題",
    "direction": "方向",
    "actor": "対応者",
    "dwell_seconds": "所要秒",
    "text": "内容",
}
DEALS: Final = {
    "deal_id": "商談ID",
    "lead_id": "リードID",
    "occurred_at": "日時",
    "outcome": "段階",
    "amount": "金額",
    "reason": "失注理由",
}
ACCOUNTS: Final = {
    "account_id": "取引先ID",
    "company_name": "会社名",
    "founded_year": "設立年",
    "known_at": "登録日時",
}
CHANGES: Final = {
    "lead_id": "リードID",
    "attribute": "項目",
    "occurred_at": "変更日時",
    "known_at": "入力日時",
    "value": "変更後",
}
FORMER_SCORES: Final = {"lead_id": "リードID", "at": "日時", "score": "スコア"}
TRUTH: Final = {
    "lead_id": pa.string(),
    "cutoff": TIME,
    "probability_given_everything": pa.float64(),
    "probability_given_seen": pa.float64(),
    "probability_given_seen_without_texts": pa.float64(),
    "horizon_days": pa.int64(),
}
DIRECTIONS: Final = {"inbound": "顧客から", "outbound": "自社から"}
OUTCOMES: Final = {"opened": "商談化", "quoted": "見積提示", "won": "受注", "lost": "失注"}
PLANS: Final = {products.SUPPORT_PLAN: products.WRITTEN}


def write(company: SampleCompany, out_dir: Path) -> None:
    """Write the export and its truth.

    Parameters
    ----------
    company
        The company.
    out_dir
        Where to; made if it is not there.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    raw = raw_tables(company)
    planted: dict[str, int] = {}
    if company.settings.mess:
        raw, planted = _soiled(raw, company.particulars_seeds[0])
    for name, table in raw.items():
        if name in PARQUET:
            pq.write_table(table, out_dir / f"{name}.parquet")
        else:
            pa_csv.write_csv(table, out_dir / f"{name}.csv")
    scores = _as_text(_renamed(former_score.former_scores(company), FORMER_SCORES))
    pa_csv.write_csv(scores, out_dir / "former_scores.csv")
    _write_team(company, out_dir)
    truth = truth_at(company, truth_snapshots(company))
    pq.write_table(to_arrow(truth, TRUTH), out_dir / "truth.parquet")
    _write_contacts(company, truth, out_dir)
    planted_faults = {
        "leaks": {leak.column: leak.why for leak in PLANTED_LEAKS},
        "mess": planted,
        "former_scores.csv": former_score.PLANTED,
    }
    (out_dir / "planted.json").write_text(
        json.dumps(planted_faults, ensure_ascii=False, indent=2), "utf-8"
    )


def _write_contacts(company: SampleCompany, truth: pd.DataFrame, out_dir: Path) -> None:
    """Write the test by lot with its truth, and with a gate whom sales called."""
    test = contact_test(company, truth)
    test.frame.to_csv(out_dir / "contact_test.csv", index=False)
    known = {"probability": test.without, "probability_if_contacted": test.with_contact}
    of_test = test.frame[["lead_id", "at"]].assign(**known)
    of_test.to_parquet(out_dir / "contact_truth.parquet", index=False)
    if company.settings.gate:
        gate(company).frame.to_csv(out_dir / "calls.csv", index=False)


def _write_team(company: SampleCompany, out_dir: Path) -> None:
    """Write what managers enter about the company: its salespeople, and what channels cost."""
    members = team.team(people.SKILL, people.SPECIALITY)
    (out_dir / "team.yaml").write_text(team.team_file(members), "utf-8")
    persons, known = company.people, attribute_values.SOURCE.values  # noqa: PD011 - a tuple
    names = [value.ja for value in known]
    created = pd.to_datetime(persons.created_at, unit="us", utc=True).tz_convert(JAPAN)
    sources = (names[code] for code in persons.codes["source"])
    rows = spend.spend_rows(zip(created, sources, strict=True))
    with (out_dir / "spend.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("source", "month", "amount"), *rows])


def raw_tables(company: SampleCompany) -> dict[str, pa.Table]:
    """Return the tables of the export by file name; columns of CSV files are text."""
    made = arrow_tables(company)
    activities = made["activities"]
    web = pc.equal(activities["activity_type"], "page_view")
    others = _translated(activities.filter(pc.invert(web)), "direction", DIRECTIONS)
    deals = _translated(made["outcomes"], "outcome", OUTCOMES | PLANS)
    names = {attribute_values.DEPARTMENT.name: attribute_values.DEPARTMENT.label.ja}
    changes = _translated(made["attribute_changes"], "attribute", names)
    return {
        "leads": _as_text(_renamed(made["leads"], LEADS)),
        "accounts": _as_text(_renamed(made["accounts"], ACCOUNTS)),
        "deals": _as_text(_renamed(deals, DEALS)),
        "attribute_changes": _as_text(_renamed(changes, CHANGES)),
        "page_views": _renamed(activities.filter(web), PAGE_VIEWS),
        "activities": _renamed(others, ACTIVITIES),
    }


def _renamed(table: pa.Table, columns: dict[str, str]) -> pa.Table:
    return table.select(list(columns)).rename_columns(list(columns.values()))


def _translated(table: pa.Table, column: str, values: dict[str, str]) -> pa.Table:
    place = pc.index_in(table[column], value_set=pa.array(list(values)))
    words_of = pa.array(list(values.values())).take(place.combine_chunks())
    return table.set_column(table.schema.get_field_index(column), column, words_of)


def _as_text(table: pa.Table) -> pa.Table:
    """Write times as Japanese local time and whole numbers without a decimal sign."""
    for number, field in enumerate(table.schema):
        values = table.column(number)
        if pa.types.is_timestamp(field.type):
            local = pc.local_timestamp(values.cast(pa.timestamp("s", JAPAN)))
            values = pc.strftime(local, "%Y-%m-%d %H:%M:%S")
        elif pa.types.is_floating(field.type):
            values = values.cast(pa.int64())
        table = table.set_column(number, field.name, values.cast(pa.string()))
    return table


def _soiled(raw: dict[str, pa.Table], seed: int) -> tuple[dict[str, pa.Table], dict[str, int]]:
    frames = {name: raw[name].to_pandas() for name in ("leads", "deals", "activities")}
    soiled, planted = plant(frames, np.random.default_rng([seed, 2]))
    tables = {
        name: to_arrow(frame, {field.name: field.type for field in raw[name].schema})
        for name, frame in soiled.items()
    }
    return raw | tables, planted
