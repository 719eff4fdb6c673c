"""The columns that a registered model takes and gives, and an example of its input.

Decided here: a row is a lead as the score API takes it, with all its records. Every column is
required, null where there is nothing: MLflow drops a column that its signature does not name, so an
optional column under a wrong name would be read as absent. The example is made of the model's
vocabulary and of no record, so that nobody has to be erased from it.
"""

from typing import Any, Final, Literal

from features.catalog.catalog import Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import OWNER, attribute_categories

InputKind = Literal["text", "value", "attributes", "records"]
INPUT_COLUMNS: Final[dict[str, InputKind]] = {
    "lead_id": "text",
    "created_at": "value",
    "known_at": "value",
    "account_id": "value",
    "owner_id": "value",
    "attributes": "attributes",
    "activities": "records",
    "outcomes": "records",
    "changes": "records",
    "account": "attributes",
    "as_of": "value",
}
"""The columns of the input: the fields of a score request, and how each is typed."""
RECORD_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "activities": (
        "activity_id",
        "activity_type",
        "occurred_at",
        "known_at",
        "topic",
        "direction",
        "actor",
        "dwell_seconds",
        "amount",
        "text",
    ),
    "outcomes": ("outcome", "occurred_at", "known_at", "deal_id", "amount"),
    "changes": ("attribute", "occurred_at", "known_at", "value"),
    "account": ("account_id", "known_at", "attributes"),
}
"""The fields of the records in the columns that hold some."""
ANSWER_COLUMNS: Final[dict[str, Literal["number", "text", "texts", "truth"]]] = {
    "lead_id": "text",
    "probability": "number",
    "probability_low": "number",
    "probability_high": "number",
    "sufficient_evidence": "truth",
    "score": "number",
    "band": "text",
    "base_probability": "number",
    "reasons_ja": "texts",
    "reasons_en": "texts",
    "unknown": "text",
    "model": "text",
}
"""The columns of the output, one row per input row in the same order, and their types."""
_MOMENTS: Final = ("2026-01-05T00:00:00Z", "2026-01-20T03:00:00Z", "2026-02-01T00:00:00Z")


def known_attributes(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the attributes of leads that a model learned, without owner and account."""
    names = (*attribute_categories(vocabulary), *vocabulary.numbers)
    return tuple(n for n in names if n != OWNER and not n.startswith(ACCOUNT_PREFIX))


def known_account_attributes(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the attributes of accounts that a model learned, by their names in an account."""
    names = (*attribute_categories(vocabulary), *vocabulary.numbers)
    return tuple(n.removeprefix(ACCOUNT_PREFIX) for n in names if n.startswith(ACCOUNT_PREFIX))


def example_rows(vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Make two leads of the model's own words: one with activities, one without any record.

    >>> [row["lead_id"] for row in example_rows(Vocabulary(activity_types=("call",)))]
    ['example-1', 'example-2']
    """
    created, called, as_of = _MOMENTS
    values = {name: _first(vocabulary, name) for name in known_attributes(vocabulary)}
    done = [{"activity_type": t, "occurred_at": called} for t in vocabulary.activity_types[:3]]
    bare = dict.fromkeys(INPUT_COLUMNS) | {"created_at": created, "as_of": as_of}
    return [
        bare | {"lead_id": "example-1", "attributes": values, "activities": done},
        bare | {"lead_id": "example-2", "attributes": dict.fromkeys(values)},
    ]


def _first(vocabulary: Vocabulary, name: str) -> str | float | None:
    words = vocabulary.categories.get(name)
    return (words[0] if words else None) if name not in vocabulary.numbers else 1.0
