"""Reading a score from its file: one row a lead and moment.

Decided here: columns that are not there are named all at once, with those that are. Rows that
cannot be used (no lead, an unreadable moment or score, a grade that is not listed) are left out
and counted; a file of which more than half cannot be used is refused. Grades are numbers from the
order of `best_first`, or of a scale that is known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadTables
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded, is_missing
from features.reading.times import read_times
from features.reading.values import TimeReading
from pipelines.incumbent import table_file
from pipelines.run.incumbent_params import IncumbentParams

SCALES: Final[tuple[tuple[str, ...], ...]] = (
    ("s", "a", "b", "c", "d", "e", "f"),
    ("a+", "a", "a-", "b+", "b", "b-", "c+", "c", "c-", "d+", "d", "d-", "e", "f"),
    ("very hot", "hot", "warm", "cool", "cold"),
    ("very high", "high", "medium", "low", "very low"),
    ("高", "中", "低"),
    ("★★★★★", "★★★★", "★★★", "★★", "★"),
)
_MISSING: Final = ("", "-", "null", "NULL", "None", "n/a", "N/A", "nan")
_PERCENT: Final = 100.0


@dataclass(frozen=True)
class ReadScores:
    """A score as it was read.

    Attributes
    ----------
    frame
        `lead_id`, `at` (missing where the file has no moments), `score`: higher is hotter.
    rows, left_out
        Rows of the file, and how many could not be used, by the reason.
    meaning
        What the score is: `grade` where it was written in words, else as declared.
    """

    frame: pd.DataFrame
    rows: int
    left_out: dict[str, int]
    meaning: str
    dated: bool


def read_scores(settings: IncumbentParams, zone: str | None) -> ReadScores:
    """Read the file of a score.

    Parameters
    ----------
    settings
        Where it is, and its columns.
    zone
        The time zone of moments without an offset, unless the settings have one.

    Raises
    ------
    BadInput
        If the file is not there, lacks columns, or more than half of it cannot be used.
    """
    raw = _raw(Path(settings.scores or ""), settings)
    at, bad_time = _moments(raw, settings, zone)
    score, bad_score, words = _values(raw[settings.score], settings)
    lead = folded(as_text(raw[settings.lead]))
    no_lead = is_missing(lead, _MISSING)
    empty = is_missing(as_text(raw[settings.score]), _MISSING)
    reasons = {
        "no lead": no_lead,
        "no score": empty & ~no_lead,
        "unreadable moment": bad_time & ~no_lead & ~empty,
        "unreadable score": bad_score & ~no_lead & ~empty & ~bad_time,
    }
    left_out = {name: int(rows.sum()) for name, rows in reasons.items() if rows.any()}
    usable = ~np.logical_or.reduce(list(reasons.values()))
    _refuse_the_unreadable(raw, settings, left_out, int(usable.sum()))
    frame = pd.DataFrame({"lead_id": lead, "at": at, "score": score})[usable]
    meaning = "grade" if words else settings.meaning
    if meaning == "probability" and float(frame["score"].max()) > 1.0:
        frame["score"] /= _PERCENT
    dated = settings.at is not None
    return ReadScores(frame.reset_index(drop=True), len(raw), left_out, meaning, dated)


def _raw(path: Path, settings: IncumbentParams) -> pd.DataFrame:
    wanted = {"lead": settings.lead, "at": settings.at, "score": settings.score}
    named = {f"incumbent.{key}": name for key, name in wanted.items() if name is not None}
    return table_file.read(path, named, "the file of the score")


def _moments(
    raw: pd.DataFrame, settings: IncumbentParams, zone: str | None
) -> tuple[pd.Series, NDArray[np.bool_]]:
    if settings.at is None:
        none = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us, UTC]")
        return none, np.zeros(len(raw), np.bool_)
    cells = raw[settings.at]
    if not pd.api.types.is_datetime64_any_dtype(cells):
        cells = as_text(cells).mask(is_missing(as_text(cells), _MISSING))
    moments = read_times(cells, TimeReading(zone=settings.zone or zone)).moments
    return moments, moments.isna().to_numpy()


def _values(
    cells: pd.Series, settings: IncumbentParams
) -> tuple[pd.Series, NDArray[np.bool_], bool]:
    """Read numbers, or grades; return too which could not be read, and whether they are words."""
    if settings.best_first:
        return _graded(cells, [one.casefold() for one in settings.best_first])
    text = as_text(cells)
    there = cells.mask(is_missing(text, _MISSING))
    if not pd.api.types.is_numeric_dtype(there):
        there = there.astype("str").str.removesuffix("%").str.removesuffix("％")
    numbers, unreadable = read_numbers(there)
    if unreadable.sum() > np.isfinite(numbers).sum():
        words = set(folded(text.dropna()).str.casefold()) - {one.casefold() for one in _MISSING}
        scale = next((one for one in SCALES if words <= set(one)), None)
        if scale is not None:
            return _graded(cells, scale)
    return pd.Series(numbers, index=cells.index), np.isnan(numbers), False


def _graded(
    cells: pd.Series, best_first: Sequence[str]
) -> tuple[pd.Series, NDArray[np.bool_], bool]:
    value = {word: float(len(best_first) - place) for place, word in enumerate(best_first)}
    score = folded(as_text(cells)).str.casefold().map(value).astype(np.float64)
    return score, score.isna().to_numpy(), True


def _refuse_the_unreadable(
    raw: pd.DataFrame, settings: IncumbentParams, left_out: dict[str, int], usable: int
) -> None:
    unreadable = sum(n for name, n in left_out.items() if name.startswith("unreadable"))
    if usable and unreadable <= usable:
        return
    counts = ", ".join(f"{name}: {count}" for name, count in left_out.items()) or "no row"
    examples = ", ".join(as_text(raw[settings.score]).dropna().unique()[:5].tolist())
    raise BadTables.of(
        f"{settings.scores}: {usable} of {len(raw)} rows can be used ({counts}; scores like "
        f"{examples})",
        "a score of numbers, or grades whose order is known, and moments like 2026-04-01 09:30",
        "list the grades in incumbent.best_first, the best first, or correct the columns",
    )
