"""Own features: computed like any column, refused if they peek, never brought by a model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import build, learn_catalog
from features.catalog.catalog import Catalog, CatalogSettings
from features.errors import BadInput, BadTables, CatalogMismatch
from features.kernel.inputs import Matrix
from features.own import folder
from features.own.definition import own_feature
from features.records.histories import encode
from features.tables import Tables
from features.wording.sentences import render
from tests import builders, own_features

NAME = "own__calls"


@pytest.fixture(scope="module")
def tables() -> Tables:
    return builders.company(builders.Company())


@pytest.fixture(scope="module")
def snapshots(tables: Tables) -> pd.DataFrame:
    return builders.snapshots(tables, 3, each=4)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def learned(tables: Tables, snapshots: pd.DataFrame, body: str = own_features.HONEST) -> Catalog:
    place = own_features.write(Path(), body)
    settings = CatalogSettings(windows_days=(30.0,), min_support=3, features_dir=place)
    return learn_catalog.learn(tables, snapshots, settings)


def built(tables: Tables, snapshots: pd.DataFrame, catalog: Catalog) -> Matrix:
    return build.build(tables, snapshots, catalog).values  # noqa: PD011 - not a frame of pandas


def slowly(tables: Tables, snapshots: pd.DataFrame) -> list[float]:
    acts = tables.activities[tables.activities["activity_type"] == "call"]
    known = acts["known_at"].fillna(acts["occurred_at"])
    visible = known.where(known > acts["occurred_at"], acts["occurred_at"])
    return [
        float(((acts["lead_id"] == lead) & (visible < cutoff)).sum())
        for lead, cutoff in zip(snapshots["lead_id"], snapshots["cutoff"], strict=True)
    ]


def test_it_is_the_last_column_and_moves_no_other(tables: Tables, snapshots: pd.DataFrame) -> None:
    catalog = learned(tables, snapshots)
    values = built(tables, snapshots, catalog)
    assert catalog.names[-1] == NAME
    assert values[:, -1].tolist() == slowly(tables, snapshots)
    assert max(slowly(tables, snapshots)) > 1
    without = replace(catalog, features=catalog.features[:-1])
    assert values[:, :-1].tobytes() == built(tables, snapshots, without).tobytes()


def test_its_sentences_are_those_of_the_file(tables: Tables, snapshots: pd.DataFrame) -> None:
    catalog = Catalog.from_json(learned(tables, snapshots).to_json())
    feature = catalog.features[-1]
    assert render(feature, 2.0, catalog.vocabulary, "en") == "2 calls so far"
    assert render(feature, 0.0, catalog.vocabulary, "ja") == "電話なし"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (own_features.PEEKS, "calls peeks at"),
        (own_features.LATE, "calls peeks at"),
        (own_features.OTHERS, "without others"),
        (own_features.ORDER, "whatever the order"),
    ],
    ids=["peeks", "known later", "other leads", "order"],
)
def test_planted_faults_are_refused(
    body: str, message: str, tables: Tables, snapshots: pd.DataFrame
) -> None:
    with pytest.raises(BadInput, match=message):
        learned(tables, snapshots, body)


def test_a_file_beside_the_function_is_joined_as_of_the_cutoff(
    tables: Tables, snapshots: pd.DataFrame
) -> None:
    body = """
@mikomi.feature(**words, table="index.csv", known_at="day")
def index(table, snapshots):
    at = np.searchsorted(table["visible_from"], snapshots["cutoff"], side="left") - 1
    return np.where(at >= 0, table["value"].to_numpy(float)[at], np.nan)
