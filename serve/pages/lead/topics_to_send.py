"""What can be sent to a lead: the topics that it read, and those that similar winners read next.

Decided here: what a lead read are the topics of the last 90 days; what winners read next are those
of the two weeks before their win, of the nearest winners that the visitor may see. A topic that
one winner alone read is not named. Both go together with winning, and prove no effect.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from serve.insight.interest import RECENT, topics_read
from serve.store.engine import moment
from serve.stored_leads.similar_winners import Alike, things_of
from serve.wire.records import ScoreRequest

MOST_ALIKE: Final = 20
_MOST_TOPICS: Final = 3
_LEAST_WINNERS: Final = 2


class NextTopic(NamedTuple):
    """A topic, and how many of the similar winners read it."""

    name: str
    winners: int


class Content(NamedTuple):
    """The topics that a lead read, and those that similar winners read next.

    `winners` is how many of these were looked at.
    """

    read: list[str]
    next: list[NextTopic]
    winners: int


def topics_to_send(
    request: ScoreRequest, alike: Iterable[Alike], name: Callable[[str], str]
) -> Content:
    """Return what can be sent to a lead.

    Parameters
    ----------
    request
        Of the lead.
    alike
        The winners that are similar to it.
    name
        Returns the name of a topic.
    """
    now = moment(request.cutoff)
    read = topics_read(things_of(request), now - RECENT, now)
    winners = list(alike)
    next_read = Counter(topic for one in winners for topic in one.winner.read_next)
    return Content(
        [name(topic) for topic in read[:_MOST_TOPICS]],
        [
            NextTopic(name(topic), count)
            for topic, count in sorted(next_read.items(), key=lambda one: (-one[1], one[0]))
            if count >= _LEAST_WINNERS
        ][:_MOST_TOPICS],
        len(winners),
    )
