"""Families: concepts of one kind, whose weak signs are proven and shown together.

Decided here: what a salesperson would name as one thing is a family: the attributes of the lead,
its time, each type of activity with its topics, the course of all activities, contacts, deals, the
account. A family that is proven is a reason by the sum of those of its concepts that are not
proven themselves; none of them is named by it.
"""

from typing import Final, NamedTuple

from features.catalog.catalog import Catalog
from features.feature import Feature, Text

PREFIX: Final = "family."
"""The start of the code of every family."""
_ANY: Final = "any"
_PROFILE: Final = "profile"
_TIME: Final = ("lead_age_days", "cutoff_month", "created_weekday", "created_hour")
_LABELS: Final = {
    "profile": Text("attributes", "属性"),
    "time": Text("age and time", "時期と経過日数"),
    "activity": Text("course of the activities", "活動の流れ"),
    "sales_touch": Text("contacts", "連絡・反応"),
    "deals": Text("deals", "商談"),
    "words": Text("words of texts", "文面の言葉"),
    "account": Text("colleagues in the same company", "同じ取引先の他のリード"),
    "buying_group": Text("people of the same company", "同じ取引先の関係者"),
}


class Family(NamedTuple):
    """A family of concepts.

    Attributes
    ----------
    code
        Stable code, which begins with `PREFIX`.
    label
        The name of the reason.
    sentence
        What stands for it in the place of a sentence about one value.
    """

    code: str
    label: Text
    sentence: Text


def family_code(feature: Feature) -> str:
    """Return the code of a feature's family.

    >>> from features.views.engagement import features
    >>> from features.catalog.catalog import CatalogSettings, Vocabulary
    >>> views = features(Vocabulary(("call",), (("call", "answered"),)), CatalogSettings())
    >>> sorted({family_code(view) for view in views})
    ['family.activity', 'family.engagement.call', 'family.engagement.other']
    """
    if feature.view == _PROFILE:
        return PREFIX + ("time" if feature.measure in _TIME else _PROFILE)
    if feature.view == "sequence" or (feature.view == "engagement" and feature.key == _ANY):
        return f"{PREFIX}activity"
    if feature.view == "engagement" and feature.key:
        return f"{PREFIX}engagement.{feature.key.partition(':')[0]}"
    return PREFIX + feature.view


def families(catalog: Catalog) -> dict[str, Family]:
    """List the families of a catalog by their codes, in the order of their first features."""
    labels: dict[str, Text] = {}
    for feature in catalog.features:
        own = family_code(feature)
        if own not in labels:
            named = _LABELS.get(own.removeprefix(PREFIX))
            labels[own] = named or feature.concept_label
    return {code: _family(code, label) for code, label in labels.items()}


def _family(code: str, label: Text) -> Family:
    named = Text(f"Other signs: {label.en}", f"{label.ja}：その他の要因")
    summed = Text(f"Other signs, taken together: {label.en}", f"{label.ja}：その他の要因の合計")
    return Family(code, named, summed)
