"""Writing the mirror as an export: one CSV file a table, as the system itself would write it.

Decided here: files are whole or not there, rows stand in the order of ids, and nothing is written
while nothing changed. An activity of several leads becomes a row for each of them. The files are
what `mikomi init --from` and the mapping read, so a connected CRM and a file that somebody exported
by hand are one road.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipelines.connect.crm import ACTIVITY, BETWEEN_LEADS, OF_LEADS, Texts
from pipelines.connect.mirror import Mirror
from pipelines.connect.state import State
from pipelines.storage.atomic import replacing

_OWNER_ALONE: Final = 0o600
_WRITTEN: Final = "exported"


def export(state: State, mirror: Mirror, tables: tuple[str, ...], folder: Path) -> bool:
    """Write the files of an export; return whether they had to be written.

    Parameters
    ----------
    state
        Of the connection.
    mirror
        Its records.
    tables
        The tables; each becomes `<table>.csv`.
    folder
        Where to.
    """
    now = state.changes()
    whole = all((folder / f"{table}.csv").is_file() for table in tables)
    if whole and state.fact(_WRITTEN) == str(now):
        return False
    for table in tables:
        _write(mirror, table, folder / f"{table}.csv")
    state.set_fact(_WRITTEN, str(now))
    return True


def _write(mirror: Mirror, table: str, path: Path) -> None:
    headings: dict[str, None] = {}
    for values in _rows(mirror, table):
        headings |= dict.fromkeys(values)
    with replacing(path) as fresh:
        fresh.touch(_OWNER_ALONE)
        with fresh.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, list(headings), restval="")
            rows.writeheader()
            rows.writerows(_rows(mirror, table))


def _rows(mirror: Mirror, table: str) -> Iterator[Texts]:
    """Yield the rows of a table; an activity has one for each of its leads."""
    for _, values in mirror.records(table):
        if OF_LEADS not in values:
            yield values
            continue
        of_leads, activity = values[OF_LEADS], values.get(ACTIVITY, "")
        rest = {name: text for name, text in values.items() if name != OF_LEADS}
        for lead_id in filter(None, of_leads.split(BETWEEN_LEADS)):
            yield {**rest, ACTIVITY: f"{activity}-{lead_id}", "lead_id": lead_id}
