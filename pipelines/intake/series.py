"""Series: dated tables of a region, an industry or everybody, joined to leads as of each moment.

Decided here: the values become attributes of the leads, the first ones in `leads` and later ones in
`attribute_changes`, so every stage and the server read them as any other attribute. Which rows a
lead has follows its own key as it was known: a lead whose region is corrected later has the values
of the former region until then. Rows that cannot be used go to the quarantine.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.errors import BadTables, Fault
from features.records.columns import visible_moments
from features.tables import ColumnKind
from features.timeline import NEVER, from_moments, to_moments
from pipelines.intake import as_of
from pipelines.intake.mapping.schema import Kind, SeriesRule
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.series_faults import KEYS
from pipelines.intake.mapping.values import BothLanguages
from pipelines.intake.quarantine import Quarantine
from pipelines.intake.read.readable import Piece, Readable
from pipelines.intake.report import TableCount
from pipelines.intake.rows import cells as cell
from pipelines.intake.rows.cells import Cells
from pipelines.intake.rows.changed_values import number_text
from pipelines.intake.rows.notes import NOTES, PLACE, ROW, Notes
from pipelines.intake.rows.read_rows import chosen_rows

SERIES: Final = "series"
_ROWS: Final = 50_000
_KEY: Final = "key:"
_FIRST: Final = -NEVER
_BETWEEN: Final = "\x1f"


@dataclass(frozen=True)
class JoinedTables:
    """Leads and changes with the values of series, and what is said of them.

    Attributes
    ----------
    leads, changes
        The tables with the new attributes.
    count
        The rows of the series; None without any.
    words
        What was joined.
    """

    leads: pd.DataFrame
    changes: pd.DataFrame
    count: TableCount | None
    words: tuple[BothLanguages, ...]


def kinds_of(mapping: MappingFile) -> dict[str, Kind]:
    """Return the attributes that series give to leads, and their kinds."""
    return {name: one.kind for rule in mapping.series for name, one in rule.attributes.items()}


def join(
    mapping: MappingFile,
    readers: Mapping[str, Readable],
    tables: tuple[pd.DataFrame, pd.DataFrame],
    quarantine: Quarantine,
) -> JoinedTables:
    """Join the series of a mapping to leads.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    tables
        The leads and the attribute changes that can be used.
    quarantine
        Where rows go that cannot be used.

    Raises
    ------
    BadTables
        If leads have no such key.
    """
    leads, changes = tables
    if not mapping.series:
        return JoinedTables(leads, changes, None, ())
    _check_keys(mapping, leads)
    counts, words, more = Counter[str](), [], [changes]
    for rule in mapping.series:
        rows = _read(mapping, rule, readers[rule.source], quarantine, counts)
        spans = _spans(rule, leads, changes)
        for name in rule.attributes:
            first, later = _values(rule, name, rows, spans)
            leads = leads.assign(**{name: first.reindex(leads["lead_id"]).to_numpy()})
            more.append(later)
            words.append(_described(name, rule, leads[name], later))
    passed = {"not for this table": counts["passed"]} if counts["passed"] else {}
    count = TableCount(counts["read"], passed, counts["used"], counts["aside"])
    return JoinedTables(leads, pd.concat(more, ignore_index=True), count, tuple(words))


def _check_keys(mapping: MappingFile, leads: pd.DataFrame) -> None:
    texts = {name for name in leads.columns if not pd.api.types.is_numeric_dtype(leads[name])}
    texts -= {"created_at", "known_at"}
    faults = [
        Fault(
            f"series {number} ({rule.source}): key {name!r}",
            f"a category of the leads, or one of {', '.join(KEYS)}",
            "map it under attributes of leads",
        )
        for number, rule in enumerate(mapping.series)
        for name in rule.key
        if name not in texts
    ]
    if faults:
        raise BadTables(faults)


def _read(
    mapping: MappingFile,
    rule: SeriesRule,
    reader: Readable,
    quarantine: Quarantine,
    counts: Counter[str],
) -> pd.DataFrame:
    frames = []
    for piece in reader.pieces(_ROWS):
        frames.append(_rows(mapping, rule, piece))
        whole = len(piece.frame) + piece.passed_over.total()
        counts.update(read=whole, passed=whole - len(frames[-1]))
    frame = pd.concat(frames, ignore_index=True)
    usable = quarantine.split(SERIES, frame, frame["_reasons"])
    counts.update(used=len(usable), aside=len(frame) - len(usable))
    return usable


def _rows(mapping: MappingFile, rule: SeriesRule, piece: Piece) -> pd.DataFrame:
    rows = len(piece.frame)
    number = np.arange(piece.before + 1, piece.before + rows + 1, dtype="int64")
    frame = piece.frame.reset_index(drop=True)
    times = mapping.times_of(rule.source)
    whole = Cells(frame, number, mapping.missing_values, times, Notes(rows), rule.source)
    chosen = chosen_rows(whole, rule)
    cells = whole.take(chosen)
    made = pd.DataFrame(dict(_columns(cells, rule)), index=cells.frame.index)
    made["_reasons"] = _reasons(cells, rule, made)
    made[NOTES], made[PLACE], made[ROW] = (
        cells.notes.column(),
        piece.place,
        piece.row_numbers[chosen],
    )
    return made


def _columns(cells: Cells, rule: SeriesRule) -> Iterator[tuple[str, pd.Series]]:
    for name, origin in rule.columns.items():
        yield name, cell.times(cells, origin, name)
    for name, origin in rule.key.items():
        kind: ColumnKind = "id" if name in KEYS and name != "owner_id" else "category"
        yield _KEY + name, cell.words(cells, origin, name, kind)
    for name, attribute in rule.attributes.items():
        yield name, cell.attribute(cells, attribute, name)


def _reasons(cells: Cells, rule: SeriesRule, made: pd.DataFrame) -> pd.Series:
    """Return why rows cannot be used; missing for the others."""
    faults = {"no occurred_at": made["occurred_at"].isna()}
    if "known_at" in rule.columns:
        faults["known_at cannot be read"] = pd.Series(cells.notes.flagged("time", "known_at"))
    faults |= {f"no {name}": made[_KEY + name].isna() for name in rule.key}
    for name in rule.attributes:
        faults[f"{name} is no number"] = pd.Series(cells.notes.flagged("number", name))
    words = pd.DataFrame({why: np.where(bad, why, "") for why, bad in faults.items()})
    joined = words.apply(lambda row: ", ".join(filter(None, row)), axis=1).astype("str")
    return joined.where(joined != "").set_axis(made.index)


def _spans(rule: SeriesRule, leads: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return which key each lead had from when to when: `lead_id`, `key`, `since`, `until`."""
    created = to_moments(leads["created_at"])
    visible = pd.Series(visible_moments(leads, created), index=leads["lead_id"].to_numpy())
    whole = pd.DataFrame({"lead_id": leads["lead_id"], "since": visible.to_numpy()})
    timelines = {name: _timeline(name, leads, changes, visible) for name in rule.key}
    for one in timelines.values():
        known = one[["key", "moment"]].rename(columns={"key": "lead_id", "moment": "since"})
        whole = pd.concat([whole, known], ignore_index=True)
    whole = whole.drop_duplicates().sort_values(["lead_id", "since"], ignore_index=True)
    key = pd.Series("", index=whole.index, dtype="str")
    for one in timelines.values():
        spans = whole.rename(columns={"lead_id": "key"}).assign(until=whole["since"])
        at = as_of.spread(spans, one).first
        words = pd.Series(one["value"].to_numpy()[at], dtype="str").where(at >= 0)
        key = key + _BETWEEN + words
    last = whole["lead_id"] != whole["lead_id"].shift(-1)
    until = whole["since"].shift(-1, fill_value=NEVER).mask(last, NEVER)
    return whole.assign(key=key.fillna(""), until=until)


