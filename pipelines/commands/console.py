"""How the command speaks: results to standard output, everything else to standard error."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from features.errors import MikomiError

WIDE: Final = 160
"""Width of tables when no terminal says another."""


def out() -> Console:
    """Return the console for results; wide when it is not a terminal."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDE
    return console


def refuse(error: MikomiError) -> None:
    """Print every fault of an error: found, expected, what to do."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    kind = type(error).__name__
    count = len(error.faults)
    console.print(f"[bold red]{kind}[/]" + (f" ({count} faults)" if count > 1 else ""))
    for fault in error.faults:
        console.print(f"  found     {escape(fault.observed)}")
        console.print(f"  expected  {escape(fault.expected)}")
        console.print(f"  do        {escape(fault.do)}\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return rows as a table; numbers stand at the right.

    Parameters
    ----------
    title
        Above the table.
    columns
        Their names.
    rows
        Each with one value a column.
    """
    rows = [list(row) for row in rows]
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for place, column in enumerate(columns):
        numbers = all(isinstance(row[place], int | float) for row in rows)
        made.add_column(column, justify="right" if numbers else "left")
    for row in rows:
        made.add_row(*(escape(written(value)) for value in row))
    return made


def written(value: Any) -> str:
    """Write a value for people.

    >>> written(1234567), written(0.12345), written(None)
    ('1,234,567', '0.123', '-')
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004
    return f"{value:,}" if isinstance(value, int) else str(value)


class ProgressLine:
    """Shows progress on standard error: the latest on one line of a terminal, else a line a step.

    Without a terminal a step is a new title, a tenth of what is to be done, or twice as much done.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._title, self._next = "", 0

    def __call__(self, title: str, done: int, total: int | None) -> None:
        """Show it."""
        of = "" if total is None else f" of {total:,}"
        if self._console.is_terminal:
            self._console.print(f"{title}: {done:,}{of}", end="\r")
        elif title != self._title or done >= self._next:
            self._console.print(f"{title}: {done:,}{of}" if done or total else title)
            self._title, self._next = title, done + max(1, done if total is None else total // 10)


def tracked(things: Iterable[Any], title: str, total: int) -> Iterator[Any]:
    """Iterate over the things with progress on standard error: a bar, or lines without a terminal.

    Parameters
    ----------
    things
        What is worked on.
    title
        What is done with them.
    total
        How many there are.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        line = ProgressLine()
        for done, thing in enumerate(things, 1):
            if total > 1:
                line(title, done, total)
            yield thing
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=total)
        for thing in things:
            yield thing
            progress.advance(task)
