"""The two drawings of a lead: from the base rate to its probability, and its story.

Decided here: the waterfall shows rounded steps that add up as they are shown; activities of the
last 13 weeks are drawn, the six kinds that came most often.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from markupsafe import Markup

from models.charts import Axis, Course, Row, Step, story, waterfall
from models.charts import Words as Title
from serve.answers import ScoreAnswer
from serve.pages import naming
from serve.pages.adding_up import shown_steps
from serve.pages.words import Words
from serve.records import Asked
from serve.seen import seen_at
from serve.trend import WEEKS, Past

_DAYS: Final = 7.0 * (WEEKS - 1)
_KINDS: Final = 6
_DAY: Final = timedelta(days=1)


def how_it_adds_up(answer: ScoreAnswer, words: Words) -> tuple[Markup, float, list[Step]]:
    """Draw the waterfall; give it with the base and the steps that it shows."""
    names = [reason.label for reason in answer.reasons] + [words.say("Everything else")]
    exact = [reason.contribution for reason in answer.reasons] + [answer.remainder]
    base, rounded = shown_steps(answer.base_probability, exact)
    steps = [Step(name, value) for name, value in zip(names, rounded, strict=True)]
    told = "; ".join(f"{step.name} {words.points(step.value)}" for step in steps)
    summary = words.say(
        "From %(base)s for an average lead to %(chance)s for this one: %(steps)s",
        base=words.percent(base),
        chance=words.percent(answer.probability),
        steps=told,
    )
    title = Title("adds-up", words.say("How the probability comes about"), summary)
    ends = (words.say("An average lead"), words.say("This lead"))
    return Markup(waterfall(title, ends, base, steps)), base, steps  # noqa: S704 - escaped


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
        Row(naming.code_words(kind, vocabulary, words.language), tuple(recent[kind]))
        for kind, _ in most
    ]
