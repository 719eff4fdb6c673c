"""The activities that would move a score most, if one more of a kind happened now.

Decided here: one activity of each type that the model knows is added just before the cutoff, all
else unchanged. The difference is what the model learned of leads that had such an activity; whether
causing one has that effect is not known from it.
"""

from datetime import timedelta
from typing import Final

import msgspec

from features.wording.sentences import Language
from serve.scoring.inputs.point_in_time import visible_only
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from serve.wire.records import Activity, LeadHistory, ScoreRequest

MOST: Final = 5
_LEAST_MOVE: Final = 0.0005
_TICK: Final = timedelta(microseconds=1)


class PossibleActivity(msgspec.Struct, frozen=True):
    """An activity type, and the probability with one more such activity."""

    activity_type: str
    label: str
    probability: float
    change: float


def possible_activities(
    loaded: LoadedModel, request: ScoreRequest, language: Language
) -> list[PossibleActivity]:
    """List the activity types that would move the probability most, the strongest first.

    Parameters
    ----------
    loaded
        The model.
    request
        The lead.
    language
        Of the labels.
    """
    visible = visible_only(request)
    now = _probability(loaded, visible)
    vocabulary = loaded.artifact.catalog.vocabulary
    possible = []
    for name in loaded.types:
        after = _probability(loaded, _with(visible, name))
        label: str = getattr(vocabulary.label(name), language)
        possible.append(PossibleActivity(name, label, after, after - now))
    worth = [one for one in possible if abs(one.change) >= _LEAST_MOVE]
    return sorted(worth, key=lambda one: (-abs(one.change), one.activity_type))[:MOST]


def _probability(loaded: LoadedModel, request: ScoreRequest) -> float:
    return float(numbers(loaded.scorer, loaded.values(request)).probability[0])


def _with(request: ScoreRequest, activity_type: str) -> ScoreRequest:
    first, *others = request.histories
    one = Activity(activity_type=activity_type, occurred_at=request.cutoff - _TICK)
    own = LeadHistory(
        lead=first.lead,
        activities=[*first.activities, one],
        outcomes=first.outcomes,
        changes=first.changes,
    )
    return msgspec.structs.replace(request, histories=[own, *others])
