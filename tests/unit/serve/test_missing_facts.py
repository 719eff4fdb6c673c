"""The facts that a lead lacks: which could move its probability, and which people ask for."""

from dataclasses import replace

import numpy as np
import pytest

from serve.insight.missing_facts import missing_facts, most_telling
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from tests import served


def test_missing_facts_try_every_value_that_is_known() -> None:
    loaded = LoadedModel(served.artifact(), 1)
    names = {one.name: n for n, one in enumerate(loaded.artifact.catalog.features)}
    column = names["profile__industry"]
    values = np.full((1, len(names)), 0.0, np.float32)
    values[0, column] = np.nan
    facts = {one.attribute: one for one in missing_facts(loaded, values, "ja")}
    known = loaded.artifact.catalog.vocabulary.categories["industry"]
    tried = []
    for code in range(1, len(known) + 1):
        values[0, column] = code
        tried.append(float(numbers(loaded.scorer, values).probability[0]))
    assert facts["industry"].low == min(tried)
    assert facts["industry"].high == max(tried)
    assert "industry" not in {one.attribute for one in missing_facts(loaded, values, "ja")}


def test_a_list_asks_first_for_what_moves_an_unknown_lead_most() -> None:
    loaded = LoadedModel(served.artifact(), 1)
    values = np.full((1, len(loaded.artifact.catalog.features)), np.nan, np.float32)
    wide = {one.attribute: one.high - one.low for one in missing_facts(loaded, values, "en")}
    order = most_telling(loaded)
    assert order[0] == max(wide, key=lambda name: wide[name])
    assert most_telling(loaded) is order, "once for each model"


def test_of_facts_that_people_ask_for_no_other_is_named() -> None:
    loaded = LoadedModel(served.artifact(), 1)
    values = np.full((1, len(loaded.artifact.catalog.features)), np.nan, np.float32)
    every = [one.attribute for one in missing_facts(loaded, values, "en")]
    assert "industry" in every
    assert missing_facts(loaded, values, "en", ["job_role"]) == [], "it moves nothing here"
    named = [one.attribute for one in missing_facts(loaded, values, "en", ["job_role", "industry"])]
    assert named == ["industry"]
    none = [one.attribute for one in missing_facts(loaded, values, "en", ["hobby"])]
    assert none == every, "the model knows none of those to ask for"


@pytest.mark.parametrize("key", ["utm_source", "account.utmMedium", "Landing Page", "gclid"])
def test_what_a_website_measured_is_no_question(key: str) -> None:
    artifact = served.artifact()
    features = tuple(
        replace(one, key=key) if one.name == "profile__industry" else one
        for one in artifact.catalog.features
    )
    vocabulary = artifact.catalog.vocabulary
    categories = {
        key if name == "industry" else name: words for name, words in vocabulary.categories.items()
    }
    vocabulary = replace(vocabulary, categories=categories)
    catalog = replace(artifact.catalog, features=features, vocabulary=vocabulary)
    loaded = LoadedModel(replace(artifact, catalog=catalog), 1)
    values = np.full((1, len(features)), 0.0, np.float32)
    values[0, artifact.catalog.names.index("profile__industry")] = np.nan
    assert key not in {one.attribute for one in missing_facts(loaded, values, "en")}
