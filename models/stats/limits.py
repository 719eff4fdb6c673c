"""The types of settings, each with the limits of its values; pydantic checks them.

Decided here: a settings class states the limits of a field in its type, beside the default, so that
the check of params.yaml and its JSON schema are read from the class itself.
"""

from collections.abc import Hashable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

_MAX_DAYS: Final = 36_525
"""A century; more would overflow the clock."""
_MAX_COUNT: Final = 2**31 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Value = TypeVar("Value", bound=Hashable)


def _distinct(values: tuple[Value, ...]) -> tuple[Value, ...]:
    if len(set(values)) < len(values):
        raise ValueError("each value once")
    return values


def _microseconds(moment: Any) -> Any:
    """Convert an ISO moment to microseconds UTC; without an offset it is UTC."""
    if not isinstance(moment, str):
        return moment
    at = datetime.fromisoformat(moment)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(microseconds=1)


Days = Annotated[float, Field(gt=0, le=_MAX_DAYS)]
Hours = Annotated[float, Field(gt=0, le=_MAX_DAYS * 24)]
Share = Annotated[float, Field(gt=0, lt=1)]
"""A share that is neither nothing nor everything."""
Part = Annotated[float, Field(gt=0, le=1)]
"""A share that may be everything."""
Probability = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Factor = Annotated[float, Field(gt=1)]
Count = Annotated[int, Field(ge=1, le=_MAX_COUNT)]
CountOrZero = Annotated[int, Field(ge=0, le=_MAX_COUNT)]
Redraws = Annotated[int, Field(ge=40, le=_MAX_COUNT)]
"""Redraws enough for the ends of a 95 % interval."""
Several = Annotated[int, Field(ge=2, le=_MAX_COUNT)]
Seed = CountOrZero
Name = Annotated[str, Field(min_length=1)]
OptionalName = Annotated[str, Field(pattern=r"^[^\r\n]{0,400}$")]
"""A text that is not blank; blanks at its ends are dropped."""
Moment = Annotated[
    int, BeforeValidator(_microseconds, json_schema_input_type=Annotated[datetime, Field()])
]
"""Microseconds UTC, written as a date or a time."""
Values = Annotated[tuple[Value, ...], AfterValidator(_distinct)]
"""Values, each once."""
SomeValues = Annotated[tuple[Value, ...], Field(min_length=1), AfterValidator(_distinct)]
"""At least one value, each once."""
