"""The two drawings of a lead: from the base rate to its probability, and its story.

Decided here: the waterfall shows rounded steps that add up as they are shown; activities of the
last 13 weeks are drawn, the six kinds that came most often.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from models.charts import NARROW, WIDE, Axis, Course, Row, Step, story, waterfall
from models.charts import Words as Title
from serve.insight.full_explanation import Every
from serve.insight.trend import WEEKS, Past
from serve.pages import display_names
from serve.pages.page_words import Words, mark
from serve.pages.rounded_steps import shown_steps
from serve.scoring.point_in_time import seen_at
from serve.wire.records import Asked
from serve.wire.responses import ScoreAnswer

OTHERS: Final = {
    "attributes": mark("Other facts about the lead"),
    "done": mark("Other things that happened"),
    "not_done": mark("Other things that did not happen"),
}
_DAYS: Final = 7.0 * (WEEKS - 1)
_KINDS: Final = 6
_DAY: Final = timedelta(days=1)


class AddsUp(NamedTuple):
    """The waterfall for a wide page and for a phone, and what both show."""

    wide: Markup
    narrow: Markup
    base: float
    steps: list[Step]


def how_it_adds_up(answer: ScoreAnswer, every: Every, words: Words) -> AddsUp:
    """Draw from the base rate over the reasons, as sentences, to the probability."""
    names = [reason.sentence for reason in every.reasons]
    names += [words.say(OTHERS[rest.kind]) for rest in every.rest]
    exact = [reason.contribution for reason in every.reasons]
    exact += [rest.contribution for rest in every.rest]
    base, rounded = shown_steps(answer.base_probability, exact)
    steps = [Step(name, value) for name, value in zip(names, rounded, strict=True)]
    told = "; ".join(f"{step.name} {words.points(step.value)}" for step in steps)
    summary = words.say(
        "From %(base)s for an average lead to %(chance)s for this one: %(steps)s",
        base=words.percent(base),
        chance=words.percent(answer.probability),
        steps=told,
    )
    ends = (words.say("An average lead"), words.say("This lead"))
    wide, narrow = (
        Markup(waterfall(Title(key, _adds_up(words), summary), ends, base, steps, layout))  # noqa: S704 - escaped where it is drawn
        for key, layout in (("adds-up", WIDE), ("adds-up-narrow", NARROW))
    )
    return AddsUp(wide, narrow, base, steps)


def _adds_up(words: Words) -> str:
    return words.say("How the probability comes about")


def how_it_went(asked: Asked, past: Past, loaded: Any, words: Words) -> Markup:
    """Draw the score over time with the activities."""
    points = past.points
    course = Course(
        tuple(float(one.days) for one in points), tuple(one.probability for one in points)
    )
    marks = [(day, words.day(asked.cutoff + day * _DAY)) for day in (-_DAYS, -_DAYS / 2, 0.0)]
    rows = _rows(asked, loaded, words)
    summary = words.say(
        "Weekly probabilities from %(first)s to %(last)s, and %(count)s activities",
        first=words.percent(course.probability[0]),
        last=words.percent(course.probability[-1]),
        count=words.number(sum(len(row.days) for row in rows)),
    )
    title = Title("story", words.say("The last three months"), summary)
    axis = Axis("", -_DAYS, 0.0, marks=tuple(marks))
    return Markup(story(title, axis, course, rows))  # noqa: S704 - escaped where it is drawn


def _rows(asked: Asked, loaded: Any, words: Words) -> list[Row]:
    recent: dict[str, list[float]] = {}
    for one in asked.histories[0].activities:
        days = (one.occurred_at - asked.cutoff) / _DAY
        if days >= -_DAYS and seen_at(one) < asked.cutoff:
            recent.setdefault(one.activity_type.strip(), []).append(days)
    most = Counter({kind: len(days) for kind, days in recent.items()}).most_common(_KINDS)
    vocabulary = loaded.artifact.catalog.vocabulary
    return [
        Row(display_names.code_words(kind, vocabulary, words.language), tuple(recent[kind]))
        for kind, _ in most
    ]
