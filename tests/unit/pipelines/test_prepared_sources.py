"""Lookups, derived columns and groups: what a table reads of a prepared source."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import BadMapping, BadTables
from pipelines.intake.mapping.file import lines_of, parse
from pipelines.intake.prepare.readers import open_sources
from pipelines.intake.read.readable import Piece

HEAD = "name: x\nleads: [{source: main, columns: {lead_id: id}}]\n"


def read(folder: Path, sources: str, rows: int = 500_000, **files: str) -> list[Piece]:
    """Write CSV files and a mapping of sources; read the source `main`."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    path = folder / "m.yaml"
    path.write_text(f"{HEAD}missing_values: ['', NA]\nsources:\n{sources}", "utf-8")
    mapping = parse(path.read_text("utf-8"), "m.yaml")
    return list(open_sources(mapping, folder, lines_of(path))["main"].pieces(rows))


def values(pieces: Sequence[Piece], column: str) -> list[Any]:
    whole = pd.concat([piece.frame for piece in pieces])[column]
    return [None if pd.isna(value) else value for value in whole]


def sentences(pieces: Sequence[Piece]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update({notice.sentence: int(rows.sum()) for notice, rows in piece.notices.items()})
    return dict(counts)


CALLS = "id,person\nc1,p1\nc2,p2\nc3,p9\nc4,\nc5,p3\n"
PEOPLE = "who,deal\np1,d1\np2,d2\np3,d9\np2,d1\n"
DEALS = "deal,lead\nd1,L1\nd2,L2\n"
HOPS = """\
  deals: {path: deals.csv}
  people:
    path: people.csv
    lookup: {source: deals, key: {deal: deal}, columns: [lead]}
  main:
    path: main.csv
    lookup: {source: people, key: {person: who}, columns: {owner: lead}}
"""


@pytest.mark.parametrize("rows", [2, 100])
def test_a_lookup_of_two_hops_counts_every_way_to_miss(tmp_path: Path, rows: int) -> None:
    pieces = read(tmp_path, HOPS, rows, main=CALLS, people=PEOPLE, deals=DEALS)
    assert values(pieces, "owner") == ["L1", "L2", None, None, None]
    assert sentences(pieces) == {
        "main: person that several rows of people have as who; the first counts": 1,
        'main: person that no who of people is, e.g. "p9"': 1,
        "main: no person, so nothing of people is known": 1,
        'people: deal that no deal of deals is, e.g. "d9"': 1,
    }


def test_a_key_of_several_columns_must_agree_in_all(tmp_path: Path) -> None:
    sources = """\
  other: {path: other.csv}
  main: {path: main.csv, lookup: {source: other, key: {a: a, b: c}, columns: [v]}}
"""
    main, other = "id,a,b\n1,x,1\n2,x,2\n3,x1,\n", "a,c,v\nx,2,two\nx,1,one\n"
    pieces = read(tmp_path, sources, main=main, other=other)
    assert values(pieces, "v") == ["one", "two", None]


def test_a_lookup_names_the_form_in_which_keys_would_meet(tmp_path: Path) -> None:
    sources = """\
  other: {path: other.csv}
  main: {path: main.csv, lookup: {source: other, key: {id: id}, columns: [v]FORM}}
"""
    main, other = "id\n7.0\n8.0\n", "id,v\n7,seven\n8,eight\n"
    pieces = read(tmp_path, sources.replace("FORM", ""), main=main, other=other)
    (sentence,) = sentences(pieces)
    assert "write `id_form: integer`" in sentence
    pieces = read(tmp_path, sources.replace("FORM", ", id_form: integer"), main=main, other=other)
    assert (values(pieces, "v"), sentences(pieces)) == (["seven", "eight"], {})


DERIVED = [
    ("{add: [n, m]}", [8.0, 1205.5, None, None], "no number in n"),
    ("{subtract: [n, 3]}", [2.0, 1197.0, None, None], "no number in n"),
    ("{multiply: [n, m]}", [15.0, 6600.0, None, None], "no number in n"),
    ("{divide: [m, n]}", [0.6, 5.5 / 1200, None, None], "no number in n"),
    ("{divide: [m, zero]}", [None, None, None, None], "division by zero"),
    ("{elapsed: {from: start, to: end, unit: hours}}", [26.0, -24.0, None, None], "no time in end"),
    (
        "{elapsed: {from: {constant: 2024-03-30}, to: start, unit: days}}",
        [0.0, 1.0, 59 / 24, None],
        "",
    ),
    ("{compare: {column: m, with: 4, less: low, greater: high}}", ["low", "high", "high", None],
     ""),
    ("{compare: {column: n, less: minus, equal: nil, greater: plus}}",
     ["plus", "plus", None, None], "no number in n"),
    ("{first_of: [blank, t]}", ["a-b-c", "x", "plain", None], ""),
    ("{before: {column: t, separator: '-'}}", ["a", None, None, None], "'-' is not in t"),
    ("{after: {column: t, separator: '-', occurrence: last, without: whole}}",
     ["c", "x", "plain", None], ""),
    ("{translate: {column: t, values: {x: ex, plain: 3}}}", [None, "ex", "3", None],
     "not listed, e.g. \"a-b-c\""),
    ("{translate: {column: t, values: {x: ex, NA: none}, other_values: keep}}",
     ["a-b-c", "ex", "plain", "none"], ""),
]  # fmt: skip
ROWS = """\
id,n,m,zero,start,end,t,blank
1,5,3,0,2024-03-30,2024-03-31 03:00,a-b-c,
2,"1,200",5.5,0,2024-03-31,2024-03-30,x,NA
3,many,7,0,2024-04-01 12:00,soon,plain,
4,NA,,0,,,NA,
"""


@pytest.mark.parametrize(("rule", "expected", "notice"), DERIVED)
def test_a_derived_column(tmp_path: Path, rule: str, expected: list[Any], notice: str) -> None:
    sources = "  main:\n    path: main.csv\n    times: {zone: Europe/Berlin}\n    derived:\n"
    pieces = read(tmp_path, f"{sources}      new: {rule}\n", main=ROWS)
    result = values(pieces, "new")
    assert result == [pytest.approx(v) if isinstance(v, float) else v for v in expected]
    noticed = list(sentences(pieces))
    assert [notice in one for one in noticed] == ([True] if notice else [])
    assert all(one.startswith("main: new: ") for one in noticed)


def test_a_day_is_added_on_the_calendar_of_the_zone(tmp_path: Path) -> None:
    sources = """\
  main:
    path: main.csv
    times: {zone: Europe/Berlin}
    derived:
      start: {translate: {column: term, values: {A: 2024-03-30, B: 2024-10-26}}}
      day: {date_plus: {date: start, days: offset}}
"""
    main = "id,term,offset\n1,A,1\n2,A,2\n3,B,2\n4,A,-1.5\n5,A,\n"
    pieces = read(tmp_path, sources, main=main)
    local = pd.concat([p.frame["day"] for p in pieces]).dt.tz_convert("Europe/Berlin")
    assert [str(day)[:16] for day in local] == [
        "2024-03-31 00:00", "2024-04-01 00:00", "2024-10-28 00:00", "2024-03-28 12:00", "NaT",
    ]  # fmt: skip


LINES = (
    "id,sku,n,at\na,s,1,2024-01-02\nb,s,5,2024-01-01\na,t,x,2024-01-01\n,s,9,2024-01-01\na,,4,\n"
)
GROUP = """\
  main:
    path: main.csv
    group:
      by: [id]
      columns:
        lines: count
        total: {sum: n}
        least: {min: n}
        skus: {distinct: sku}
        last_sku: {last: sku}
        since: {earliest: at}
"""


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_lines_become_groups_with_counts(tmp_path: Path, rows: int) -> None:
    pieces = read(tmp_path, GROUP, rows, main=LINES)
    assert values(pieces, "id") == ["a", "b"]
    assert values(pieces, "lines") == [3.0, 1.0]
    assert values(pieces, "total") == [5.0, 5.0]
    assert values(pieces, "least") == [1.0, 5.0]
    assert values(pieces, "skus") == [2.0, 1.0]
    assert values(pieces, "last_sku") == ["t", "s"]
    assert [str(day)[:10] for day in values(pieces, "since")] == ["2024-01-01", "2024-01-01"]
    assert np.concatenate([piece.row_numbers for piece in pieces]).tolist() == [1, 2]
    passed = sum((piece.passed_over for piece in pieces), Counter[str]())
    assert passed == {"rows without id": 1, "rows that joined the first of their group": 2}
    assert sum(sentences(pieces).values()) == 2
    assert all('no number in n, e.g. "x"' in one for one in sentences(pieces))


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", ""]), st.integers(-50, 50)), min_size=1
    ),
    rows=st.integers(1, 5),
)
def test_groups_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, int]], rows: int
) -> None:
    folder = tmp_path_factory.mktemp("groups")
    text = "id,n\n" + "".join(f"{key},{number}\n" for key, number in lines)
    sources = "  main: {path: main.csv, group: {by: [id], columns: {t: {sum: n}, c: count}}}\n"
    pieces = read(folder, sources, rows, main=text)
    frame = pd.DataFrame([line for line in lines if line[0]], columns=["id", "n"])
    oracle = frame.groupby("id", sort=False)["n"].agg(["sum", "count"])
    assert values(pieces, "id") == oracle.index.tolist()
    assert values(pieces, "t") == oracle["sum"].tolist()
    assert values(pieces, "c") == oracle["count"].tolist()
    left_out = sum((piece.passed_over for piece in pieces), Counter[str]()).total()
    assert left_out + len(oracle) == len(lines)


