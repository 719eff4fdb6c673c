"""The way of deals: steps that leads came to, the days between them, and where deals were lost.

Decided here: a lead came to a step if any of its deals did. Stages stand in the order in which
deals go through them, on average; the first stage of a deal is its beginning, whatever it is
called. A deal was lost in the stage before the loss.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from serve.insight.funnel import ShareInterval, median_days, share
from serve.insight.outcomes import DealtLead
from serve.wire.team.standing import Deal

LEAD: Final = "<lead>"
QUALIFIED: Final = "<qualified>"
OPENED: Final = "opened"
WON: Final = "won"
"""Names of steps; the first two are none that a CRM gives a stage."""
_DAY: Final = timedelta(days=1)
_LATE: Final = 0.5
_LEAST_DEALS: Final = 5


class FunnelStep(NamedTuple):
    """A step of the funnel: how many leads came to it, as a share of all.

    `of_before` is the share of the leads of the step before that came to this one as well; a lead
    may skip a step. `days` is the median from the step before; none where no lead came, or none is
    known.
    """

    name: str
    leads: int
    of_all: ShareInterval | None
    of_before: ShareInterval | None
    days: float | None


class LossCount(NamedTuple):
    """Lost deals of a stage or of a reason: how many, their share, and those of the span before."""

    name: str
    deals: int
    share: float
    before: int
    share_before: float


def stages_of(deals: Iterable[Deal]) -> list[str]:
    """Return the stages between the beginning of deals and their end, in their order."""
    places: dict[str, list[int]] = defaultdict(list)
    for deal in deals:
        for place, one in enumerate(_passed(deal)):
            places[one].append(place)
    mean = {name: sum(all_) / len(all_) for name, all_ in places.items()}
    return sorted((name for name in mean if mean[name] >= _LATE), key=lambda one: (mean[one], one))


def steps_of(
    leads: int,
    dealt: Sequence[DealtLead],
    stages: Sequence[str],
    qualified: Mapping[str, tuple[datetime, datetime]] | None = None,
) -> list[FunnelStep]:
    """Return the steps from the lead to the win.

    Parameters
    ----------
    leads
        How many leads there are, with and without deals.
    dealt
        Those with deals.
    stages
        As from `stages_of`.
    qualified
        By id, when each qualified lead came in and when it was qualified; none where it is not
        known, which leaves the step out.
    """
    reached = {one.lead_id: _moments(one.created_at, one.deals) for one in dealt}
    for lead_id, (created_at, at) in (qualified or {}).items():
        reached.setdefault(lead_id, {LEAD: created_at})[QUALIFIED] = at
    steps, before, count_before = [], LEAD, leads
    names = (*(() if qualified is None else (QUALIFIED,)), OPENED, *stages, WON)
    for name in names:
        came = [one for one in reached.values() if name in one]
        through = [one[name] - one[before] for one in came if before in one]
        days = median_days(span / _DAY for span in through if span >= timedelta(0))
        both = share(len(came), leads), share(len(through), count_before)
        steps.append(FunnelStep(name, len(came), *both, days))
        before, count_before = name, len(came)
    return steps


def usual_days(won: Iterable[Deal]) -> dict[str, float]:
    """Return the median days that won deals were in each stage; rare stages are left out.

    Parameters
    ----------
    won
        The deals.
    """
    spans: dict[str, list[float]] = defaultdict(list)
    for deal in won:
        for one, following in pairwise(deal.stages):
            spans[one.stage].append((following.at - one.at) / _DAY)
    return {name: median(days) for name, days in spans.items() if len(days) >= _LEAST_DEALS}


def losses(
    deals: Iterable[Deal], since: datetime, *, by_reason: bool, most: int = 12
) -> list[LossCount]:
    """Count lost deals by their stage or reason, the most frequent first.

    Parameters
    ----------
    deals
        Lost ones, of two spans of time.
    since
        The later span begins here; what is earlier is the span before.
    by_reason
        Whether by reason; else by the stage in which they were.
    most
        How many at most; the rarer ones are left out.
    """
    now, then = Counter[str](), Counter[str]()
    for one in deals:
        name = (one.reason or "") if by_reason else lost_in(one)
        (now if one.stage_since >= since else then)[name] += 1
    sums = max(now.total(), 1), max(then.total(), 1)
    names = sorted({*now, *then}, key=lambda name: (-now[name], -then[name], name))
    return [
        LossCount(name, now[name], now[name] / sums[0], then[name], then[name] / sums[1])
        for name in names[:most]
    ]


def lost_in(deal: Deal) -> str:
    """Return the stage in which a deal was before it ended; empty if it had none.

    >>> from serve.wire.team.standing import StageEntry
    >>> at = datetime(2026, 1, 1)
    >>> both = [StageEntry(stage=one, at=at) for one in ("opened", "lost")]
    >>> lost_in(
    ...     Deal(
    ...         deal_id="",
    ...         stage="lost",
    ...         stage_since=at,
    ...         opened_at=at,
    ...         amount=None,
    ...         decided="lost",
    ...         stages=both,
    ...     )
    ... )
    'opened'
    """
    passed = _passed(deal)
    return passed[-1] if passed else ""


def _passed(deal: Deal) -> list[str]:
    """Return the stages of a deal without its end."""
    names = [one.stage for one in deal.stages]
    return names[:-1] if deal.decided else names


def _moments(created_at: datetime, deals: Iterable[Deal]) -> dict[str, datetime]:
    """Return when a lead first came to each step; a win without a beginning began with it."""
    first: dict[str, datetime] = {LEAD: created_at}
    for deal in deals:
        passed = [(one, entry.at) for one, entry in zip(_passed(deal), deal.stages, strict=False)]
        ended = [(WON, deal.stage_since)] if deal.decided == "won" else []
        for name, at in [(OPENED, deal.opened_at), *passed[1:], *ended]:
            first[name] = min(first.get(name, at), at)
    return first
