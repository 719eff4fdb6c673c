"""Lookups: columns of another source, found by a key.

Decided here: keys are compared as ids are, in their compatibility form, without surrounding spaces.
The first row with a key counts. A row without the key, a key that is not there and a key that
stands there several times are noticed, each with how to mend it where that is known; what was
noticed about the row that was found is noticed about the row that found it, over every hop.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.id_forms import MEANINGS, IdForm, joining_form, rewritten
from features.reading.text import as_text, folded, is_missing
from pipelines.intake.mapping.preparation import Lookup
from pipelines.intake.prepare.columns import Flags, Workbench, examples
from pipelines.intake.read.readable import Notice, Readable
from pipelines.intake.rows.lookup import positions

ROWS: Final = 500_000
_BETWEEN: Final = "\x1f"
_MOST: Final = 10_000
"""So many keys are compared in other forms."""


@dataclass(frozen=True)
class LookupTable:
    """Another source by its key: one row a key, the first.

    `keys` are unique; `repeated` flags those that several rows have; `notices` flag rows about
    which something was noticed; `asides` count rows that are in none.
    """

    keys: pd.Series
    columns: pd.DataFrame
    repeated: Flags
    notices: dict[Notice, Flags]
    asides: Counter[Notice]


def lookup_table(rule: Lookup, other: Readable, missing: tuple[str, ...]) -> LookupTable:
    """Read another source by its key.

    Parameters
    ----------
    rule
        The key, and the columns wanted.
    other
        The source, prepared.
    missing
        The words that stand for missing.
    """
    pieces = list(other.pieces(ROWS))
    wanted = [*dict.fromkeys([*rule.key.values(), *rule.columns.values()])]
    frame = pd.concat([piece.frame[wanted] for piece in pieces], ignore_index=True)
    keys = _keys(frame, list(rule.key.values()), missing, rule.id_form)
    there = keys.notna().to_numpy()
    repeated = there & keys.duplicated(keep=False).to_numpy()
    first = there & ~keys.duplicated().to_numpy()
    names = dict.fromkeys(notice for piece in pieces for notice in piece.notices)
    none = [np.zeros(len(piece.frame), bool) for piece in pieces]
    flags = {
        name: np.concatenate([p.notices.get(name, no) for p, no in zip(pieces, none, strict=True)])
        for name in names
    }
    asides = Counter[Notice]()
    for piece in pieces:
        asides += piece.asides
        asides += _left_out(rule.source, piece.passed_over)
    return LookupTable(
        keys[first].reset_index(drop=True),
        frame[first].reset_index(drop=True),
        repeated[first],
        {name: rows[first] for name, rows in flags.items()},
        asides,
    )


def _left_out(source: str, passed_over: Counter[str]) -> Counter[Notice]:
    lines = {ground: n for ground, n in passed_over.items() if "without" in ground}
    return Counter({Notice("lookup", f"{source}: {ground}"): n for ground, n in lines.items()})


def look_up(bench: Workbench, rule: Lookup, table: LookupTable) -> dict[str, pd.Series]:
    """Return the looked-up columns of the rows at hand; those without a match are missing.

    Parameters
    ----------
    bench
        The rows, and where notices go.
    rule
        The lookup.
    table
        The other source by its key.
    """
    keys = _keys(bench.frame, list(rule.key), bench.missing, rule.id_form)
    at = positions(keys, table.keys)
    _notice(bench, rule, table, keys, at)
    for notice, rows in table.notices.items():
        hit = (at >= 0) & np.append(rows, False)[at]
        if hit.any():
            bench.notices[notice] = bench.notices.get(notice, np.zeros(len(hit), bool)) | hit
    return {name: _taken(table.columns[column], at) for name, column in rule.columns.items()}


def _notice(
    bench: Workbench, rule: Lookup, table: LookupTable, keys: pd.Series, at: NDArray[np.int64]
) -> None:
    mine, theirs = " + ".join(rule.key), " + ".join(rule.key.values())
    absent = keys.isna().to_numpy()
    bench.note("lookup", f"no {mine}, so nothing of {rule.source} is known", absent)
    strangers = ~absent & (at < 0)
    if strangers.any():
        some = examples(keys[strangers].str.replace(_BETWEEN, " + ", regex=False))
        sentence = f"{mine} that no {theirs} of {rule.source} is, e.g. {some}"
        bench.note("lookup", sentence + _advice(keys[strangers], table.keys), strangers)
    twice = (at >= 0) & np.append(table.repeated, False)[at]
    sentence = f"{mine} that several rows of {rule.source} have as {theirs}; the first counts"
    bench.note("lookup", sentence, twice)


def _advice(strangers: pd.Series, known: pd.Series) -> str:
    join = joining_form(strangers.drop_duplicates().head(_MOST), known)
    return "" if join is None else f" ({MEANINGS[join.form]}: write `id_form: {join.form}`)"


def _keys(
    frame: pd.DataFrame, columns: list[str], missing: tuple[str, ...], form: IdForm | None
) -> pd.Series:
    """Return one key a row as text; missing where a part of it is."""
    result: pd.Series | None = None
    for column in columns:
        text = as_text(frame[column])
        part = folded(text.mask(is_missing(text, missing)))
        part = part if form is None else rewritten(part, form)
        result = part if result is None else result + _BETWEEN + part
    assert result is not None  # noqa: S101 - a lookup has a key
    return result.astype("str")


def _taken(column: pd.Series, at: NDArray[np.int64]) -> pd.Series:
    return (
        column.reset_index(drop=True)
        .reindex(np.where(at < 0, len(column), at))
        .reset_index(drop=True)
    )
