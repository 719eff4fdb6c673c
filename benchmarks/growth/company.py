"""A company of any size, drawn and written in pieces: leads as CSV, activities as Parquet.

Decided here: fifty activities a lead on average, with a heavy tail; who looks at prices and asks is
likelier to buy. What is drawn depends on the seed and the number of the piece alone, so that a
company of a million leads takes no more memory than a piece of it. Three years, ended deals for
about half of the leads, accounts of three leads.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

PIECE: Final = 20_000
ACTIVITIES_PER_LEAD: Final = 50
BEGIN: Final = np.datetime64("2023-04-01T00:00:00", "us")
END: Final = np.datetime64("2026-04-01T00:00:00", "us")
TYPES: Final = ("page_view", "email_open", "email_click", "form", "download", "seminar", "call")
TYPE_SHARES: Final = (0.55, 0.2, 0.08, 0.04, 0.05, 0.03, 0.05)
TOPICS: Final = ("product", "pricing", "case_study", "support", "blog", "careers")
ATTRIBUTES: Final = {
    "industry": ("manufacturing", "retail", "finance", "software", "health", "public"),
    "company_size": ("1-9", "10-49", "50-199", "200-999", "1000+"),
    "job_role": ("staff", "manager", "director", "executive"),
    "region": tuple(f"region {number:02d}" for number in range(30)),
    "source": ("web", "fair", "referral", "advert", "partner"),
}
MAPPING: Final = """\
name: growth
sources:
  leads: {path: leads.csv}
  deals: {path: deals.csv}
  activities: {path: activities.parquet}
observed_until: "2026-04-01T00:00:00Z"
leads:
  - source: leads
    columns: {lead_id: lead_id, created_at: created_at, account_id: account_id}
    attributes:
      industry: {kind: category}
      company_size: {kind: category}
      job_role: {kind: category}
      region: {kind: category}
      source: {kind: category}
      employee_count: {kind: number}
activities:
  - source: activities
    columns:
      activity_id: activity_id
      lead_id: lead_id
      occurred_at: occurred_at
      activity_type: activity_type
      topic: topic
      direction: direction
      dwell_seconds: dwell_seconds
outcomes:
  - source: deals
    columns:
      lead_id: lead_id
      deal_id: deal_id
      occurred_at: occurred_at
      outcome: outcome
      amount: amount
