"""The example of dated tables goes the whole way: columns, reasons, leak checks, answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

import mikomi
from features.wording.sentences import render
from pipelines.stages.train import about
from pipelines.storage import partitions
from serve.scoring.loaded_model import LoadedModel
from tests.bench import COHORT, FEATURES, QUICK, Bench

EXAMPLE = Path(__file__).parents[3] / "examples" / "dated_tables"
COLUMNS = ["profile__climate", "profile__orders_index", "profile__credit_grade"]


@dataclass
class DatedBench:
    company: mikomi.Company
    learning: mikomi.Snapshots
    model: mikomi.LeadClassifier


@pytest.fixture(scope="module")
def joined(bench: Bench) -> DatedBench:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIKOMI_SAMPLE", str(bench.export))
        company = mikomi.read(EXAMPLE / "mapping.yaml", {"features": FEATURES})
    learning, _ = company.snapshots("won", **COHORT).split()
    model = mikomi.LeadClassifier(settings=QUICK)
    return DatedBench(company, learning, model.fit(learning.features(), learning.label))


def test_the_values_are_those_of_the_files_as_of_each_cutoff(joined: DatedBench) -> None:
    features = joined.learning.features()
    assert features[COLUMNS].nunique().min() > 1
    index = pd.read_csv(EXAMPLE / "orders_by_industry.csv")
    index["known"] = pd.to_datetime(index["公表日"]).dt.tz_localize("Asia/Tokyo")
    industry = joined.company.tables.leads.set_index("lead_id")["industry"]
    checked = 0
    for (lead, cutoff), value in features["profile__orders_index"].iloc[::9].items():
        own = index[(index["業種"] == industry[lead]) & (index["known"] < cutoff)]
        last = own.sort_values(["対象四半期", "known"])["受注指数"]
        assert value == last.iloc[-1]
        checked += 1
    assert checked > 50


def test_reasons_name_them_in_both_languages(joined: DatedBench) -> None:
    catalog = joined.model.model.artifact.catalog
    feature = catalog.features[catalog.names.index("profile__orders_index")]
    assert render(feature, 104.0, catalog.vocabulary, "en") == "orders of the industry: 104"
    assert render(feature, 104.0, catalog.vocabulary, "ja") == "業種の受注指数：104"


def test_leak_checks_look_at_them(joined: DatedBench) -> None:
    checks = mikomi.leaks(joined.learning).set_index("code")
    assert not set(COLUMNS) & {one for names in checks["names"] for one in names}
    assert checks.loc["L001", "verdict"] == "pass"


def answer(model: LoadedModel, attributes: dict[str, Any]) -> dict[str, Any]:
    body = {
        "lead_id": "x",
        "created_at": "2026-01-05T00:00:00Z",
        "attributes": {"industry": "教育"} | attributes,
    }
    request = model.request_from_bytes(msgspec.json.encode(body), datetime(2026, 3, 1, tzinfo=UTC))
    answered: dict[str, Any] = msgspec.to_builtins(model.answer(request, "en", "r"))
    return answered


def test_a_server_says_which_were_not_sent(joined: DatedBench) -> None:
    job = joined.company.job
    manifest = partitions.manifest(job.places.tables)
    assert manifest.series == ("climate", "orders_index", "credit_grade")
    artifact = joined.model.model.artifact
    artifact.about["series"] = about(job, 0)["series"]
    model = LoadedModel(artifact)
    assert sorted(answer(model, {})["missing_features"]) == sorted(COLUMNS)
    sent = answer(model, {"climate": 15, "orders_index": 104.0})
    assert sent["missing_features"] == ["profile__credit_grade"]
    assert sent["feature_sha256"] != answer(model, {})["feature_sha256"]