def test_a_source_from_another_goes_on_after_its_groups(tmp_path: Path) -> None:
    sources = """\
  lines: {path: main.csv, group: {by: [id], columns: {total: {sum: n}}}}
  main:
    from: lines
    derived: {size: {compare: {column: total, with: 5, less: small, equal: large}}}
    where: {size: [large]}
"""
    pieces = read(tmp_path, sources, main="id,n\na,2\na,3\nb,4\n")
    assert values(pieces, "id") == ["a"]
    assert pieces[0].passed_over == {
        "rows that joined the first of their group": 1,
        "not for source main": 1,
    }


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("main.csv", "main.csv\n    from: deals", 9, "give either path, or url and query, or from"),
        ("source: deals", "source: dals", 8, "no source is named 'dals'"),
        ("source: deals", "source: main", 6, "the source is read to make itself"),
        ("people.csv", "people.csv\n    derived: {x: {add: [a]}}", 8, "at least 2 items"),
        ("people.csv", "people.csv\n    derived: {x: {divide: [a, b, c]}}", 8, "takes two"),
        ("people.csv", "people.csv\n    derived: {x: {add: [a, b], first_of: [a]}}", 8, "exactly"),
        ("people.csv", "people.csv\n    derived: {x: {eval: a+b}}", 8, "unknown key"),
        ("people.csv", "people.csv\n    group: {by: [a], columns: {x: {mean: b}}}", 8, "unknown"),
    ],
)
def test_a_wrong_step_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    with pytest.raises(BadMapping) as caught:
        read(tmp_path, HOPS.replace(old, new, 1), main=CALLS, people=PEOPLE, deals=DEALS)
    (fault,) = caught.value.faults
    assert fault.observed.startswith(f"m.yaml line {line}: sources.")
    assert words in fault.observed


