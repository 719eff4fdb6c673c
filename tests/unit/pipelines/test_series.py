"""Dated tables joined to leads: as known at each moment, with late rows and new keys."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features import build
from features.catalog.catalog import CatalogSettings
from features.errors import BadMapping, BadTables
from features.learn_catalog import learn
from features.tables import Tables
from pipelines.intake import as_of
from pipelines.intake.ingest import ingest
from pipelines.intake.mapping.file import parse
from pipelines.intake.quarantine import FILE
from pipelines.storage import partitions

MAPPING = """\
name: joined
sources:
  people: {path: people.csv}
  moves: {path: moves.csv}
  weather: {path: weather.csv}
  orders: {path: orders.csv}
  credit: {path: credit.csv}
observed_until: "2026-03-01T00:00:00Z"
leads:
  - source: people
    columns: {lead_id: id, created_at: made, known_at: known, account_id: company}
    attributes: {region: category, seats: number}
attribute_changes:
  - source: moves
    columns:
      lead_id: id
      attribute: {constant: region}
      occurred_at: at
      known_at: known
      value: to
outcomes:
  - source: people
    columns: {lead_id: id, occurred_at: made, outcome: {constant: opened}}
series:
  - source: weather
    key: {region: {column: place, values: {E: east, W: west}}}
    columns: {occurred_at: day, known_at: known}
    attributes: {warmth: number, sky: category}
  - source: orders
    columns: {occurred_at: month}
    attributes: {orders: {kind: number, column: index}}
  - source: credit
    key: {account_id: company}
    columns: {occurred_at: rated, known_at: known}
    attributes: {grade: category}
labels:
  attributes:
    warmth: {en: temperature, ja: 気温}
"""
PEOPLE = """\
id,made,known,company,region,seats
a,2026-01-10T00:00:00Z,2026-01-10T00:00:00Z,c1,east,1
b,2026-01-12T00:00:00Z,2026-01-20T00:00:00Z,c2,west,2
c,2026-01-05T00:00:00Z,2026-01-05T00:00:00Z,,,3
"""
MOVES = """\
id,at,known,to
a,2026-01-25T00:00:00Z,2026-02-01T00:00:00Z,west
"""
WEATHER = """\
place,day,known,warmth,sky
E,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,1.5,clear
E,2026-01-15T00:00:00Z,2026-01-16T00:00:00Z,2,clear
E,2026-01-14T00:00:00Z,2026-01-28T00:00:00Z,9,rain
W,2026-01-02T00:00:00Z,2026-01-03T00:00:00Z,5,rain
W,2026-02-10T00:00:00Z,2026-02-11T00:00:00Z,,rain
E,2026-02-10T00:00:00Z,2026-02-11T00:00:00Z,7,rain
,2026-02-10T00:00:00Z,2026-02-11T00:00:00Z,7,rain
E,someday,2026-02-11T00:00:00Z,7,rain
E,2026-02-12T00:00:00Z,2026-02-12T00:00:00Z,warm,rain
E,2026-02-12T00:00:00Z,soon,8,rain
"""
ORDERS = "month,index\n2026-01-01T00:00:00Z,100\n2026-02-01T00:00:00Z,110\n"
CREDIT = """\
company,rated,known,grade
c1,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,A
c1,2026-02-01T00:00:00Z,2026-02-15T00:00:00Z,B
"""
FILES = {
    "people": PEOPLE,
    "moves": MOVES,
    "weather": WEATHER,
    "orders": ORDERS,
    "credit": CREDIT,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def _known(tables: Tables, lead: str, name: str, cutoff: str) -> object:
    """Look up the value of an attribute, slowly: the latest change that the cutoff sees."""
    at = pd.Timestamp(cutoff, tz="UTC")
    changes = tables.attribute_changes
    own = changes[(changes["lead_id"] == lead) & (changes["attribute"] == name)]
    own = own[(own["known_at"] < at) & (own["occurred_at"] < at)].sort_values("occurred_at")
    if len(own):
        value = own["value"].iloc[-1]
        return None if pd.isna(value) else value
    value = tables.leads.set_index("lead_id").loc[lead, name]
    return None if pd.isna(value) else str(value).removesuffix(".0")


def test_each_lead_has_the_value_that_was_known(folder: Path) -> None:
    ingest(folder / "mapping.yaml", folder / "store")
    tables = partitions.read_all(folder / "store")
    expected = {
        ("a", "warmth", "2026-01-11"): "1.5",
        ("a", "warmth", "2026-01-16"): "1.5",  # known_at is not before the cutoff
        ("a", "warmth", "2026-01-17"): "2",
        ("a", "warmth", "2026-01-29"): "2",  # the row of the 14th came late: the 15th counts
        ("a", "warmth", "2026-02-02"): "5",  # the lead is in the west, as we know since the 1st
        ("a", "warmth", "2026-02-12"): None,  # the west's latest row is empty
        ("b", "warmth", "2026-01-21"): "5",
        ("c", "warmth", "2026-02-28"): None,  # no region
        ("c", "orders", "2026-01-06"): "100",
        ("c", "orders", "2026-02-02"): "110",
        ("a", "grade", "2026-02-14"): "A",
        ("a", "grade", "2026-02-16"): "B",
        ("b", "grade", "2026-02-16"): None,  # the company is not in the table
    }
    assert {one: _known(tables, *one) for one in expected} == expected


def test_rows_that_cannot_be_used_are_put_aside_and_counted(folder: Path) -> None:
    report = ingest(folder / "mapping.yaml", folder / "store")
    assert report.series is not None
    assert (report.series.read, report.series.accepted, report.series.quarantined) == (14, 10, 4)
    aside = (folder / "store" / FILE).read_text("utf-8-sig")
    for reason in (
        "no region",
        "no occurred_at",
        "warmth is no number",
        "known_at cannot be read",
    ):
        assert f",{reason}," in aside
    assert any(line.startswith("series") for line in report.lines())
    words = [one.en for one in report.assumptions if one.en.startswith("warmth")]
    assert words == [
        "warmth is joined from weather as it was known at each moment: 2 of 3 leads have a value "
        "from the start, and 4 later values"
    ]


def _histories(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw rows of a few keys with ties and late arrivals, and spans of leads among them."""
    draw = np.random.default_rng(seed)
    occurred = draw.integers(0, 12, 40)
    rows = pd.DataFrame(
        {
            "key": draw.choice(["x", "y", "z"], 40),
            "occurred": occurred,
            "visible": occurred + draw.integers(0, 6, 40),
            "value": draw.choice([1.0, 2.0, 3.0, np.nan], 40),
        }
    )
    since = draw.integers(0, 14, 20)
    spans = pd.DataFrame({"key": draw.choice(["x", "y", "none"], 20), "since": since})
    return rows, spans.assign(until=since + draw.integers(1, 9, 20))


