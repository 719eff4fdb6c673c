"""An export as Japanese CRMs write it, and the same records as the CRM would send them."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from features import build, learn_catalog
from features.catalog.catalog import CatalogSettings
from features.tables import Tables
from features.timeline import to_moments
from models.artifact.artifact import Artifact
from models.explain.proof import learn_evidence
from models.model import reference
from models.stats.training_set import TrainingSet
from models.training import fit_model
from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.storage import partitions
from tests import served

CUTOFF = pd.Timestamp("2026-06-30T15:00:00Z")
MAPPING = """
name: raw
sources: {leads: {path: leads.csv}, acts: {path: acts.csv}, deals: {path: deals.csv}, log: {path: log.csv}}
times: {zone: Asia/Tokyo}
missing_values: ["", なし, "-"]
stages: [quoted]
outcome_activities: [受注記録]
observed_until: "2026-07-01T00:00:00Z"
leads:
  - source: leads
    columns: {lead_id: {column: ID, id_form: integer}, created_at: 登録, owner_id: 担当}
    attributes:
      industry: {kind: category, column: 業種, values: {製造: manufacturing, 製造業: manufacturing}}
      member: {kind: category, column: 会員, values: {はい: "true", いいえ: "false"}, other_values: missing}
      seats: {kind: number, column: 席数, values: {多数: 500}}
activities:
  - source: acts
    columns:
      activity_id: 活動ID
      lead_id: {column: ID, id_form: integer}
      occurred_at: 日時
      activity_type: {column: 種別, values: {電話: call, メール: email, 受注報告: 受注記録}}
      topic: {column: 話題, values: {料金: pricing}}
      direction: {column: 方向, values: {顧客から: inbound, 自社から: outbound}}
      actor: 担当者
      dwell_seconds: 秒
outcomes:
  - source: deals
    columns:
      lead_id: {column: ID, id_form: integer}
      deal_id: 商談
      occurred_at: 日
      outcome: {column: 段階, other_values: keep, values: {商談化: opened, 見積: quoted, 受注: won, 失注: lost, Closed Lost: lost}}
      amount: 金額
attribute_changes:
  - source: log
    columns:
      lead_id: {column: ID, id_form: integer}
      attribute: {column: 項目, values: {業種: industry, 席数: seats}}
      occurred_at: 日時
      value: 値
