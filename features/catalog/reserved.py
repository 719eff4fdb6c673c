"""Names in the vocabulary's categories that are not lead attributes.

Decided here: actors and the stages of deals are learned like attributes, under names with a dot,
which no attribute of a lead has unless it comes from the account.
"""

from collections.abc import Mapping
from typing import Final

from features.catalog.catalog import Vocabulary

ACTOR: Final = "activities.actor"
OUTCOME: Final = "outcomes.outcome"
ACTIVITY_TYPE: Final = "activities.activity_type"
OWNER: Final = "owner_id"


def attribute_categories(vocabulary: Vocabulary) -> Mapping[str, tuple[str, ...]]:
    """Return the categorical attributes of leads, the owner included, with their known values.

    >>> attribute_categories(Vocabulary(categories={"industry": ("it",), ACTOR: ("sato",)}))
    {'industry': ('it',)}
    """
    return {
        name: values
        for name, values in vocabulary.categories.items()
        if name not in (ACTOR, OUTCOME)
    }