def _timeline(
    name: str, leads: pd.DataFrame, changes: pd.DataFrame, visible: pd.Series
) -> pd.DataFrame:
    """Return from when on a lead had which value of one attribute: `key` is the lead."""
    first = pd.DataFrame(
        {
            "key": leads["lead_id"].to_numpy(),
            "occurred": _FIRST,
            "visible": visible.to_numpy(),
            "value": leads[name].astype("str").to_numpy(),
        }
    )
    own = changes[(changes["attribute"] == name) & changes["lead_id"].isin(visible.index)]
    occurred = to_moments(own["occurred_at"])
    at = np.maximum(visible_moments(own, occurred), visible.loc[own["lead_id"]].to_numpy())
    later = pd.DataFrame(
        {
            "key": own["lead_id"].to_numpy(),
            "occurred": occurred,
            "visible": at,
            "value": own["value"].astype("str").to_numpy(),
        }
    )
    return as_of.steps(pd.concat([first, later], ignore_index=True))


def _values(
    rule: SeriesRule, name: str, rows: pd.DataFrame, spans: pd.DataFrame
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the first value of each lead, and the later ones as attribute changes."""
    occurred = to_moments(rows["occurred_at"])
    key = pd.Series("", index=rows.index, dtype="str")
    for one in rule.key:
        key = key + _BETWEEN + rows[_KEY + one]
    made = as_of.steps(
        pd.DataFrame(
            {
                "key": key,
                "occurred": occurred,
                "visible": visible_moments(rows, occurred),
                "value": rows[name],
            }
        )
    )
    joined = as_of.spread(spans, made)
    begins = (spans["lead_id"] != spans["lead_id"].shift()).to_numpy()
    values, moments = made["value"].to_numpy(), made["moment"].to_numpy(np.int64)
    empty = np.nan if rule.attributes[name].kind == "number" else None
    at_begin = np.full(len(spans), empty, values.dtype if len(values) else object)
    there = joined.first >= 0
    at_begin[there] = values[joined.first[there]]
    leads, since = spans["lead_id"].to_numpy(), spans["since"].to_numpy(np.int64)
    first = pd.Series(at_begin[begins], index=leads[begins])
    later = pd.DataFrame(
        {
            "lead_id": np.concatenate([leads[~begins], leads[joined.span]]),
            "moment": np.concatenate([since[~begins], moments[joined.step]]),
            "value": np.concatenate([at_begin[~begins], values[joined.step]]),
        }
    )
    return first, _as_changes(name, later, numbers=rule.attributes[name].kind == "number")


def _as_changes(name: str, later: pd.DataFrame, *, numbers: bool) -> pd.DataFrame:
    later = later.sort_values(["lead_id", "moment"], kind="stable", ignore_index=True)
    value = later["value"]
    if numbers:
        value = value.astype("float64").map(number_text, na_action="ignore")
    at = from_moments(later["moment"].to_numpy(np.int64))
    return pd.DataFrame(
        {
            "lead_id": later["lead_id"].astype("str"),
            "attribute": pd.Series(name, index=later.index, dtype="str"),
            "occurred_at": at,
            "known_at": at,
            "value": value.astype("str").where(later["value"].notna()),
        }
    )


def _described(name: str, rule: SeriesRule, first: pd.Series, later: pd.DataFrame) -> BothLanguages:
    some, more, count = int(first.notna().sum()), len(later), len(first)
    return BothLanguages(
        en=f"{name} is joined from {rule.source} as it was known at each moment: {some:,} of "
        f"{count:,} leads have a value from the start, and {more:,} later values",
        ja=f"{name} は {rule.source} から各時点で分かっていた値を結合：リード{count:,}件のうち"
        f"{some:,}件は最初から値があり、その後の値は{more:,}件",
    )
