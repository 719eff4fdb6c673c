"""Names of leads and ways to reach them: stored apart, shown to those who may see them, searched.

Decided here: what a CRM sends replaces what was stored, and no history of it exists, so a corrected
name is gone. A search key has one form for half and full width (NFKC), hiragana and katakana, large
and small letters, and no spaces, hyphens or brackets, so that a number is found however it is
written.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, select

from features.reading.normalize import folded
from serve.store.engine import reading
from serve.store.id_list import bound, in_ids
from serve.store.leads.refresh_marks import upsert
from serve.store.tables import LEAD_DISPLAY
from serve.store.text_contains import text_contains

_HIRAGANA: Final = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_PUNCTUATION: Final = re.compile(r"[\s\-‐‑–−()（）・.,]+")
Shown = Mapping[str, str]
"""What is shown of a lead, by name; empty where nothing was sent."""


class Displays:
    """Reads what is shown of leads from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def of(self, lead_ids: Iterable[str]) -> dict[str, Shown]:
        """Return what is shown of those of some leads that have anything, by id."""
        ids = list(lead_ids)
        if not ids:
            return {}
        with self._engine.connect() as connection:
            own = in_ids(connection.dialect.name, LEAD_DISPLAY.c.lead_id)
            rows = connection.execute(select(LEAD_DISPLAY).where(own), bound(connection, ids))
            return {row.lead_id: row.shown for row in rows}


def put_display(connection: Connection, lead_id: str, shown: Mapping[str, str] | None) -> None:
    """Replace what is shown of a lead.

    Parameters
    ----------
    connection
        In a transaction that holds the lead.
    lead_id
        The normalised id of the lead.
    shown
        Text by name; None leaves what is stored, an empty one removes it.
    """
    if shown is None:
        return
    texts = {name: text.strip() for name, text in shown.items() if text.strip()}
    if not texts:
        connection.execute(delete(LEAD_DISPLAY).where(LEAD_DISPLAY.c.lead_id == lead_id))
        return
    key = "\n".join(search_key(text) for text in texts.values())
    adding = upsert(connection.dialect.name, LEAD_DISPLAY)
    values = {name: adding.excluded[name] for name in ("shown", "searched")}
    row = {"lead_id": lead_id, "shown": texts, "searched": key}
    connection.execute(adding.on_conflict_do_update(index_elements=["lead_id"], set_=values), [row])


def is_called(lead_id: ColumnElement[str], text: str, *, few: bool = False) -> ColumnElement[bool]:
    """Return the condition that what is shown of a lead contains a text.

    Parameters
    ----------
    lead_id
        The column of the lead.
    text
        As typed.
    few
        Whether few leads are asked about: each is looked up, instead of reading all names.
    """
    matches = text_contains(LEAD_DISPLAY.c.searched, search_key(text))
    named = select(LEAD_DISPLAY.c.lead_id).where(matches)
    return exists(named.where(LEAD_DISPLAY.c.lead_id == lead_id)) if few else lead_id.in_(named)


def search_key(text: str) -> str:
    """Return a text in the one form in which names are searched.

    >>> search_key("ｻﾄｳ はなこ"), search_key("ＡＣＭＥ 株式会社"), search_key("03-0123-4567")
    ('サトウハナコ', 'acme株式会社', '0301234567')
    """
    return _PUNCTUATION.sub("", folded(text).casefold().translate(_HIRAGANA))