"""
PARAMS: Final = """\
workspace: growth
source: {mapping: export/mapping.yaml, leads_per_partition: 20000}
cohort: {outcome: won, horizon_days: 90, every_days: 28, early_age_hours: [24]}
features: {windows_days: [1, 7, 30, 90]}
card: {owner: benchmark, purpose: growth}
promote: {confidence: 0.5}
"""


def write(folder: Path, leads: int, seed: int = 7) -> None:
    """Write the export of so many leads, its mapping and params.yaml, and how it is run.

    Parameters
    ----------
    folder
        The folder of the company; `export` in it holds the files.
    leads
        How many leads.
    seed
        Of all that is drawn.
    """
    export = folder / "export"
    export.mkdir(parents=True)
    (export / "mapping.yaml").write_text(MAPPING, "utf-8")
    (folder / "params.yaml").write_text(PARAMS, "utf-8")
    writer = None
    for first in range(0, leads, PIECE):
        draw = np.random.default_rng((seed, first))
        drawn = _Piece(first, min(PIECE, leads - first), draw)
        mode = "w" if first == 0 else "a"
        for name, frame in (("leads", drawn.leads()), ("deals", drawn.deals())):
            frame.to_csv(export / f"{name}.csv", mode=mode, header=first == 0, index=False)
        rows = drawn.activities()
        writer = writer or pq.ParquetWriter(export / "activities.parquet", rows.schema)
        writer.write_table(rows)
    assert writer is not None  # noqa: S101 - a company has leads
    writer.close()


class _Piece:
    """Some leads of the company."""

    def __init__(self, first: int, count: int, draw: np.random.Generator) -> None:
        self._number = np.arange(first, first + count)
        self._draw = draw
        span = int((END - BEGIN) / np.timedelta64(1, "us"))
        self._created = BEGIN + draw.integers(0, span, count).astype("timedelta64[us]")
        self._interest = draw.normal(size=count)
        self._codes = {name: draw.integers(0, len(v), count) for name, v in ATTRIBUTES.items()}
        self._id = np.char.add("L", np.char.zfill(self._number.astype(str), 8))

    def leads(self) -> pd.DataFrame:
        values = {name: np.array(ATTRIBUTES[name])[code] for name, code in self._codes.items()}
        return pd.DataFrame(
            {
                "lead_id": self._id,
                "created_at": _text(self._created),
                "account_id": np.char.add("A", (self._number // 3).astype(str)),
                **values,
                "employee_count": self._draw.lognormal(4.0, 1.5, len(self._id)).round(),
            }
        )

    def deals(self) -> pd.DataFrame:
        """Draw who wins and who loses, and when: interest decides, and the size of the company."""
        count = len(self._id)
        margin = 1.1 * self._interest + 0.3 * (self._codes["company_size"] - 2) - 3.2
        won = self._draw.random(count) < 1 / (1 + np.exp(-margin))
        lost = ~won & (self._draw.random(count) < 0.5)
        days = self._draw.gamma(2.0, 45.0, count)
        ended = self._created + (days * 86_400e6).astype("timedelta64[us]")
        there = (won | lost) & (ended < END)
        outcome = np.where(won, "won", "lost")[there]
        amount = self._draw.lognormal(13.0, 1.0, count).round()[there]
        return pd.DataFrame(
            {
                "lead_id": self._id[there],
                "deal_id": np.char.add("D", self._id[there]),
                "occurred_at": _text(ended[there]),
                "outcome": outcome,
                "amount": np.where(outcome == "won", amount, np.nan),
            }
        )

    def activities(self) -> pa.Table:
        """Draw what the leads did: most of it in the first months, more by those with interest."""
        count, draw = len(self._id), self._draw
        weight = draw.gamma(0.8, 1.0, count) * np.exp(0.3 * self._interest)
        total = ACTIVITIES_PER_LEAD * count
        lead = np.repeat(np.arange(count), draw.multinomial(total, weight / weight.sum()))
        days = draw.exponential(120.0, total)
        room = ((END - self._created)[lead] / np.timedelta64(1, "D")).astype(np.float64)
        at = self._created[lead] + (np.mod(days, room) * 86_400e6).astype("timedelta64[us]")
        kind = draw.choice(len(TYPES), total, p=TYPE_SHARES)
        topic = _topics(draw, self._interest[lead])
        first = int(self._number[0]) * ACTIVITIES_PER_LEAD
        dwell = np.where(kind == 0, draw.exponential(60.0, total).round(), np.nan)
        return pa.table(
            {
                "activity_id": pa.array(np.arange(first, first + total)).cast(pa.string()),
                "lead_id": pa.DictionaryArray.from_arrays(lead, self._id).cast(pa.string()),
                "occurred_at": pa.array(at, pa.timestamp("us", tz="UTC")),
                "activity_type": pa.DictionaryArray.from_arrays(kind, TYPES).cast(pa.string()),
                "topic": pa.DictionaryArray.from_arrays(topic, TOPICS).cast(pa.string()),
                "direction": pa.array(np.where(kind == len(TYPES) - 1, "outbound", "inbound")),
                "dwell_seconds": pa.array(dwell, from_pandas=True),
            }
        )


def _topics(draw: np.random.Generator, interest: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw topics: the price more often with interest."""
    topic = draw.integers(0, len(TOPICS), len(interest))
    return np.where(draw.random(len(interest)) < 0.15 * np.exp(0.6 * interest), 1, topic)


def _text(moments: NDArray[np.datetime64]) -> NDArray[np.str_]:
    return np.char.add(np.datetime_as_string(moments.astype("datetime64[s]")), "Z")
