"""A question about one kept lead, laid out in columns."""

from collections import Counter
from collections.abc import Container
from datetime import datetime
from typing import Any, NamedTuple

from features.records.lead_columns import ColumnsTold
from serve.wire.responses import Unknown


class Question(NamedTuple):
    """What is told of the asked lead (`number` among the leads) and its account mates."""

    told: ColumnsTold
    number: int
    cutoff: datetime

    @property
    def lead_id(self) -> str:
        """The asked lead, folded."""
        return self.told.leads.lead_id[self.number]


def unknown_of(question: Question, types: Container[Any], attributes: Container[Any]) -> Unknown:
    """Count the words that the model was not taught, in the order of the words."""
    told, number = question.told, question.number
    done = (told.activities.lead == number).nonzero()[0].tolist()
    changed = (told.changes.lead == number).nonzero()[0].tolist()
    strange = [
        name
        for n in done
        if (name := told.activities.activity_type[n]) not in types and name.strip() not in types
    ]
    names = [*told.leads.attributes[number], *(told.changes.attribute[n] for n in changed)]
    return Unknown(
        dict(sorted(Counter(strange).items())),
        dict(sorted(Counter(name for name in names if name not in attributes).items())),
    )
