"""The checks at work: what each found, added up over tables and partitions.

Decided here: every check runs, whatever the others found, so that all faults come at once. Reasons
of rows that an error takes out are `code title: what stood there`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from features.tables import SPECS, TableName
from pipelines.intake.checks.catalogue import CHECKS
from pipelines.intake.checks.check import (
    About,
    Answer,
    Batch,
    Check,
    Phase,
    RowCheck,
    Tally,
    TallyCheck,
)

FIRST = 5


@dataclass
class _Entry:
    """What one row check has found so far."""

    applied: bool = False
    rows: Counter[TableName] = field(default_factory=Counter)
    details: dict[TableName, str] = field(default_factory=dict)
    first: list[str] = field(default_factory=list)


class Ledger:
    """Runs checks on batches and gives their answers at the end."""

    def __init__(self, about: About, checks: Sequence[Check] = CHECKS) -> None:
        self._about = about
        self._row_checks = [c for c in checks if isinstance(c, RowCheck)]
        self._tally_checks = [c for c in checks if isinstance(c, TallyCheck)]
        self._order = [check.code for check in checks]
        self._entries = {check.code: _Entry() for check in self._row_checks}
        self._tallies: dict[str, Tally] = {check.code: Counter() for check in self._tally_checks}

    def screen(self, batch: Batch, table: TableName, phase: Phase) -> pd.Series:
        """Run the row checks of a phase; give the reasons of rows to take out, else missing.

        Parameters
        ----------
        batch
            One table of one piece, with the tables beside it.
        table
            Its name.
        phase
            `row`, or a later phase that needs the other tables.
        """
        frame = batch.tables[table]
        reasons = pd.Series(None, index=frame.index, dtype=object)
        for check in self._row_checks:
            if check.phase != phase or table not in check.tables:
                continue
            flags = check.flags(batch, table)
            if flags is None:
                continue
            self._entries[check.code].applied = True
            if flags.any():
                self._note(check, table, frame[flags])
                self._compare(check, batch, table, flags)
                if _removes(check, self._about):
                    _add_reason(reasons, flags, f"{check.code} {check.title}")
        return reasons

    def count(self, batch: Batch, table: TableName) -> None:
        """Run the tally checks of a table on rows that are kept.

        Parameters
        ----------
        batch
            One table of one piece, with the tables beside it.
        table
            Its name.
        """
        for check in self._tally_checks:
            if table in check.tables:
                self._tallies[check.code].update(check.tally(batch, table))

    def answers(self) -> list[Answer]:
        """Return every check's answer, in the order of their numbers."""
        answers = [self._row_answer(check) for check in self._row_checks]
        answers += [self._tally_answer(check) for check in self._tally_checks]
        return sorted(answers, key=lambda answer: self._order.index(answer.code))

    def _note(self, check: RowCheck, table: TableName, rows: pd.DataFrame) -> None:
        entry = self._entries[check.code]
        entry.rows[table] += len(rows)
        if check.detail is not None and table not in entry.details:
            entry.details[table] = check.detail(rows)
        room = FIRST - len(entry.first)
        entry.first += names_of(rows.head(room), table) if room > 0 else []

    def _compare(self, check: RowCheck, batch: Batch, table: TableName, flags: np.ndarray) -> None:
        entry = self._entries[check.code]
        if check.comparison is not None and not entry.details.get(table):
            entry.details[table] = check.comparison(batch, table, flags)

    def _row_answer(self, check: RowCheck) -> Answer:
        entry = self._entries[check.code]
        if not entry.applied:
            return Answer(check.code, check.title, check.severity, "not applicable")
        if not entry.rows:
            return Answer(check.code, check.title, check.severity, "fine")
        observed = "; ".join(
            f"{entry.rows[table]:,} rows of {table}"
            + (f": {entry.details[table]}" if entry.details.get(table) else "")
            for table in SPECS
            if entry.rows[table]
        )
        return Answer(
            check.code,
            check.title,
            check.severity,
            "fault",
            observed,
            check.expected,
            check.do,
            entry.rows.total(),
            tuple(entry.first),
        )

    def _tally_answer(self, check: TallyCheck) -> Answer:
        finding = check.conclude(self._tallies[check.code], self._about)
        if finding is None:
            return Answer(check.code, check.title, check.severity, "not applicable")
        if not finding.observed:
            return Answer(check.code, check.title, check.severity, "fine")
        return Answer(
            check.code,
            check.title,
            check.severity,
            "fault",
            finding.observed,
            check.expected,
            check.do,
            finding.rows,
            finding.first,
        )


def names_of(rows: pd.DataFrame, table: TableName) -> list[str]:
    """Name rows by their key's first column, or by where they came from.

    Parameters
    ----------
    rows
        Flagged rows, one a row of the table.
    table
        Its name, which says what the key is.
    """
    key = SPECS[table].key[0]
    ids = rows[key] if key in rows else rows["lead_id"]
    place = rows["_place"] + " row " + rows["_row"].astype("str") if "_place" in rows else ids
    return [str(name) for name in ids.fillna(place)]


def _removes(check: RowCheck, about: About) -> bool:
    """Return whether the rows that a check flags go to the quarantine."""
    if check.removes is not None:
        return check.removes(about)
    return check.severity == "error"


def _add_reason(reasons: pd.Series, flags: np.ndarray, words: str) -> None:
    before = reasons[flags]
    reasons[flags] = np.where(before.isna(), words, before.astype("str") + "; " + words)
