"""How far the interest of a lead has come, and in what, from what it did itself lately.

Decided here: only the last 90 days count, and only what the lead did, not what was done to it. Who
asks, tries or meets is deciding; who downloads, attends or reads about prices and cases compares;
whoever does anything else learns. The topic is the one of most activities, the latest if equal.
"""

from collections import Counter
from collections.abc import Iterable
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from features.timeline import DAY

Interest = Literal["learning", "comparing", "deciding", "quiet"]
STAGES: Final[tuple[Interest, ...]] = ("deciding", "comparing", "learning", "quiet")
"""The most advanced first; `quiet` did nothing in the time."""
RECENT: Final = 90 * DAY
_DECIDING: Final = frozenset({"inquiry", "trial", "meeting", "quotation"})
_COMPARING: Final = frozenset({"download", "seminar", "webinar", "form", "demo"})
_TALKS: Final = _DECIDING | {"call", "form", "support_ticket", "social_mention"}
"""What nobody can be sent."""
_COMPARED: Final = frozenset(
    {"pricing", "price", "price_list", "plans", "case", "cases", "case_study", "comparison"}
)


class DoneThing(NamedTuple):
    """An activity: when, of which type, about what, and in which direction."""

    at: int
    activity_type: str
    topic: str | None
    direction: str | None


def topics_read(done: Iterable[DoneThing], since: int, until: int) -> list[str]:
    """Return the topics of what a lead itself read, watched or downloaded in a span of time.

    The topic of most activities is first, the latest if equal.

    Parameters
    ----------
    done
        Its activities.
    since, until
        The span, in microseconds; the end is not in it.

    >>> read = DoneThing(3, "page_view", "pricing", None)
    >>> sent = DoneThing(4, "download", "cases", "outbound")
    >>> topics_read([read, sent, read._replace(at=9)], 0, 5)
    ['pricing']
    """
    read = [
        (one.topic, one.at)
        for one in done
        if one.topic
        and one.direction != "outbound"
        and one.activity_type not in _TALKS
        and since <= one.at < until
    ]
    count, last = Counter(topic for topic, _ in read), dict(sorted(read, key=itemgetter(1)))
    return sorted(count, key=lambda topic: (-count[topic], -last[topic]))


def interest_of(done: Iterable[DoneThing], now: int) -> tuple[Interest, str | None]:
    """Return how far the interest has come, and its topic; none if no activity has one.

    Parameters
    ----------
    done
        The activities of a lead, in the order of occurrence.
    now
        The moment, in microseconds.

    >>> page = DoneThing(0, "page_view", "pricing", None)
    >>> interest_of([page], DAY), interest_of([page], 100 * DAY)
    (('comparing', 'pricing'), ('quiet', None))
    """
    own = [one for one in done if now - RECENT <= one.at < now and one.direction != "outbound"]
    if not own:
        return "quiet", None
    topics = Counter(one.topic for one in own if one.topic)
    last = {one.topic: n for n, one in enumerate(own)}
    topic = max(topics, key=lambda name: (topics[name], last[name]), default=None)
    types = {one.activity_type for one in own}
    if types & _DECIDING:
        return "deciding", topic
    compares = types & _COMPARING or _COMPARED & set(topics)
    return ("comparing" if compares else "learning"), topic
