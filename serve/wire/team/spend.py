"""What channels cost, as a request sends it.

Decided here: a month is written as in ISO 8601, such as `2026-05`, in the zone of the company;
amounts are in the currency of the settings, and another that is stated is refused.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from features.errors import Fault
from serve.wire.value_limits import MOST_NUMBER

MOST: Final = 10_000
_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_LONGEST: Final = 200


class SpendBodyLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a source, or one campaign of it, cost in a month."""

    source: str
    month: str
    amount: float
    campaign: str = ""


class SpendBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What channels cost. All amounts of a source and month are replaced, unless typed in."""

    spend: list[SpendBodyLine]
    currency: str | None = None


class SpendAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How many amounts were stored, and how many were left since a person typed in others."""

    stored: int
    typed_in: int


class SpendLines(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts, the newest month first."""

    spend: list[SpendBodyLine]
    currency: str


def is_month(text: str) -> bool:
    """Return whether a text is a month.

    >>> is_month("2026-05"), is_month("2026-13")
    (True, False)
    """
    return _MONTH.fullmatch(text) is not None


def spend_faults(body: SpendBody, currency: str) -> Iterator[Fault]:
    """Yield what is wrong with some spend.

    Parameters
    ----------
    body
        As sent.
    currency
        That of the settings.
    """
    if body.currency not in (None, "", currency):
        yield Fault(f"currency: {str(body.currency)[:40]}", currency, "convert the amounts")
    if len(body.spend) > MOST:
        yield Fault(f"$.spend: {len(body.spend)}", f"at most {MOST}", "send several times")
        return
    for n, one in enumerate(body.spend):
        if not is_month(one.month):
            yield Fault(f"$.spend[{n}].month: {one.month[:40]}", "2026-05", "correct it")
        if not 0.0 <= one.amount <= MOST_NUMBER:
            yield Fault(
                f"$.spend[{n}].amount: {one.amount:g}", f"0 to {MOST_NUMBER:g}", "correct it"
            )
        if max(len(one.source), len(one.campaign)) > _LONGEST:
            yield Fault(f"$.spend[{n}]: a long name", f"at most {_LONGEST} signs", "shorten it")
