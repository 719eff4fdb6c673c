"""Written by `make docs` from the description of the API: answers about scores."""

# ruff: noqa: UP013 - keys of JSON

from typing import Literal, NotRequired, TypedDict

from mikomi.client.shared import CurveBody, ReasonBody, Silent, SilentForecast


class ModelBody(TypedDict):
    """The model that answered."""

    version: int | None
    fingerprint: str


class Unknown(TypedDict):
    """What the model has not learned, with counts; it counts as `other` or not at all."""

    activity_types: dict[str, int]
    attributes: dict[str, int]
    attribute_values: NotRequired[dict[str, dict[str, int]]]
    topics: NotRequired[dict[str, int]]
    directions: NotRequired[dict[str, int]]
    actors: NotRequired[dict[str, int]]
    owners: NotRequired[dict[str, int]]
    outcomes: NotRequired[dict[str, int]]


class ScoreAnswer(TypedDict):
    """The answer: base probability + contributions of the reasons + remainder = probability."""

    receipt_id: str
    lead_id: str
    probability: float
    probability_low: float
    probability_high: float
    sufficient_evidence: bool
    score: float
    band: str
    horizon_days: float | None
    base_probability: float
    reasons: list[ReasonBody]
    remainder: float
    evidence: str
    cutoff: str
    model: ModelBody
    unknown: Unknown
    language: str
    feature_sha256: str
    target: NotRequired[str]
    curve: NotRequired[CurveBody | None]
    missing_features: NotRequired[list[str]]
    approximate_reasons: NotRequired[bool]
    contact_value: NotRequired[float]
    contact_value_low: NotRequired[float]
    contact_value_high: NotRequired[float]
    call_helps: NotRequired[bool]


class Refused(TypedDict):
    """Why one lead of a batch was not scored."""

    status: int
    type: str
    title: str
    detail: str


class BatchLine(TypedDict):
    """One lead of a batch: answered or refused; `index` is its place in the request."""

    index: int
    answer: NotRequired[ScoreAnswer | None]
    problem: NotRequired[Refused | None]


class BatchAnswer(TypedDict):
    """The leads of a batch in the order of the request."""

    results: list[BatchLine]


class Past(TypedDict):
    """The points, oldest first, and their trend."""

    trend: Literal["declining", "improving", "not_enough_information", "steady"]
    points: list[Silent]


class Outlook(TypedDict):
    """The past weeks and the coming days of a score."""

    history: Past
    hot_until: SilentForecast
    target: NotRequired[str]


class SideNumbers(TypedDict):
    """One of the two scorings, in numbers."""

    at: str
    probability: float
    score: float
    band: str
    model: str


class ConceptMove(TypedDict):
    """The change of the probability that one concept brought."""

    code: str
    label: str
    change: float


class ChangePart(TypedDict):
    """One cause: the change of the probability that it brought, and its strongest concepts."""

    cause: str
    change: float
    concepts: list[ConceptMove]


class ChangeSplit(TypedDict):
    """The difference of two scorings; `change` is exactly the sum of the parts."""

    before: SideNumbers
    after: SideNumbers
    change: float
    parts: list[ChangePart]
    target: NotRequired[str]


class Answering(TypedDict):
    """Which model answered."""

    version: int | None
    fingerprint: str


class LoggedAnswer(TypedDict):
    """A logged answer: when, to which kind of request, and its numbers."""

    receipt_id: str
    at: str
    kind: str
    probability: float
    score: float
    band: str
    cutoff: str
    model: Answering


History = TypedDict(
    "History",
    {
        "history": Past,
        "hot_until": SilentForecast,
        "given": list[LoggedAnswer],
        "target": NotRequired[str],
    },
)
"""The past weeks and the coming days by the model of today; `given` was really answered."""