def test_columns_that_are_not_there_are_named_with_their_lines(tmp_path: Path) -> None:
    sources = HOPS.replace("columns: [lead]", "columns: [laed]").replace(
        "person: who", "persn: who"
    )
    sources += "    derived:\n      id: {add: [person, 1]}\n      x: {first_of: [y, id]}\n"
    with pytest.raises(BadTables) as caught:
        read(tmp_path, sources, main=CALLS, people=PEOPLE, deals=DEALS)
    assert [fault.observed for fault in caught.value.faults] == [
        "line 8: sources.people.lookup.0.columns: source deals has no column 'laed'",
        "line 11: sources.main.lookup.0.key: source main has no column 'persn'",
        "line 11: sources.main.lookup.0.columns: source people has no column 'lead'",
        "line 13: sources.main.derived.id: there is a column 'id' already",
        "line 14: sources.main.derived.x: source main has no column 'y'",
    ]


def test_rows_that_a_looked_up_group_leaves_out_are_counted_once(tmp_path: Path) -> None:
    sources = """\
  sums: {path: sums.csv, group: {by: [id], columns: {total: {sum: n}}}}
  main: {path: main.csv, lookup: {source: sums, key: {id: id}, columns: [total]}}
"""
    pieces = read(tmp_path, sources, 1, main="id\na\nb\n", sums="id,n\na,1\n,5\na,2\nb,4\n")
    assert values(pieces, "total") == [3.0, 4.0]
    asides = [(notice.sentence, n) for piece in pieces for notice, n in piece.asides.items()]
    assert asides == [("sums: rows without id", 1)]


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_missing_value_is_that_of_the_row_above(tmp_path: Path, rows: int) -> None:
    main = "id,item\n,none\nR1,a\nNA,b\nR2,\n,c\n,d\n"
    source = "  main: {path: main.csv, fill_down: [id], group: {by: [id], columns: {n: count}}}\n"
    pieces = read(tmp_path, source, rows, main=main)
    assert (values(pieces, "id"), values(pieces, "n")) == (["R1", "R2"], [2, 3])
    assert sum((p.passed_over for p in pieces), Counter[str]())["rows without id"] == 1
    source = "  main: {path: main.csv, fill_down: [id]}\n"
    assert values(read(tmp_path, source, rows, main=main), "item") == ["none", *"ab", "", *"cd"]


def test_a_column_that_is_filled_down_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadTables, match="no column 'no'"):
        read(tmp_path, "  main: {path: main.csv, fill_down: [no]}\n", main="id\nR1\n")
