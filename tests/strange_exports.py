"""Deals as strangers' systems export them, small and made up, to try first mappings on."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from pipelines.intake.guess.draft import guess
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Mapping

ROWS = 150
START = pd.Timestamp("2024-01-08 09:20")
STATES = tuple(("won", "lost", "open", "lost", "open")[n * 7 % 11 % 5] for n in range(ROWS))


def begin(n: int) -> pd.Timestamp:
    """Return when deal `n` was created."""
    return START + pd.Timedelta(hours=53 * n)


def end(n: int) -> pd.Timestamp:
    """Return when deal `n` ended, or would."""
    return begin(n) + pd.Timedelta(days=20 + n * 13 % 40, minutes=n)


def column(value: Callable[[int, str], str]) -> list[str]:
    """Return the cells of a column: `value` of the deal's number and state."""
    return [value(n, state) for n, state in enumerate(STATES)]


def stamps(moment: Callable[[int], pd.Timestamp], form: str = "%Y-%m-%d %H:%M") -> list[str]:
    """Return a time for every deal."""
    return column(lambda n, _: moment(n).strftime(form))


def ends(*states: str, form: str = "%Y-%m-%d %H:%M", none: str = "") -> list[str]:
    """Return the time of the end of deals in some states, `none` for the others."""
    return column(lambda n, state: end(n).strftime(form) if state in states else none)


def words(**by_state: str) -> list[str]:
    """Return the word of each deal's state."""
    return column(lambda _, state: by_state[state])


def deals(**columns: list[str]) -> pd.DataFrame:
    """Return deals with an id, a source, a size, and further columns."""
    frame = pd.DataFrame(
        {
            "Deal ID": [f"D-{n:04d}" for n in range(ROWS)],
            "Created Date": stamps(begin),
            "Source": [("Web", "Fair", "Advert", "Referral")[n * 5 % 7 % 4] for n in range(ROWS)],
            "Employees": [str(20 + n * 37 % 913) for n in range(ROWS)],
        }
    )
    return frame.assign(**columns)


def first_mapping(
    folder: Path, frame: pd.DataFrame, system: str | None = None, name: str = "deals"
) -> tuple[str, Mapping]:
    """Write an export and return its first mapping, as text and as read."""
    frame.to_csv(folder / f"{name}.csv", index=False)
    text = guess([folder / f"{name}.csv"], folder, system)
    (folder / "mapping.yaml").write_text(text, "utf-8")
    return text, parse(text)


def outcome_dates(mapping: Mapping) -> list[str | None]:
    """List the columns by which outcomes are dated."""
    return [rule.columns["occurred_at"].column for rule in mapping.outcomes]


def outcome_values(mapping: Mapping) -> dict[str, str]:
    """Return what the values of outcome columns mean, over all rules."""
    both: dict[str, str] = {}
    for rule in mapping.outcomes:
        both |= rule.columns["outcome"].values  # noqa: PD011 - the mapping's word
    return both


def with_lines(
    frame: pd.DataFrame,
    line: Callable[[int, int], dict[str, str]],
    further: Callable[[dict[str, str]], dict[str, str]] = dict,
    mark: str | None = None,
) -> pd.DataFrame:
    """Return an export in which a record takes one to three rows, one for each line of its table.

    `further` makes the record's own cells in the rows after its first; `mark` is the header of the
    column that has a star in the first.
    """
    rows = []
    for n, record in enumerate(frame.to_dict("records")):
        own = {str(name): str(value) for name, value in record.items()}
        for k in range(1 + n % 3):
            star = {} if mark is None else {mark: "" if k else "*"}
            rows.append(star | (further(own) if k else own) | line(n, k))
    return pd.DataFrame(rows)
