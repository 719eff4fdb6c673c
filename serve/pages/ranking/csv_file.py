"""The ranking as a CSV file for a spreadsheet.

Decided here: UTF-8 with a byte order mark, which Excel needs. No cell is a formula,
see `features.records.spreadsheet_cells`. At most 10,000 rows, the hottest.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from features.records.spreadsheet_cells import safe
from serve.pages.ranking.cards import Card
from serve.pages.shell.page_words import PageWords, mark

MOST_ROWS: Final = 10_000
BOM: Final = "\ufeff"
_HEAD: Final = (
    mark("Lead"),
    mark("Company"),
    mark("Person"),
    mark("Telephone"),
    mark("E-mail"),
    mark("Score"),
    mark("Band"),
    mark("Probability"),
    mark("Trend"),
    mark("Reason 1"),
    mark("Reason 2"),
    mark("Last activity"),
    mark("Last activity at"),
    mark("Owner"),
    mark("Owner id"),
    mark("Source"),
    mark("Until"),
    mark("List"),
    mark("Next step"),
    mark("Why now"),
    mark("Stage"),
    mark("Amount"),
)

_CHOSEN: Final = mark("Chosen")
_BY_LOT: Final = {True: mark("drawn at random"), False: mark("by rank")}


def written(cards: Iterable[Card], words: PageWords, *, drawn: bool = False) -> str:
    """Write the cards as CSV.

    Parameters
    ----------
    cards
        The leads.
    words
        The language.
    drawn
        Whether some were drawn by lot; a last column then says which.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    head = (*_HEAD, _CHOSEN) if drawn else _HEAD
    writer.writerow([words.say(name) for name in head])
    for card in cards:
        chosen = [words.say(_BY_LOT[card.is_drawn])] if drawn else []
        writer.writerow([safe(cell) for cell in (*_cells(card, words), *chosen)])
    return BOM + file.getvalue()


def _cells(card: Card, words: PageWords) -> Iterator[str]:
    row, ranked = card.row, card.ranked
    who = card.contact
    yield row.lead_id
    yield from (who.company or who.title, who.name, who.telephone, who.email)
    yield from (f"{ranked.score:.1f}" if ranked else "", card.band)
    yield f"{ranked.probability:.4f}" if ranked else ""
    yield card.trend
    sentences = [reason.sentence for reason in card.reasons]
    yield from [*sentences, "", ""][:2]
    at = row.last_activity_at
    yield from (card.last_activity, "" if at is None else words.moment(at))
    yield from (card.owner, row.owner_id or "", card.source)
    falls_at = ranked.band_falls_at if ranked else None
    yield "" if falls_at is None else words.day(falls_at)
    yield from (card.standing, card.step.what, card.step.why)
    deal = card.deals[0] if card.deals else None
    yield deal.stage if deal else ""
    yield "" if deal is None or deal.deal.amount is None else f"{deal.deal.amount:.0f}"
