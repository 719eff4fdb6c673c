"""Wins that were undone: a deal that was won and later lost or re-opened.

Decided here: the last decision of a deal counts. A win is undone by a later `lost` of its deal, or
by a later return of the deal to `opened` or a stage in which it was before the win. Rows without a
deal are about the lead's only deal, unless the lead was won more than once; without a deal only
`lost` undoes a win, since `opened` may be another deal. The intake and the server share this rule.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

Undone = Literal["exclude", "count"]
"""What a mapping does with such wins: set them aside, or count them as conversions."""
_WON: Final = "won"
_LOST: Final = "lost"


class DealEvent(NamedTuple):
    """One row of outcomes of a lead: its deal, what happened, and when (any unit that compares)."""

    deal: str | None
    outcome: str
    at: int


def undone_wins(events: Sequence[DealEvent]) -> list[int]:
    """Return the places of the wins that a later event of the same deal undoes, ascending.

    Parameters
    ----------
    events
        All outcomes of one lead, in any order.

    Examples
    --------
    >>> won, lost = DealEvent("D1", "won", 3), DealEvent("D1", "lost", 5)
    >>> undone_wins([won, lost]), undone_wins([won, lost, DealEvent("D1", "won", 6)])
    ([0], [0])
    >>> undone_wins([won, DealEvent("D2", "lost", 5)])
    []
    """
    of_deal: dict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(events):
        of_deal[event.deal or ""].append(place)
    return sorted(
        place for deal, places in of_deal.items() for place in _undone(events, places, deal)
    )


def _undone(events: Sequence[DealEvent], places: list[int], deal: str) -> Iterator[int]:
    wins = [place for place in places if events[place].outcome == _WON]
    if not wins:
        return
    first = min(events[place].at for place in wins)
    before = {events[place].outcome for place in places if events[place].at < first}
    only = len({events[place].at for place in wins}) == 1
    undoing = before | {_LOST} if deal else {_LOST} if only else set()
    last = max((events[n].at for n in places if events[n].outcome in undoing), default=first)
    yield from (place for place in wins if events[place].at < last)
