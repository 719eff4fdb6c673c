"""Learning the catalog: which types, topics, categories and numbers have enough support.

Decided here: support is the number of distinct leads, counted in what was seen before the last
cutoff of the training snapshots, so nothing of the test period reaches the catalog. A view of which
too few leads have anything is left out, and so is the month of the cutoff while the history holds
fewer than two of each: what a season does cannot be told from what a trend does until it has come
again. Partitions hold whole leads, so their supports add up.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pandas as pd

from features.catalog.catalog import Catalog, CatalogSettings, Vocabulary
from features.catalog.naming import unique
from features.catalog.reserved import ACTOR, OUTCOME, OWNER
from features.feature import Text
from features.kernel.sweep_plan import VALUE_COLUMNS
from features.records.activities import DIRECTIONS
from features.records.attributes import account_columns
from features.records.columns import has, moments_of, seen_moments
from features.tables import LEADS, Tables
from features.timeline import DAY, NEVER, to_moments
from features.views import VIEWS
from features.views.profile import MONTH
from features.wording.activity_words import ANY, OTHER

_Code = TypeVar("_Code", str, tuple[str, str])


def learn(
    tables: Tables | Iterable[Tables],
    snapshots: pd.DataFrame,
    settings: CatalogSettings | None = None,
    labels: Mapping[str, Text] | None = None,
) -> Catalog:
    """Learn the vocabulary and give every feature that can be made with it.

    Parameters
    ----------
    tables
        The canonical tables, whole or as partitions that hold whole leads.
    snapshots
        The training snapshots; only their last cutoff counts.
    settings
        Windows and supports.
    labels
        Words for codes, see `Vocabulary.labels`.
    """
    settings = settings or CatalogSettings()
    until = int(to_moments(snapshots["cutoff"]).max(initial=0))
    parts = [tables] if isinstance(tables, Tables) else tables
    supports = _Supports()
    for part in parts:
        _add_activities(supports, part.activities, until)
        _add_outcomes(supports, part.outcomes, until)
        _add_attributes(supports, part, until)
    views = [name for name, leads in supports.views.items() if leads >= settings.min_support]
    catalog = catalog_of(_vocabulary(supports, settings, labels or {}), settings, views)
    if until - supports.first_created_at >= round(settings.month_after_days * DAY):
        return catalog
    return replace(catalog, features=tuple(f for f in catalog.features if f.measure != MONTH))


def catalog_of(
    vocabulary: Vocabulary,
    settings: CatalogSettings | None = None,
    views: Collection[str] = tuple(VIEWS),
) -> Catalog:
    """Give every feature that the views can make with a vocabulary."""
    settings = settings or CatalogSettings()
    records = (
        feature
        for name, view in VIEWS.items()
        if name in views
        for feature in view.features(vocabulary, settings)
    )
    return Catalog(unique(records), vocabulary, settings)


@dataclass
class _Supports:
    """Distinct leads by what was seen of them; `views` tells which views have anything to tell.

    `first_created_at` is the beginning of the history, `NEVER` if there is none.
    """

    types: Counter[str] = field(default_factory=Counter)
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    valued: Counter[tuple[str, str]] = field(default_factory=Counter)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)
    first_created_at: int = NEVER

    def category(self, name: str) -> Counter[str]:
        """Give the counter of one categorical attribute."""
        return self.categories.setdefault(name, Counter())


def _leads_by(table: pd.DataFrame, name: str) -> dict[str, int]:
    """Count the distinct leads of every value of a column."""
    counts = _distinct(table, [name]).groupby(name, observed=True).size()
    return {str(code): int(count) for code, count in counts.items() if count}


def _leads_by_pair(table: pd.DataFrame, names: list[str]) -> dict[tuple[str, str], int]:
    """Count the distinct leads of every combination of the values of two columns."""
    pairs = _distinct(table, names).groupby(names, observed=True).size().reset_index(name="leads")
    columns = pairs[names[0]], pairs[names[1]], pairs["leads"]
    return {(str(one), str(two)): int(count) for one, two, count in zip(*columns, strict=True)}


def _distinct(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return table[["lead_id", *names]].dropna().drop_duplicates()


def _seen(table: pd.DataFrame, occurred: str, until: int) -> pd.DataFrame:
    moments = moments_of(table, occurred)
    seen = seen_moments(table, moments) < until
    return table if seen.all() else table[seen]


def _add_activities(supports: _Supports, table: pd.DataFrame, until: int) -> None:
    table = _seen(table, "occurred_at", until)
    active = table["lead_id"].nunique()
    supports.views.update({"engagement": active, "sequence": active})
    supports.types.update(_leads_by(table, "activity_type"))
    if has(table, "topic"):
        supports.topics.update(_leads_by_pair(table, ["activity_type", "topic"]))
    for column in VALUE_COLUMNS:
        if has(table, column):
            valued = _leads_by(table[table[column].notna()], "activity_type")
            supports.valued.update({(code, column): count for code, count in valued.items()})
    if has(table, "direction"):
        directed = table[table["direction"].isin(DIRECTIONS)]
        supports.views["sales_touch"] += directed["lead_id"].nunique()
    if has(table, "actor"):
        supports.category(ACTOR).update(_leads_by(table, "actor"))


def _add_outcomes(supports: _Supports, table: pd.DataFrame, until: int) -> None:
    seen = _seen(table, "occurred_at", until)
    supports.views["deals"] += seen["lead_id"].nunique()
    supports.category(OUTCOME).update(_leads_by(seen, "outcome"))


def _add_attributes(supports: _Supports, tables: Tables, until: int) -> None:
    leads = _seen(tables.leads, "created_at", until)
    if "account_id" in leads.columns:
        shared = leads["account_id"].notna() & leads["account_id"].duplicated(keep=False)
        supports.views["account"] += int(shared.sum())
        leads = _with_account(tables, leads, until)
    supports.views["profile"] += len(leads)
    begun = to_moments(leads["created_at"]).min(initial=NEVER)
    supports.first_created_at = min(supports.first_created_at, int(begun))
    changes = _seen(tables.attribute_changes, "occurred_at", until)
    for name in leads.columns:
        if name == OWNER or name not in LEADS.names:
            later = changes.loc[changes["attribute"] == name, ["lead_id", "value"]]
            _add_attribute(supports, leads[["lead_id", name]], later)


def _with_account(tables: Tables, leads: pd.DataFrame, until: int) -> pd.DataFrame:
    columns = account_columns(tables, leads)
    if "known_at" in columns.columns:
        known_at = to_moments(columns["known_at"])
        columns = columns.drop(columns="known_at")[(known_at < until) | (known_at == NEVER)]
    return pd.concat([leads, columns.reindex(leads.index)], axis=1)


def _add_attribute(supports: _Supports, first: pd.DataFrame, later: pd.DataFrame) -> None:
    name = first.columns[1]
    if pd.api.types.is_numeric_dtype(first[name].dtype) and name != OWNER:
        supports.numbers[name] += int(first[name].notna().sum())
        return
    values = first.rename(columns={name: "value"}).dropna().astype("str")
    both = pd.concat([values, later.dropna().astype("str")])
    supports.category(name).update(_leads_by(both, "value"))


def _vocabulary(
    supports: _Supports, settings: CatalogSettings, labels: Mapping[str, Text]
) -> Vocabulary:
    least = settings.min_support
    types = tuple(code for code in _best(supports.types, least) if code not in (ANY, OTHER))
    topics = [pair for pair in _best(supports.topics, least) if pair[0] in types]
    categories = {
        name: tuple(_best(counts, least)[: settings.max_categories])
        for name, counts in supports.categories.items()
    }
    numbers = tuple(name for name, count in supports.numbers.items() if count >= least)
    return Vocabulary(
        activity_types=types,
        topics=tuple(_apart(topics, types)[: settings.max_topics]),
        valued=tuple(pair for pair in _best(supports.valued, least) if pair[0] in types),
        categories={name: values for name, values in categories.items() if values},
        numbers=numbers,
        labels=dict(labels),
    )


def _best(counts: Counter[_Code], least: int) -> list[_Code]:
    """Give what has support, most first, ties by name."""
    kept = [(code, count) for code, count in counts.items() if count >= least]
    return [code for code, _ in sorted(kept, key=lambda item: (-item[1], item[0]))]


def _apart(topics: list[tuple[str, str]], types: tuple[str, ...]) -> list[tuple[str, str]]:
    """Leave out pairs whose joint code another pair or type has already."""
    taken = set(types)
    kept = []
    for activity_type, topic in topics:
        code = f"{activity_type}:{topic}"
        if code not in taken:
            taken.add(code)
            kept.append((activity_type, topic))
    return kept
