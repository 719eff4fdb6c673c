"""Every feature, slowly and obviously, straight from the tables.

Nothing here is shared with the kernels: of the records that a cutoff sees (`oracle_records`), a
window selects some by one condition, and each feature is one expression of Python over the rest.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from features.catalog.catalog import Catalog
from features.feature import Feature
from features.tables import Tables
from tests.oracle_accounts import OfAccounts, open_deals
from tests.oracle_records import NAN, Record, exact, moment

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
ASKING = ("inquiry", "form", "trial", "support_ticket")


def features(tables: Tables, snapshots: pd.DataFrame, catalog: Catalog) -> np.ndarray:
    """Shape (rows, features), float32."""
    oracle = _Oracle(tables, catalog)
    rows = [
        [oracle.value(feature, lead, moment(cutoff)) for feature in catalog.features]
        for lead, cutoff in zip(snapshots["lead_id"], snapshots["cutoff"], strict=True)
    ]
    return np.array(rows, dtype=np.float64).astype(np.float32)


class _Oracle(OfAccounts):
    def value(self, feature: Feature, lead: str, cutoff: int) -> float:
        compute: Callable[[Feature, str, int], float] = getattr(self, f"_{feature.view}")
        return compute(feature, lead, cutoff)

    def _engagement(self, feature: Feature, lead: str, cutoff: int) -> float:
        acts = [a for a in self._acts(lead, cutoff) if self._has_key(a, feature.key)]
        return self._measure(feature, acts, (lead, cutoff))

    def _has_key(self, act: Record, key: str) -> bool:
        if key == "any":
            return True
        if key == "other":
            return self._type(act) == 0
        if key in self.words.activity_types:
            return bool(act["activity_type"] == key)
        return any(f"{t}:{p}" == key and (act["activity_type"], act["topic"]) == (t, p)
                   for t, p in self.words.topics)  # fmt: skip

    def _measure(  # noqa: C901, PLR0911 (a plain list of cases)
        self, feature: Feature, acts: list[Record], at: tuple[str, int]
    ) -> float:
        lead, cutoff = at
        days = feature.window_days
        within = [a for a in acts if days is None or a["at"] >= cutoff - days * DAY]
        if feature.measure == "count":
            return len(within)
        if feature.measure == "decayed_count":
            return math.fsum(0.5 ** ((cutoff - a["at"]) / (days * DAY)) for a in acts)
        if feature.measure == "days_since_last":
            return (cutoff - max(a["at"] for a in acts)) / DAY if acts else NAN
        if feature.measure == "days_since_first":
            return (cutoff - min(a["at"] for a in acts)) / DAY if acts else NAN
        if feature.measure == "hours_to_first":
            known = acts and self._visible(lead, cutoff)
            begun = self.leads[lead]["at"]
            return max(min(a["at"] for a in acts) - begun, 0) / HOUR if known else NAN
        if feature.measure == "active_day_count":
            if not self._visible(lead, cutoff):
                return NAN
            return len({(a["at"] - self.leads[lead]["at"]) // DAY for a in within})
        if feature.measure == "acceleration":
            recent = sum(a["at"] >= cutoff - 7 * DAY for a in within)
            return recent / 7.0 - (len(within) - recent) / 23.0
        column = feature.measure.removesuffix("_sum")
        return sum(exact(a[column]) or 0 for a in within) / 1000

    def _words(self, feature: Feature, lead: str, cutoff: int) -> float:
        acts = self._acts(lead, cutoff)
        mine = [a for a in acts if feature.key in mentioned(a["text"], self.words.terms)]
        return self._measure(feature, mine, (lead, cutoff))

    def _sales_touch(self, feature: Feature, lead: str, cutoff: int) -> float:
        acts = self._acts(lead, cutoff)
        if feature.key in ("inbound", "outbound"):
            side = [a for a in acts if a["direction"] == feature.key]
            return self._measure(feature, side, (lead, cutoff))
        actors = [a["actor"] for a in acts if a["actor"] is not None]
        if feature.measure == "actor_count":
            return len(set(actors))
        if feature.measure == "last_actor":
            return self._code("activities.actor", actors[-1]) if actors else NAN
        return self._response(feature.measure, acts, cutoff)

    def _response(self, measure: str, acts: list[Record], cutoff: int) -> float:
        times: list[int] = []
        waiting: int | None = None
        for act in acts:
            asks = act["activity_type"] in ASKING and self._type(act) > 0
            if act["direction"] == "outbound":
                if waiting is not None:
                    times.append(act["at"] - waiting)
                waiting = None
            elif asks and waiting is None:
                waiting = act["at"]
        if measure == "waiting_hours":
            return NAN if waiting is None else (cutoff - waiting) / HOUR
        if not times:
            return NAN
        return sum(times) / len(times) / HOUR if measure.endswith("mean") else times[-1] / HOUR

    def _deals(  # noqa: PLR0911 (a plain list of cases)
        self, feature: Feature, lead: str, cutoff: int
    ) -> float:
        ends = self._ends(lead, cutoff)
        word = {"opened": "opened", "won": "won", "lost": "lost"}.get(
            feature.measure.removeprefix("days_since_").removesuffix("_count"), ""
        )
        mine = [o for o in ends if o["outcome"] == word]
        amounts = [exact(o["amount"]) for o in ends if o["amount"] is not None]
        won = [exact(o["amount"]) or 0 for o in ends if o["outcome"] == "won"]
        match feature.measure:
            case "opened_count" | "won_count" | "lost_count":
                return len(mine)
            case "open_count":
                return open_deals(ends)
            case "event_count":
                return len(ends)
            case "won_amount_sum":
                return sum(won) / 1000
            case "last_amount":
                return (amounts[-1] or 0) / 1000 if amounts else NAN
            case "last_stage":
                return self._code("outcomes.outcome", ends[-1]["outcome"]) if ends else NAN
            case "days_since_last":
                return (cutoff - ends[-1]["at"]) / DAY if ends else NAN
        return (cutoff - mine[-1]["at"]) / DAY if mine else NAN

    def _sequence(self, feature: Feature, lead: str, cutoff: int) -> float:
        acts = self._acts(lead, cutoff)[::-1]
        if feature.measure == "gap_hours_mean":
            gaps = [a["at"] - b["at"] for a, b in pairwise(acts)]
            return sum(gaps) / len(gaps) / HOUR if gaps else NAN
        place = int(feature.measure.rpartition("_")[2]) - 1
        if feature.measure.startswith("last_type"):
            return self._type(acts[place]) if place < len(acts) else NAN
        if place + 1 >= len(acts):
            return NAN
        return (acts[place]["at"] - acts[place + 1]["at"]) / HOUR

    def _profile(  # noqa: PLR0911 (a plain list of cases)
        self, feature: Feature, lead: str, cutoff: int
    ) -> float:
        if not self._visible(lead, cutoff):
            return NAN
        created = self._local(self.leads[lead]["at"])
        match feature.measure:
            case "value":
                return self._attribute(feature.key, lead, cutoff)
            case "lead_age_days":
                return (cutoff - self.leads[lead]["at"]) / DAY
            case "cutoff_month":
                return self._local(cutoff).month
            case "created_weekday":
                return created.weekday()
            case "created_hour":
                return created.hour
        names = [*self.words.categories, *self.words.numbers]
        names = [n for n in names if n not in ("activities.actor", "outcomes.outcome", "owner_id")]
        return sum(not math.isnan(self._attribute(name, lead, cutoff)) for name in names)

    def _local(self, moment: int) -> pd.Timestamp:
        return pd.Timestamp(moment * 1000, tz="UTC").tz_convert(self.words.zone)

    def _attribute(self, name: str, lead: str, cutoff: int) -> float:
        if name.startswith("account."):
            account = self.accounts.get(self.leads[lead]["account_id"], {})
            known_at = moment(account.get("known_at", pd.NaT))
            if known_at is not None and known_at >= cutoff:
                return NAN
            value = account.get(name.removeprefix("account."), None)
            return self._coded(name, None if pd.isna(value) else value)
        later = [
            (c["at"], c["visible_from"], self._coded(name, c["value"]))
            for c in self.changes
            if c["lead_id"] == lead and c["attribute"] == name and c["visible_from"] < cutoff
        ]
        if later:
            return max(later, key=lambda c: (c[0], c[1], math.inf if math.isnan(c[2]) else c[2]))[2]
        return self._coded(name, self.leads[lead][name])

    def _coded(self, name: str, value: Any) -> float:
        if name in self.words.categories:
            return self._code(name, value)
        try:
            return NAN if value is None else float(value)
        except ValueError:
            return NAN


def mentioned(text: str | None, terms: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the terms of a text: from left to right the longest word that may stand there."""
    return set(_mentioned(text or "", tuple((term, tuple(of)) for term, of in terms.items())))


@cache
def _mentioned(text: str, terms: tuple[tuple[str, tuple[str, ...]], ...]) -> frozenset[str]:
    rest, terms_of_text = text_as_compared(text), set()
    words = [(text_as_compared(word), term) for term, list_ in terms for word in list_]
    at = 0
    while at < len(rest):
        here = [
            (len(word.removesuffix("*")), term) for word, term in words if _stands(word, rest, at)
        ]
        longest, term = max(here, key=lambda one: one[0], default=(1, None))
        terms_of_text |= {term} if term else set()
        at += longest
    return frozenset(terms_of_text)


def text_as_compared(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stands(word: str, text: str, at: int) -> bool:
    bare = re.escape(word.removesuffix("*"))
    begins = r"(?<![a-zß-ɏ0-9])" if word[0] < "ɐ" else ""
    ends = r"(?![a-zß-ɏ0-9])" if word[-1] < "ɐ" and not word.endswith("*") else ""
    return re.compile(begins + bare + ends).match(text, at) is not None
