"""The tables of a sales team: limits of bands, salespeople, absences, spend, drafts, summaries.

Decided here: whatever people set has a history, so the rows of limits and drafts are only ever
added, and the last one counts.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    true,
)

from serve.store.tables import METADATA
from serve.wire.targets import DEFAULT

BAND_LIMITS: Final = Table(
    "band_limits",
    METADATA,
    Column("limits_id", Integer, primary_key=True),
    Column("target", String, nullable=False, index=True),
    Column("by", String),
    Column("hot", Float, nullable=False),
    Column("warm", Float, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String),
    Column("note", Text),
)
"""The limits of the bands of a target; a row without `by` returns to those of the model."""
REPS: Final = Table(
    "reps",
    METADATA,
    Column("owner_id", String, primary_key=True),
    Column("level", String, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("skills", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String),
)
"""Salespeople: `capacity` leads a week; `skills` is JSON, texts by kind."""
ABSENCES: Final = Table(
    "absences",
    METADATA,
    Column("absence_id", Integer, primary_key=True),
    Column("owner_id", String, nullable=False, index=True),
    Column("first_on", String, nullable=False),
    Column("last_on", String, nullable=False),
)
"""Days on which a salesperson takes no leads, both ends included, in the zone of the company."""
HOT_MOMENTS: Final = Table(
    "hot_moments",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("target", String, primary_key=True, server_default=DEFAULT),
    Column("at", BigInteger, primary_key=True),
    Column("probability", Float, nullable=False),
    Index("ix_hot_moments_target_at", "target", "at"),
)
"""When leads became hot, and their probability then; written with the ranking."""
SPEND: Final = Table(
    "spend",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("campaign", String, primary_key=True, server_default=""),
    Column("amount", Float, nullable=False),
    Column("typed", Boolean, nullable=False, server_default=true()),
    Column("at", BigInteger, nullable=False),
    Column("who", String),
)
"""What a channel, or a campaign of it, cost in a month (`2026-05`), in the currency of the
settings; `typed` amounts were entered by a person, the others sent by a program."""
POINTS_DRAFTS: Final = Table(
    "points_drafts",
    METADATA,
    Column("draft_id", Integer, primary_key=True),
    Column("target", String, nullable=False, index=True),
    Column("points", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String),
    Column("note", Text),
)
"""Points tables as people edited them; `points` is the file `scorecard.yaml` as JSON."""
SUMMARIES: Final = Table(
    "summaries",
    METADATA,
    Column("name", String, primary_key=True),
    Column("target", String, primary_key=True, server_default=DEFAULT),
    Column("at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""Figures of pages that take long to compute, with the moment for which they hold; `body` is JSON
of counts, without ids of leads. Written by the process that refreshes the ranking."""
