"""Small random companies for tests: ties, edges, late knowledge, gaps, unknown words.

Moments lie on a grid of half days, so that activities meet each other, the cutoffs and the edges of
the windows all the time.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from features.build import CompiledCatalog, build
from features.catalog.catalog import Catalog, CatalogSettings
from features.kernel.inputs import Matrix
from features.learn_catalog import learn
from features.records.histories import Histories
from features.tables import Tables

START = pd.Timestamp("2026-01-05T00:00:00Z")
GRID_HOURS = 12
SPAN_DAYS = 120
TYPES = ("page_view", "email_open", "call", "inquiry", "form", "W_Nabellen offertes", "fax")
TEXTS = (
    "Ｂｕｄｇｅｔ of 5 million yen secured,\nintroduction next month",
    "予算がない。Never contact us again, we chose a competitor!",
    "budgets? 予算は来月 (rebudget)",
    "ﾖﾛｼｸ 他社 thank  you",
    "",
    "\u3000 こんにちは",
)
ROLES = ("部長", "staff", "CEO", "課長")
TOPICS = ("pricing", "security", "導入事例", "rare")


@dataclass(frozen=True)
class Company:
    """How large a random company is, and whether things become known late."""

    leads: int = 5
    activities: int = 80
    outcomes: int = 12
    changes: int = 10
    late_share: float = 0.3
    seed: int = 0


def moments(random: np.random.Generator, size: int, days: float = SPAN_DAYS) -> pd.Series:
    """Draw moments on the grid."""
    hours = random.integers(0, int(days * 24 / GRID_HOURS), size) * GRID_HOURS
    return pd.Series(START + pd.to_timedelta(hours, unit="h")).astype("datetime64[us, UTC]")


def known(random: np.random.Generator, occurred: pd.Series, share: float) -> pd.Series:
    """Draw when records were known: some late, some undated, the others at once."""
    kind = random.random(len(occurred))
    delay = random.integers(0, 40, len(occurred)) * GRID_HOURS
    late = occurred + pd.to_timedelta(delay, unit="h")
    return occurred.where(kind > share, late).mask(kind > 1 - share / 3)


def some(random: np.random.Generator, values: tuple[str, ...], size: int) -> pd.Series:
    """Draw texts, some of them missing."""
    drawn = pd.Series(random.choice(values, size), dtype="str")
    return drawn.mask(random.random(size) < 0.2)


def numbers(random: np.random.Generator, size: int) -> pd.Series:
    """Draw numbers with thousandths, some of them missing, some of them negative."""
    drawn = pd.Series(random.integers(-5_000, 100_000, size) / 1000)
    return drawn.mask(random.random(size) < 0.3)


def company(size: Company) -> Tables:
    """Draw the tables of a company."""
    random = np.random.default_rng(size.seed)
    ids = [f"lead-{n:03d}" for n in range(size.leads)]
    return Tables(
        leads=_leads(random, ids, size),
        activities=_activities(random, ids, size),
        outcomes=_outcomes(random, ids, size),
        accounts=_accounts(random),
        attribute_changes=_changes(random, ids, size),
    )


def _leads(random: np.random.Generator, ids: list[str], size: Company) -> pd.DataFrame:
    created = moments(random, len(ids), 20)
    return pd.DataFrame(
        {
            "lead_id": pd.Series(ids, dtype="str"),
            "created_at": created,
            "known_at": known(random, created, size.late_share),
            "account_id": some(random, ("acme", "globex"), len(ids)),
            "owner_id": some(random, ("sato", "suzuki"), len(ids)),
            "industry": some(random, ("製造業", "it", "rare"), len(ids)),
            "employees": numbers(random, len(ids)),
            "newsletter": random.random(len(ids)) < 0.5,
            "job_role": some(np.random.default_rng([size.seed, 2]), ROLES, len(ids)),
        }
    )


def _activities(random: np.random.Generator, ids: list[str], size: Company) -> pd.DataFrame:
    rows = size.activities
    occurred = moments(random, rows)
    return pd.DataFrame(
        {
            "activity_id": pd.Series([f"a{n}" for n in range(rows)], dtype="str"),
            "lead_id": pd.Series(random.choice(ids, rows), dtype="str"),
            "occurred_at": occurred,
            "known_at": known(random, occurred, size.late_share),
            "activity_type": pd.Series(random.choice(TYPES, rows), dtype="str"),
            "topic": some(random, TOPICS, rows),
            "direction": some(random, ("inbound", "outbound", "sideways"), rows),
            "actor": some(random, ("sato", "suzuki", "tanaka"), rows),
            "dwell_seconds": numbers(random, rows),
            "amount": numbers(random, rows),
            "text": some(np.random.default_rng([size.seed, 1]), TEXTS, rows),
        }
    )


def _outcomes(random: np.random.Generator, ids: list[str], size: Company) -> pd.DataFrame:
    rows = size.outcomes
    occurred = moments(random, rows)
    words = ("opened", "demo", "won", "lost", "rare stage")
    return pd.DataFrame(
        {
            "lead_id": pd.Series(random.choice(ids, rows), dtype="str"),
            "deal_id": some(random, ("d1", "d2"), rows),
            "occurred_at": occurred,
            "known_at": known(random, occurred, size.late_share),
            "outcome": pd.Series(random.choice(words, rows), dtype="str"),
            "amount": numbers(random, rows),
        }
    )


def _accounts(random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": pd.Series(["acme", "globex"], dtype="str"),
            "known_at": moments(random, 2, 60).mask(random.random(2) < 0.5),
            "region": some(random, ("東京", "大阪"), 2),
            "revenue": numbers(random, 2),
        }
    )


def _changes(random: np.random.Generator, ids: list[str], size: Company) -> pd.DataFrame:
    rows = size.changes
    occurred = moments(random, rows)
    attribute = random.choice(["industry", "employees", "owner_id", "job_role"], rows)
    value = some(random, ("製造業", "it", "12.5", "suzuki", "CEO"), rows)
    return pd.DataFrame(
        {
            "lead_id": pd.Series(random.choice(ids, rows), dtype="str"),
            "attribute": pd.Series(attribute, dtype="str"),
            "occurred_at": occurred,
            "known_at": known(random, occurred, size.late_share),
            "value": value,
        }
    )


def snapshots(tables: Tables, seed: int = 0, each: int = 5) -> pd.DataFrame:
    """Draw cutoffs on the same grid, and some a microsecond beside it, in random order."""
    random = np.random.default_rng(seed + 1)
    lead = np.repeat(tables.leads["lead_id"].to_numpy(), each)
    beside = pd.to_timedelta(random.choice([0, 0, 0, 1], lead.size), unit="us")
    cutoff = moments(random, lead.size, SPAN_DAYS + 60) + beside
    rows = pd.DataFrame(
        {"lead_id": pd.Series(lead, dtype="str"), "cutoff": cutoff, "kind": "given"}
    )
    return rows.sample(frac=1.0, random_state=seed).reset_index(drop=True)


def learned(tables: Tables, rows: pd.DataFrame) -> Catalog:
    """Learn a catalog that leaves some types, topics and categories unknown."""
    until = rows.assign(cutoff=rows["cutoff"].min() + pd.Timedelta(days=90))
    settings = CatalogSettings(min_support=2, max_topics=6, month_after_days=0.0)
    return learn(tables, until, settings)


def shuffled(tables: Tables, seed: int) -> Tables:
    """Return the same rows in another order."""
    return replace(
        tables,
        **{
            name: getattr(tables, name).sample(frac=1.0, random_state=seed, ignore_index=True)
            for name in ("leads", "activities", "outcomes", "attribute_changes")
        },
    )


def only(tables: Tables, leads: set[str]) -> Tables:
    """Return some leads with all their records."""
    return replace(
        tables,
        **{
            name: frame[frame["lead_id"].isin(leads)].reset_index(drop=True)
            for name in ("leads", "activities", "outcomes", "attribute_changes")
            for frame in [getattr(tables, name)]
        },
    )


def learned_at(tables: Tables, cutoff: pd.Timestamp) -> Catalog:
    """Learn the catalog from what is visible at one cutoff."""
    return learn(tables, pd.DataFrame({"cutoff": [cutoff]}), CatalogSettings(min_support=2))


def dictionary_encoded(tables: Tables) -> Tables:
    """Return the texts as categories, as a dictionary-encoded Parquet file does."""
    return replace(
        tables,
        **{
            name: frame.astype(dict.fromkeys(frame.select_dtypes("str"), "category"))
            for name in ("leads", "activities", "outcomes", "attribute_changes")
            for frame in [getattr(tables, name)]
        },
    )


def built(
    tables: Tables | Histories,
    rows: pd.DataFrame,
    catalog: Catalog | CompiledCatalog,
    threads: int = 2,
) -> Matrix:
    """Build and return the matrix alone."""
    return build(tables, rows, catalog, threads).values  # noqa: PD011 (not a pandas frame)
