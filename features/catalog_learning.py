"""Learning the catalog: which types, topics, categories and numbers have enough support.

Decided here: support is the number of distinct leads, counted in what was seen before the last
cutoff of the training snapshots, so nothing of the test period reaches the catalog. Partitions
hold whole leads, so their supports add up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from features.catalog import Catalog, CatalogSettings, Vocabulary
from features.columns import has, moments_of, seen_moments
from features.feature import Text
from features.naming import unique
from features.phrases_activity import ANY, OTHER
from features.reserved import ACTOR, OUTCOME, OWNER
from features.sweep_plan import VALUE_COLUMNS
from features.tables import Tables
from features.timeline import Moments, to_moments
from features.views import VIEWS

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
    return catalog_of(_vocabulary(supports, settings, labels or {}), settings)


def catalog_of(vocabulary: Vocabulary, settings: CatalogSettings | None = None) -> Catalog:
    """Give every feature that can be made with a vocabulary."""
    settings = settings or CatalogSettings()
    records = (
        feature for view in VIEWS.values() for feature in view.features(vocabulary, settings)
    )
    return Catalog(unique(records), vocabulary, settings)


@dataclass
class _Supports:
    """Distinct leads by what was seen of them."""

    types: Counter[str] = field(default_factory=Counter)
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    valued: Counter[tuple[str, str]] = field(default_factory=Counter)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)


def _leads_by(table: pd.DataFrame, names: list[str]) -> pd.Series:
    """Count the distinct leads of every value (or combination of values) of some columns."""
    distinct = table[["lead_id", *names]].dropna().drop_duplicates()
    counts = distinct.groupby(names, observed=True).size()
    return counts[counts > 0]


def _seen(table: pd.DataFrame, occurred: str, until: int) -> pd.DataFrame:
    moments: Moments = moments_of(table, occurred)
    seen = seen_moments(table, moments) < until
    return table if seen.all() else table[seen]


def _add_activities(supports: _Supports, table: pd.DataFrame, until: int) -> None:
    table = _seen(table, "occurred_at", until)
    supports.types.update(_as_counter(_leads_by(table, ["activity_type"])))
    if has(table, "topic"):
        supports.topics.update(_as_counter(_leads_by(table, ["activity_type", "topic"])))
    for column in VALUE_COLUMNS:
        if has(table, column):
            valued = _leads_by(table[table[column].notna()], ["activity_type"])
            supports.valued.update({(str(k), column): int(n) for k, n in valued.items()})
    if has(table, "actor"):
        _count(supports, ACTOR).update(_as_counter(_leads_by(table, ["actor"])))


def _add_outcomes(supports: _Supports, table: pd.DataFrame, until: int) -> None:
    seen = _seen(table, "occurred_at", until)
    _count(supports, OUTCOME).update(_as_counter(_leads_by(seen, ["outcome"])))


def _add_attributes(supports: _Supports, tables: Tables, until: int) -> None:
    leads = _seen(tables.leads, "created_at", until)
    owner = (OWNER,) if OWNER in leads.columns else ()
    changes = _seen(tables.attribute_changes, "occurred_at", until)
    for name in (*owner, *tables.attributes()):
        column = leads[name]
        if pd.api.types.is_numeric_dtype(column.dtype) and name != OWNER:
            supports.numbers[name] += int(column.notna().sum())
            continue
        values = leads[["lead_id", name]].astype("str").rename(columns={name: "value"})
        values = values[column.notna().to_numpy()]
        later = changes.loc[changes["attribute"] == name, ["lead_id", "value"]].astype("str")
        both = pd.concat([values, later[changes.loc[later.index, "value"].notna()]])
        _count(supports, name).update(_as_counter(_leads_by(both, ["value"])))


def _count(supports: _Supports, name: str) -> Counter[str]:
    return supports.categories.setdefault(name, Counter())


def _as_counter(counts: pd.Series) -> dict[object, int]:
    return {key: int(number) for key, number in counts.items()}  # type: ignore[misc]


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
