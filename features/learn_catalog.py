"""Learning the catalog: which types, topics, categories and numbers have enough support.

Decided here: support is the number of distinct leads, counted in what was visible before the last
cutoff of the training snapshots, so nothing of the test period reaches the catalog. A view that has
too few leads is left out, and so is the month of the cutoff while the history holds fewer than two
of each: a season cannot be separated from a trend until it has come again. Partitions hold whole
leads, so their supports add up. Own features of a folder are added as they are, once a check on the
first partition shows that none of them peeks.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

import pandas as pd

from features.catalog.catalog import UTC, Catalog, CatalogSettings, Vocabulary
from features.catalog.naming import unique
from features.catalog.reserved import ACTOR, OUTCOME, OWNER
from features.feature import Text
from features.kernel.sweep.sweep_plan import VALUE_COLUMNS
from features.own import folder, peeking
from features.records.attributes import account_columns
from features.records.columns import has, moments_of, visible_moments
from features.tables import LEADS, Tables
from features.timeline import DAY, NEVER, to_moments
from features.views import VIEWS, motion_of
from features.wording.activity_words import ANY, OTHER
from features.words.learn import TextEvidence, TextSources

_Code = TypeVar("_Code", str, tuple[str, str])
_DEALS: Final = ("opened", "won")


def learn(
    tables: Tables | Iterable[Tables],
    snapshots: pd.DataFrame,
    settings: CatalogSettings | None = None,
    labels: Mapping[str, Text] | None = None,
    zone: str | None = None,
    texts: TextSources | None = None,
) -> Catalog:
    """Learn the vocabulary and return every feature that can be made with it.

    Parameters
    ----------
    tables
        The canonical tables, whole or as partitions that hold whole leads.
    snapshots
        The training snapshots, with `cutoff`; only the last one counts.
    settings
        Windows and supports; the defaults if missing.
    labels
        Words for codes, see `Vocabulary.labels`.
    zone
        The time zone of months, weekdays and hours; UTC if missing.
    texts
        What texts are read with; if missing, the given lists of mikomi, and no word is learned.
    """
    settings = settings or CatalogSettings()
    until = int(to_moments(snapshots["cutoff"]).max(initial=0))
    parts = [tables] if isinstance(tables, Tables) else tables
    own = folder.declared(settings.features_dir) if settings.features_dir else ()
    supports = _Supports()
    evidence = TextEvidence(texts or TextSources())
    for number, part in enumerate(parts):
        if number == 0:
            peeking.check(own, part, until)
        visible = _visible(part, until)
        _add(supports, visible, until)
        evidence.add(visible)
    views = [name for name, leads in supports.views.items() if leads >= settings.min_support]
    terms = evidence.terms(settings.min_support, settings.max_words)
    vocabulary = _vocabulary(supports, settings, evidence.labels(terms) | dict(labels or {}))
    vocabulary = replace(vocabulary, terms=terms)
    catalog = catalog_of(replace(vocabulary, zone=zone or UTC), settings, views)
    if until - supports.first_created_at < round(settings.month_after_days * DAY):
        lasting = tuple(one for one in catalog.features if not motion_of(one).by_month)
        catalog = replace(catalog, features=lasting)
    return replace(catalog, features=(*catalog.features, *(one.record(of) for one, of, _ in own)))


def catalog_of(
    vocabulary: Vocabulary,
    settings: CatalogSettings | None = None,
    views: Collection[str] | None = None,
) -> Catalog:
    """Return every feature that the views can make with a vocabulary.

    Parameters
    ----------
    vocabulary
        What was learned from the training data.
    settings
        Windows and half-lives; the defaults if missing.
    views
        Names of the views; all if missing.
    """
    settings = settings or CatalogSettings()
    records = (
        feature
        for name, view in VIEWS.items()
        if views is None or name in views
        for feature in view.features(vocabulary, settings)
    )
    return Catalog(unique(records), vocabulary, settings)


@dataclass
class _Supports:
    """Counts of distinct leads by what is visible of them.

    Attributes
    ----------
    types, topics, valued
        By activity type, by (type, topic), by (type, column with values).
    categories, numbers
        By attribute and value; by attribute.
    views
        By view.
    activities, deals
        How many activities there are, and how many deals that were opened or won.
    first_created_at
        The beginning of the history in microseconds, `NEVER` if there is none.
    """

    types: Counter[str] = field(default_factory=Counter)
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    valued: Counter[tuple[str, str]] = field(default_factory=Counter)
    categories: dict[str, Counter[str]] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)
    activities: int = 0
    deals: int = 0
    first_created_at: int = NEVER

    def category(self, name: str) -> Counter[str]:
        """Return the counter of one categorical attribute."""
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


def _visible(tables: Tables, until: int) -> Tables:
    """Leave out the records that the last cutoff does not see; accounts stay whole."""
    return replace(
        tables,
        leads=_before(tables.leads, "created_at", until),
        activities=_before(tables.activities, "occurred_at", until),
        outcomes=_before(tables.outcomes, "occurred_at", until),
        attribute_changes=_before(tables.attribute_changes, "occurred_at", until),
    )


def _before(table: pd.DataFrame, occurred: str, until: int) -> pd.DataFrame:
    moments = moments_of(table, occurred)
    visible = visible_moments(table, moments) < until
    return table if visible.all() else table[visible]


def _add(supports: _Supports, visible: Tables, until: int) -> None:
    for name, view in VIEWS.items():
        supports.views[name] += view.support(visible)
    _add_activities(supports, visible.activities)
    supports.category(OUTCOME).update(_leads_by(visible.outcomes, "outcome"))
    supports.activities += len(visible.activities)
    supports.deals += int(visible.outcomes["outcome"].isin(_DEALS).sum())
    _add_attributes(supports, visible, until)


def _add_activities(supports: _Supports, table: pd.DataFrame) -> None:
    supports.types.update(_leads_by(table, "activity_type"))
    if has(table, "topic"):
        supports.topics.update(_leads_by_pair(table, ["activity_type", "topic"]))
    for column in VALUE_COLUMNS:
        if has(table, column):
            valued = _leads_by(table[table[column].notna()], "activity_type")
            supports.valued.update({(code, column): count for code, count in valued.items()})
    if has(table, "actor"):
        supports.category(ACTOR).update(_leads_by(table, "actor"))


def _add_attributes(supports: _Supports, visible: Tables, until: int) -> None:
    leads = visible.leads
    if "account_id" in leads.columns:
        leads = _with_account(visible, until)
    begun = to_moments(leads["created_at"]).min(initial=NEVER)
    supports.first_created_at = min(supports.first_created_at, int(begun))
    changes = visible.attribute_changes
    for name in leads.columns:
        if name == OWNER or name not in LEADS.names:
            later = changes.loc[changes["attribute"] == name, ["lead_id", "value"]]
            _add_attribute(supports, leads[["lead_id", name]], later)


def _with_account(visible: Tables, until: int) -> pd.DataFrame:
    leads = visible.leads
    columns = account_columns(visible, leads)
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
        activities_per_deal=(
            round(supports.activities / supports.deals, 3) if supports.deals >= least else 0.0
        ),
    )


def _best(counts: Counter[_Code], least: int) -> list[_Code]:
    """Return what has enough support, most first, ties by name."""
    supported = [(code, count) for code, count in counts.items() if count >= least]
    return [code for code, _ in sorted(supported, key=lambda item: (-item[1], item[0]))]


def _apart(topics: list[tuple[str, str]], types: tuple[str, ...]) -> list[tuple[str, str]]:
    """Leave out pairs whose joint code another pair or type has already."""
    taken = set(types)
    distinct = []
    for activity_type, topic in topics:
        code = f"{activity_type}:{topic}"
        if code not in taken:
            taken.add(code)
            distinct.append((activity_type, topic))
    return distinct
