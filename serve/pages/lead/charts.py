"""The two charts of a lead: its probability as a waterfall, and its last 13 weeks.

Decided here: the waterfall shows rounded steps that add up; of the activities the six most frequent
types are drawn.
"""

from collections import Counter
from datetime import timedelta
from typing import Final, NamedTuple

from markupsafe import Markup

from models.charts import NARROW, WIDE, Axis, ProbabilityCourse, Row, Step, story, waterfall
from models.charts import ChartText as Title
from serve.insight.full_explanation import FullExplanation, Joined
from serve.insight.trend import WEEKS, Past
from serve.pages.lead.rounded_steps import shown_steps
from serve.pages.shell import display_names
from serve.pages.shell.page_words import PageWords, mark
from serve.scoring.inputs.point_in_time import visible_from
from serve.scoring.loaded_model import LoadedModel
from serve.wire.records import ScoreRequest
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
    """The waterfall for a wide page and for a phone, and the numbers of both."""

    wide: Markup
    narrow: Markup
    base: float
    steps: list[Step]


def how_it_adds_up(answer: ScoreAnswer, explanation: FullExplanation, words: PageWords) -> AddsUp:
    """Draw the waterfall from the base rate over the reasons to the probability.

    Parameters
    ----------
    answer
        The score.
    explanation
        Its reasons and rest.
    words
        The language.
    """
    names = [reason.sentence for reason in explanation.reasons]
    names += [joined_name(row, words) for row in explanation.joined]
    names += [words.say(OTHERS[rest.kind]) for rest in explanation.rest]
    exact = [reason.contribution for reason in explanation.reasons]
    exact += [row.contribution for row in explanation.joined]
    exact += [rest.contribution for rest in explanation.rest]
    base, rounded = shown_steps(answer.base_probability, exact)
    steps = [Step(name, value) for name, value in zip(names, rounded, strict=True)]
    listed = "; ".join(f"{step.name} {words.points(step.value)}" for step in steps)
    summary = words.say(
        "From %(base)s for an average lead to %(chance)s for this one: %(steps)s",
        base=words.percent(base),
        chance=words.percent(answer.probability),
        steps=listed,
    )
    ends = (words.say("An average lead"), words.say("This lead"))
    wide, narrow = (
        Markup(waterfall(Title(key, _adds_up(words), summary), ends, base, steps, layout))  # noqa: S704 - escaped where it is drawn
        for key, layout in (("adds-up", WIDE), ("adds-up-narrow", NARROW))
    )
    return AddsUp(wide, narrow, base, steps)


def joined_name(row: Joined, words: PageWords) -> str:
    """Return the name of a row of small reasons.

    Parameters
    ----------
    row
        The small reasons.
    words
        The language.
    """
    count = words.number(len(row.reasons))
    if row.contribution > 0.0:
        return words.say("%(count)s smaller reasons that raise it, together", count=count)
    return words.say("%(count)s smaller reasons that lower it, together", count=count)


def _adds_up(words: PageWords) -> str:
    return words.say("How the probability comes about")


def how_it_went(request: ScoreRequest, past: Past, loaded: LoadedModel, words: PageWords) -> Markup:
    """Draw the score over time with the activities.

    Parameters
    ----------
    request
        The lead.
    past
        Its weekly scores; at least one.
    loaded
        The model.
    words
        The language.
    """
    points = past.points
    course = ProbabilityCourse(
        tuple(float(one.days) for one in points), tuple(one.probability for one in points)
    )
    marks = [(day, words.day(request.cutoff + day * _DAY)) for day in (-_DAYS, -_DAYS / 2, 0.0)]
    rows = _rows(request, loaded, words)
    summary = words.say(
        "Weekly probabilities from %(first)s to %(last)s, and %(count)s activities",
        first=words.percent(course.probability[0]),
        last=words.percent(course.probability[-1]),
        count=words.number(sum(len(row.days) for row in rows)),
    )
    title = Title("story", words.say("The last three months"), summary)
    axis = Axis("", -_DAYS, 0.0, marks=tuple(marks))
    return Markup(story(title, axis, course, rows))  # noqa: S704 - escaped where it is drawn


def _rows(request: ScoreRequest, loaded: LoadedModel, words: PageWords) -> list[Row]:
    recent: dict[str, list[float]] = {}
    for one in request.histories[0].activities:
        days = (one.occurred_at - request.cutoff) / _DAY
        if days >= -_DAYS and visible_from(one) < request.cutoff:
            recent.setdefault(one.activity_type.strip(), []).append(days)
    most = Counter({kind: len(days) for kind, days in recent.items()}).most_common(_KINDS)
    vocabulary = loaded.artifact.catalog.vocabulary
    return [
        Row(display_names.code_words(kind, vocabulary, words.language), tuple(recent[kind]))
        for kind, _ in most
    ]
