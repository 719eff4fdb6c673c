"""What the catalog learns: support, order, partitions, what is left out."""

from dataclasses import replace

import pandas as pd

from features.catalog.catalog import Catalog, CatalogSettings
from features.catalog.reserved import ACTOR, OUTCOME
from features.learn_catalog import learn
from features.tables import Tables
from tests import builders

LAST = pd.DataFrame({"cutoff": [builders.START + pd.Timedelta(days=400)]})
SETTINGS = CatalogSettings(min_support=3)


def company() -> Tables:
    size = builders.Company(leads=30, activities=300, outcomes=60, changes=20, seed=4)
    return builders.company(size)


def test_support_counts_leads_not_rows() -> None:
    tables = company()
    one_lead = tables.activities.iloc[[0] * 50].assign(activity_type="noise")
    loud = replace(tables, activities=pd.concat([tables.activities, one_lead]))
    assert "noise" not in learn(loud, LAST, SETTINGS).vocabulary.activity_types


def test_partitions_of_whole_leads_learn_the_same() -> None:
    tables = company()
    ids = tables.leads["lead_id"]
    account = tables.leads["account_id"].fillna(ids)
    parts = [
        builders.only(tables, set(ids[account.isin(names)]))
        for names in (["acme"], [name for name in account.unique() if name != "acme"])
    ]
    assert learn(parts, LAST, SETTINGS) == learn(tables, LAST, SETTINGS)


def test_what_is_learned() -> None:
    vocabulary = learn(company(), LAST, SETTINGS).vocabulary
    assert set(vocabulary.activity_types) == set(builders.TYPES)
    assert ("page_view", "導入事例") in vocabulary.topics
    assert {"industry", "owner_id", "account.region", ACTOR, OUTCOME} <= set(vocabulary.categories)
    assert {"employees", "newsletter", "account.revenue"} <= set(vocabulary.numbers)


def test_activities_per_deal_count_what_the_last_cutoff_sees() -> None:
    tables = company()
    catalog = learn(tables, LAST, SETTINGS)
    deals = tables.outcomes["outcome"].isin(["opened", "won"]).sum()
    assert catalog.vocabulary.activities_per_deal == round(len(tables.activities) / deals, 3)
    assert Catalog.from_json(catalog.to_json()) == catalog
    later = tables.activities.assign(occurred_at=LAST["cutoff"][0]).drop(columns="known_at")
    more = replace(tables, activities=pd.concat([tables.activities, later]))
    assert learn(more, LAST, SETTINGS) == catalog


def test_too_few_deals_bring_no_surplus_of_them() -> None:
    def surpluses(tables: Tables) -> set[str]:
        features = learn(tables, LAST, SETTINGS).features
        return {one.name for one in features if one.measure.endswith("deal_surplus")}

    tables = company()
    two = tables.outcomes[tables.outcomes["outcome"] == "won"].iloc[:2]
    assert surpluses(tables) == {"account__deal_surplus", "account__company_deal_surplus"}
    assert surpluses(replace(tables, outcomes=two)) == set()


def test_flat_leads_have_a_profile_only() -> None:
    catalog = learn(Tables(company().leads.drop(columns="account_id")), LAST, SETTINGS)
    assert {feature.view for feature in catalog.features} == {"profile"}


def test_the_month_waits_until_every_season_came_twice() -> None:
    def measures(days: float) -> set[str]:
        until = pd.DataFrame(
            {"cutoff": [tables.leads["created_at"].min() + pd.Timedelta(days=days)]}
        )
        return {feature.measure for feature in learn(tables, until, SETTINGS).features}

    tables = company()
    tables = replace(tables, leads=tables.leads.drop(columns="known_at"))
    assert "cutoff_month" not in measures(729)
    assert "cutoff_month" in measures(730)
    assert "lead_age_days" in measures(729)


def test_half_lives_may_be_several_or_none() -> None:
    def half_lives_of(*half_lives: float) -> set[float | None]:
        settings = replace(SETTINGS, half_lives_days=half_lives)
        features = learn(company(), LAST, settings).features
        return {one.window_days for one in features if one.measure == "decayed_count"}

    assert half_lives_of() == set()
    assert half_lives_of(7.0, 60.0) == {7.0, 60.0}


def test_nothing_is_learned_from_after_the_last_cutoff() -> None:
    before = pd.DataFrame({"cutoff": [builders.START - pd.Timedelta(days=1)]})
    assert learn(company(), before, SETTINGS).features == ()
