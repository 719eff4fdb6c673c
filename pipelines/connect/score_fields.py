"""The fields that a CRM shows of a score, and when they differ by enough to be sent again.

Decided here: eight fields under one name everywhere (`mikomi_score`, ...), all texts. Reasons and
links are written whenever anything else is, and never cause a write, for their wording changes
daily. What is compared is compared as the CRM returns it: `0.30` is 0.3.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pipelines.connect.crm import Texts

PREFIX: Final = "mikomi_"
Kind = Literal["number", "text", "date"]
FIELDS: Final[Mapping[str, Kind]] = {
    "mikomi_probability": "number",
    "mikomi_score": "number",
    "mikomi_band": "text",
    "mikomi_trend": "text",
    "mikomi_reason_1": "text",
    "mikomi_reason_2": "text",
    "mikomi_hot_until": "date",
    "mikomi_link": "text",
}
LABELS: Final = {
    "en": (
        "Conversion probability (%)",
        "Score (0-100)",
        "Band",
        "Trend",
        "Reason 1",
        "Reason 2",
        "Hot until",
        "Details",
    ),
    "ja": (
        "受注確率 (%)",
        "スコア (0-100)",
        "区分",
        "傾向",
        "要因1",
        "要因2",
        "ホットの期限",
        "詳細",
    ),
}
"""Titles of the fields, in the order of `FIELDS`."""
BLANK: Final[Texts] = dict.fromkeys(FIELDS, "")
"""Of a lead that has no score any more."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "hot": "hot",
        "warm": "warm",
        "cold": "cold",
        "improving": "improving",
        "steady": "steady",
        "declining": "declining",
        "not_enough_information": "",
    },
    "ja": {
        "hot": "ホット",
        "warm": "ウォーム",
        "cold": "コールド",
        "improving": "上昇",
        "steady": "横ばい",
        "declining": "下降",
        "not_enough_information": "",
    },
}
_LONGEST: Final = 255
"""Signs of a reason; the shortest limit of a text field among the systems."""
_COMPARED: Final = ("mikomi_band", "mikomi_trend", "mikomi_hot_until")


class Amounts(NamedTuple):
    """What must have changed before a lead is written again: percent points, score points."""

    probability: float = 1.0
    score: float = 1.0


class Wording(NamedTuple):
    """How scores are written: language, time zone of days, address that a lead's id follows."""

    language: Literal["en", "ja"] = "en"
    zone: str = "UTC"
    link: str = ""


def fields_of(row: Mapping[str, Any], wording: Wording) -> dict[str, str]:
    """Return the fields of a row of the server's ranking.

    Parameters
    ----------
    row
        As `GET /v1/leads` returns it.
    wording
        How it is written.
    """
    words = WORDS[wording.language]
    reasons = [one["sentence"][:_LONGEST] for one in row["sentences"][:2]] + ["", ""]
    falls = row["band_falls_at"] if row["band"] == "hot" else None
    return {
        "mikomi_probability": f"{100.0 * row['probability']:.1f}",
        "mikomi_score": f"{row['score']:.0f}",
        "mikomi_band": words[row["band"]],
        "mikomi_trend": words[row["trend"]],
        "mikomi_reason_1": reasons[0],
        "mikomi_reason_2": reasons[1],
        "mikomi_hot_until": "" if falls is None else _day(falls, wording.zone).isoformat(),
        "mikomi_link": f"{wording.link}{row['lead_id']}" if wording.link else "",
    }


def _day(written: str, zone: str) -> date:
    return datetime.fromisoformat(written).astimezone(ZoneInfo(zone)).date()


def differ(before: Texts, now: Texts, amounts: Amounts) -> bool:
    """Check whether fields differ by enough to be written.

    >>> differ({**BLANK, "mikomi_score": "50"}, {**BLANK, "mikomi_score": "50.4"}, Amounts())
    False

    Parameters
    ----------
    before, now
        Fields by name.
    amounts
        What is enough.
    """
    limits = {"mikomi_probability": amounts.probability, "mikomi_score": amounts.score}
    if any(before.get(name, "").strip() != now[name].strip() for name in _COMPARED):
        return True
    return any(_far(before.get(name, ""), now[name], limit) for name, limit in limits.items())


def same(sent: Texts, shown: Texts) -> bool:
    """Check whether a CRM shows what it was sent, but for reasons and links.

    Parameters
    ----------
    sent, shown
        Fields by name.
    """
    return not differ(shown, {**BLANK, **sent}, Amounts(1e-6, 1e-6))


def _far(before: str, now: str, limit: float) -> bool:
    first, second = _number(before), _number(now)
    if first is None or second is None:
        return first is not second
    return abs(first - second) >= limit - 1e-9


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
