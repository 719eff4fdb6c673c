"""Writing scores back: what differs by enough from what the CRM was sent and shows.

Decided here: a lead is written if its score moved by a stated amount, or if the CRM no longer shows
what it was sent (a write that came late, or a person's hand). A lead that is no longer ranked loses
its fields: a score that nobody computes any more is a stale one. Because a page of the ranking can
move while it is read, that is believed only after the lead itself was looked up. A batch that the
system refuses is halved until the record is known that it refuses.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from pipelines.connect.crm import Crm, Texts
from pipelines.connect.ledger import ScoreLedger
from pipelines.connect.mirror import Mirror
from pipelines.connect.pull import batches
from pipelines.connect.rest_client import CallRefused
from pipelines.connect.score_fields import BLANK, Amounts, Wording, differ, fields_of, same
from pipelines.connect.state import State

Row = Mapping[str, Any]
"""A row of the server's ranking, as JSON."""
_REFUSALS: Final = frozenset({400, 404, 409, 413, 422})
"""Statuses that may be about one record of a batch."""


class ScoreSource(Protocol):
    """Where scores come from: a mikomi server."""

    def ranking(self, language: str) -> list[Row]:
        """Return every row of the ranking."""

    def ranked(self, lead_id: str) -> Row | None:
        """Return the row of one lead as it is stored; none if it is not ranked."""


class Pushed(NamedTuple):
    """How many leads were written, emptied, unchanged, and why others were refused, by id."""

    written: int
    emptied: int
    unchanged: int
    refused: dict[str, str]


class PushRules(NamedTuple):
    """How scores are written, what is enough to write one again, and whether all are."""

    wording: Wording = Wording()
    amounts: Amounts = Amounts()
    whole: bool = False


def push(
    crm: Crm, state: State, scores: ScoreSource, now: datetime, rules: PushRules | None = None
) -> Pushed:
    """Bring the scores of a CRM up to date; it can be stopped anywhere and run again.

    Parameters
    ----------
    crm
        The system.
    state
        Of the connection; only leads of its mirror are written.
    scores
        Where the scores come from.
    now
        The moment.
    rules
        As `PushRules`.
    """
    rules = rules or PushRules()
    ledger, shown = ScoreLedger(state, crm.lead_table), Mirror(state, crm.lead_table).shown()
    sent = ledger.all()
    rows = {
        str(row["lead_id"]): (fields_of(row, rules.wording), str(row["as_of"]))
        for row in scores.ranking(rules.wording.language)
        if row["lead_id"] in shown
    }
    due = {
        lead_id: row
        for lead_id, row in rows.items()
        if rules.whole
        or lead_id not in sent
        or _is_due(sent[lead_id].fields, row[0], shown[lead_id], rules)
    }
    stale = [
        lead_id
        for lead_id, fields in shown.items()
        if lead_id not in rows
        and (lead_id in sent or not same({}, fields))
        and scores.ranked(lead_id) is None
    ]
    refused: dict[str, str] = {}
    for some in batches(list(due), crm.write_batch):
        failed = _write(crm, {one: due[one][0] for one in some})
        refused |= failed
        ledger.write({o: due[o] for o in some if o not in failed}, now.isoformat())
    for some in batches(stale, crm.write_batch):
        failed = _write(crm, dict.fromkeys(some, BLANK))
        refused |= failed
        ledger.remove([one for one in some if one not in failed], BLANK)
    emptied = sum(one not in refused for one in stale)
    written = sum(one not in refused for one in due)
    return Pushed(written, emptied, len(rows) - len(due), refused)


def _is_due(sent: Texts, fields: Texts, shown: Texts, rules: PushRules) -> bool:
    return differ(sent, fields, rules.amounts) or not same(sent, shown)


def _write(crm: Crm, rows: Mapping[str, Texts]) -> dict[str, str]:
    """Write a batch; one that is refused as a whole is halved. Return why some were refused."""
    try:
        return crm.write(rows)
    except CallRefused as error:
        if error.status not in _REFUSALS:
            raise
        if len(rows) == 1:
            return dict.fromkeys(rows, str(error.faults[0].observed))
    ids = list(rows)
    half = len(ids) // 2
    return _write(crm, {i: rows[i] for i in ids[:half]}) | _write(
        crm, {i: rows[i] for i in ids[half:]}
    )