"""  # noqa: E501 - a file of its own
HEADERS = {
    "leads": ("ID", "登録", "担当", "業種", "会員", "席数"),
    "acts": ("活動ID", "ID", "日時", "種別", "話題", "方向", "担当者", "秒"),
    "deals": ("ID", "商談", "日", "段階", "金額"),
    "log": ("ID", "項目", "日時", "値"),
}
NUMBERS = ("1,200", "１２００", "", "なし", "35", "１,５００", "多数", "many", "12.5", "\u00a530")
Rows = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class RawCompany:
    """An export, its tables and a model of it.

    Attributes
    ----------
    rows
        The rows of every file, as written.
    tables
        The same, ingested.
    artifact
        A model that learned from it.
    """

    rows: Rows
    tables: Tables
    artifact: Artifact

    def body(self, lead: str) -> bytes:
        """Return a lead as the CRM would send it: the words of the export, in JSON."""
        ((_, created, owner, industry, member, seats),) = _of(self.rows["leads"], 0, lead)
        acts, deals = _of(self.rows["acts"], 1, lead), _of(self.rows["deals"], 0, lead)
        attributes = {"industry": industry, "member": member, "seats": seats}
        whole: dict[str, Any] = {"lead_id": lead, "created_at": created, "owner_id": owner}
        whole |= {"attributes": attributes, "as_of": CUTOFF.isoformat()}
        whole["activities"] = [
            dict(zip(_ACTIVITY, (act[0], *act[2:]), strict=True)) for act in acts
        ]
        whole["outcomes"] = [dict(zip(_OUTCOME, deal[1:], strict=True)) for deal in deals]
        changes = _of(self.rows["log"], 0, lead)
        whole["changes"] = [dict(zip(_CHANGE, change[1:], strict=True)) for change in changes]
        return json.dumps(whole, ensure_ascii=False).encode()


_ACTIVITY = (
    "activity_id", "occurred_at", "activity_type", "topic", "direction", "actor", "dwell_seconds"
)  # fmt: skip
_OUTCOME = ("deal_id", "occurred_at", "outcome", "amount")
_CHANGE = ("attribute", "occurred_at", "value")


def _of(rows: Sequence[tuple[str, ...]], column: int, lead: str) -> list[tuple[str, ...]]:
    return [row for row in rows if row[column] == lead]


def _draw(rng: np.random.Generator, words: Sequence[str]) -> str:
    return str(words[int(rng.integers(len(words)))])


def _at(rng: np.random.Generator) -> str:
    moment = pd.Timestamp("2026-04-01") + pd.Timedelta(minutes=int(rng.integers(80 * 1_440)))
    day = f"{moment:%Y-%m-%d}"
    return _draw(rng, [day, f"{moment}", f"{moment:%Y-%m-%dT%H:%M}+09:00", f"{day} 00:15"])


def raw_rows(leads: int, seed: int) -> Rows:
    """Draw an export; an activity may stand there several times, words may be missing or rare."""
    rng = np.random.default_rng(seed)
    rows: Rows = {name: [] for name in HEADERS}
    for n in range(leads):
        lead, created = f"{1_000 + n}", f"2026-03-{1 + n % 28:02d}"
        rare = _draw(rng, ["小売", "製造", "製造業", f"業種{n}", "なし"])
        member = _draw(rng, ["はい", "いいえ", "たぶん"])
        owner = _draw(rng, ["佐藤", "鈴木", "", f"新人{n}"])
        rows["leads"].append((lead, created, owner, rare, member, _draw(rng, NUMBERS)))
        for k in range(int(rng.integers(7))):
            act = _activity(rng, lead, f"A{n}-{k}")
            rows["acts"] += [act] * int(rng.choice([1, 1, 1, 5]))
        if rng.random() < 0.6:
            rows["deals"] += _deal(rng, lead)
        if rng.random() < 0.5:
            change = [("席数", _draw(rng, NUMBERS)), ("業種", _draw(rng, ["製造", "小売", "-"]))]
            rows["log"] += [(lead, name, _at(rng), value) for name, value in change]
    return rows


def _activity(rng: np.random.Generator, lead: str, activity_id: str) -> tuple[str, ...]:
    return (
        activity_id, lead, _at(rng),
        _draw(rng, ["電話", "メール", "call", "受注記録", "受注報告", "のろし", " 電話 "]),
        _draw(rng, ["料金", "pricing", "", "なし", "天気"]),
        _draw(rng, ["顧客から", "自社から", "inbound", "", "?"]),
        _draw(rng, ["佐藤", "鈴木", "-", "誰か"]),
        _draw(rng, ["30", "１２０", "1,200", "", "なし"]),
    )  # fmt: skip


def _deal(rng: np.random.Generator, lead: str) -> list[tuple[str, ...]]:
    amount = _draw(rng, ["1,200,000円", "９００", "", "なし"])
    last = _draw(rng, ["受注", "失注", "Closed Lost", "見積", "quoted", "lost"])
    first = (lead, "D1", "2026-05-07", "商談化", amount)
    rows: list[tuple[str, ...]] = [
        first,
        (lead, "D1", _draw(rng, ["2026-05-30", "2026-06-11 09:30"]), last, amount),
    ]
    return rows if rng.random() < 0.7 else [*rows, first]


@cache
def raw_company(leads: int = 70, seed: int = 0) -> RawCompany:
    """Write, ingest and learn from an export, once for all tests of a process."""
    rows = raw_rows(leads, seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows)
        ingest(folder / "mapping.yaml", folder / "store", IngestSettings(partitions=1))
        tables = partitions.read_all(folder / "store")
        reading = partitions.manifest(folder / "store").values_reading
    settings = CatalogSettings(windows_days=(90.0,), min_support=4, month_after_days=0.0)
    keys = pd.DataFrame({"lead_id": tables.leads["lead_id"], "cutoff": CUTOFF})
    catalog = learn_catalog.learn(tables, keys, settings, zone=reading.zone)
    return RawCompany(rows, tables, replace(_fitted(tables, keys, catalog), reading=reading))


def write(folder: Path, rows: Rows) -> None:
    """Write an export and its mapping into a folder."""
    (folder / "mapping.yaml").write_text(MAPPING, "utf-8")
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADERS[name], *lines])


def _fitted(tables: Tables, keys: pd.DataFrame, catalog: Any) -> Artifact:
    frame = build.build(tables, keys, catalog)
    values = frame.values  # noqa: PD011 - not a frame of pandas
    count = len(values)
    calls = np.nan_to_num(values[:, catalog.names.index("engagement__call_count__90d")])
    label = (np.arange(count) % 5 < 1 + calls).astype(np.float64)
    taught = TrainingSet(
        values,
        label,
        np.arange(count, dtype=np.int64),
        to_moments(frame.keys["cutoff"]) + np.arange(count),
        catalog.names,
        catalog.categorical,
    )
    model = fit_model.fit(taught, served.SETTINGS, seed=0)
    people = reference.learn(model.margin(taught.values))
    evidence = learn_evidence.learn(taught, model, catalog, (served.SETTINGS, None, 0))
    return Artifact(model, catalog, people, evidence, {"horizon_days": 30.0})