def _oracle(rows: pd.DataFrame, key: str, cutoff: int) -> float:
    """Return the value that a cutoff sees, by looking at every row."""
    known = rows[(rows["key"] == key) & (rows["visible"] < cutoff)]
    if known.empty:
        return np.nan
    last = known.sort_values(["occurred", "visible", "value"]).iloc[-1]
    return float(last["value"])


def _differences(rows: pd.DataFrame, spans: pd.DataFrame, visible: pd.DataFrame) -> int:
    """Count the moments of spans at which the spread of `visible` is not what the oracle says."""
    made = as_of.steps(visible)
    done = as_of.spread(spans, made)
    wrong = 0
    for number, span in spans.iterrows():
        later = done.step[done.span == number]
        for cutoff in range(int(span["since"]) + 1, int(span["until"]) + 1):
            known = later[made["moment"].to_numpy()[later] < cutoff]
            at = known[-1] if len(known) else done.first[number]
            value = np.nan if at < 0 else float(made["value"].iloc[at])
            wrong += not np.array_equal(
                value, _oracle(rows, str(span["key"]), cutoff), equal_nan=True
            )
    return wrong


def test_random_histories_equal_the_slow_way_and_a_planted_peek_does_not() -> None:
    for seed in range(6):
        rows, spans = _histories(seed)
        assert _differences(rows, spans, rows) == 0
    rows, spans = _histories(3)
    assert _differences(rows, spans, rows.assign(visible=rows["occurred"])) > 0


def test_what_is_known_later_moves_no_feature(folder: Path) -> None:
    def values() -> np.ndarray:
        ingest(folder / "mapping.yaml", folder / "store")
        tables = partitions.read_all(folder / "store")
        at = pd.Timestamp("2026-02-01T00:00:00Z")
        settings = CatalogSettings(windows_days=(30,), min_support=1)
        rows = pd.DataFrame({"lead_id": ["a", "b", "c"], "cutoff": [at] * 3})
        catalog = learn(tables, rows, settings)
        frame = build.build(tables, rows, catalog)
        assert "profile__warmth" in catalog.names
        return frame.to_pandas()[["profile__warmth", "profile__orders"]].to_numpy()

    before = values()
    assert before[0].tolist() == [2.0, 100.0]
    later = WEATHER.replace("2026-02-11T00:00:00Z,7", "2026-02-11T00:00:00Z,70")
    assert later != WEATHER
    (folder / "weather.csv").write_text(later, "utf-8")
    (folder / "orders.csv").write_text(ORDERS.replace("110", "900"), "utf-8")
    np.testing.assert_array_equal(values(), before)
    known = WEATHER.replace("2026-01-16T00:00:00Z,2,", "2026-01-16T00:00:00Z,3,")
    (folder / "weather.csv").write_text(known, "utf-8")
    assert values()[0, 0] == 3.0


def test_wrong_names_are_refused_all_at_once() -> None:
    wrong = MAPPING.replace(
        "{warmth: number, sky: category}", "{seats: number, nationality: category}"
    )
    wrong = wrong.replace("{account_id: company}", "{created_at: company}")
    with pytest.raises(BadMapping) as refused:
        parse(wrong)
    text = str(refused.value)
    for part in ("seats: the name belongs", "nationality: a protected", "created_at: a key is"):
        assert part in text


def test_a_key_that_leads_do_not_have_is_refused(folder: Path) -> None:
    (folder / "mapping.yaml").write_text(MAPPING.replace("{region: {", "{seats: {"), "utf-8")
    with pytest.raises(BadTables, match="key 'seats'"):
        ingest(folder / "mapping.yaml", folder / "store")