"""
    days = pd.to_datetime(["2020-01-01", "2026-01-20"])
    Path("own").mkdir()
    pd.DataFrame({"day": days, "value": [1, 2]}).to_csv("own/index.csv", index=False)
    with pytest.raises(BadInput, match="whatever the order"):
        learned(tables, snapshots, body)
    sorted_first = body.replace(
        "    at =", "    table = table.sort_values('visible_from')\n    at ="
    )
    catalog = learned(tables, snapshots, sorted_first)
    values = built(tables, snapshots, catalog)[:, -1]
    later = (snapshots["cutoff"] > pd.Timestamp("2026-01-20", tz="UTC")).to_numpy()
    assert np.array_equal(values, np.where(later, 2.0, 1.0))


def test_a_file_that_changed_is_not_the_one_that_was_learned_from(
    tables: Tables, snapshots: pd.DataFrame
) -> None:
    catalog = learned(tables, snapshots)
    own_features.write(Path(), own_features.HONEST.replace('"call"', '"fax"'))
    with pytest.raises(CatalogMismatch, match="calls in own changed"):
        build.build(tables, snapshots, catalog)
    Path("own/calls.py").unlink()
    with pytest.raises(CatalogMismatch):
        build.build(tables, snapshots, catalog)


def test_histories_need_their_tables(tables: Tables, snapshots: pd.DataFrame) -> None:
    catalog = learned(tables, snapshots)
    histories = encode(tables, catalog.vocabulary)
    with pytest.raises(CatalogMismatch, match="histories alone"):
        build.build(histories, snapshots, catalog)
    whole = build.build(histories, snapshots, catalog, source=tables).values  # noqa: PD011
    assert whole.tobytes() == built(tables, snapshots, catalog).tobytes()


@pytest.mark.parametrize("place", ["../own", "/own", "nowhere"])
def test_code_comes_from_below_the_working_directory_only(place: str) -> None:
    with pytest.raises(BadInput, match="features_dir"):
        folder.declared(place)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("1 / 0", "calls.py, line 11: ZeroDivisionError"),
        ("x = (", "calls.py, line 11: SyntaxError"),
        ("", "no feature in own"),
        (own_features.HONEST.replace("**words", "**words | {'none': ('No', ' ')}"), "calls.none"),
        (own_features.HONEST.replace("**words", "**words | {'value': ('a', 'b')}"), "one {value}"),
        (own_features.HONEST.replace("**words", "**words | {'unit': 'yen'}"), "calls.unit"),
        (own_features.HONEST.replace("return rows", "return 1 / 0; rows"), "line 16: Zero"),
        (own_features.HONEST.replace("return rows", "return [1.0]; rows"), "shape"),
        (
            own_features.HONEST.replace("return rows", "return ['a'] * len(snapshots); rows"),
            "numbers",
        ),
        (
            own_features.HONEST.replace("reindex(snapshots.index, fill_value=0)", "sort_values()"),
            "index",
        ),
    ],
)
def test_a_bad_file_is_named(
    body: str, message: str, tables: Tables, snapshots: pd.DataFrame
) -> None:
    with pytest.raises(BadInput, match=message):
        learned(tables, snapshots, body)


@pytest.mark.parametrize(
    ("table", "message"),
    [("nothing.csv", "table own/nothing.csv"), ("rows.csv", "without known_at")],
)
def test_a_bad_table_is_named(
    table: str, message: str, tables: Tables, snapshots: pd.DataFrame
) -> None:
    body = own_features.HONEST.replace("**words", f"**words, table='{table}'")
    own_features.write(Path(), body)
    Path("own/rows.csv").write_text("day,value\n2026-01-01,1\n", "utf-8")
    with pytest.raises(BadTables, match=message):
        learned(tables, snapshots, body)


def test_two_features_of_one_name_are_refused() -> None:
    own_features.write(Path(), own_features.HONEST)
    own_features.write(Path(), own_features.HONEST, "again.py")
    with pytest.raises(BadInput, match="calls twice"):
        folder.declared("own")


def test_calling_a_feature_calls_the_function() -> None:
    words = ("{value}", "{value}")
    made = own_feature(label=("a", "b"), value=words, none=words)(lambda _, rows: len(rows))
    assert made(pd.DataFrame(), pd.DataFrame({"lead_id": ["a"]})) == 1


def test_the_page_shows_a_feature_that_passes(tables: Tables, snapshots: pd.DataFrame) -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "own-features.md"
    block = page.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    catalog = learned(tables, snapshots, block)
    assert built(tables, snapshots, catalog)[:, -1].tolist() == slowly(tables, snapshots)
