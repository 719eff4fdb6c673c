"""Written by `make docs` from the description of the API: types that several of them hold."""

from typing import NotRequired, TypedDict


class Activity(TypedDict):
    """Something that happened with a lead."""

    activity_type: str
    occurred_at: str
    activity_id: NotRequired[str | None]
    known_at: NotRequired[str | None]
    topic: NotRequired[str | None]
    direction: NotRequired[str | None]
    actor: NotRequired[str | None]
    text: NotRequired[str | None]
    dwell_seconds: NotRequired[float | None]
    amount: NotRequired[float | None]


class ReasonBody(TypedDict):
    """One reason; `points` are probability points (percent), signed."""

    code: str
    label: str
    sentence: str
    points: float
    contribution: float
    feature: str
    leads: int
    converted_leads: int


class CurvePoint(TypedDict):
    """The probability within a horizon, with its 90 % interval."""

    horizon_days: float
    probability: float
    probability_low: float
    probability_high: float


class CurveBody(TypedDict):
    """Probabilities by horizon, and after how many days those who convert do so."""

    points: list[CurvePoint]
    lower_quartile_days: float
    median_days: float
    upper_quartile_days: float
    within_days: float


class Silent(TypedDict):
    """The numbers after some silent days."""

    days: int
    at: str
    probability: float
    score: float
    band: str


class SilentForecast(TypedDict):
    """When the band falls if nothing happens; None if it does not within half a year."""

    band: str
    falls_at: str | None
    falls_to: str | None
    watched_days: int
    silent: list[Silent]


class SpendBodyLine(TypedDict):
    """What a source, or one campaign of it, cost in a month."""

    source: str
    month: str
    amount: float
    campaign: NotRequired[str]
