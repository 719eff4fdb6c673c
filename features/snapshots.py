"""Which (lead, cutoff) pairs exist: the cohort at every cutoff.

Decided here: a lead is in the cohort at a cutoff if it is visible there and has not left.

- Visible: `created_at` and `known_at` lie before the cutoff.
- A lead whose conversion outcome occurred before the cutoff has left, whenever our systems knew of
  it: there is nothing left to predict. With `repeat` it stays, because it may convert again.
- With `after_outcome` a lead comes with that outcome, once our systems know of it: with `won` only
  customers are in the cohort.
- A lead whose last open deal was lost is away until a deal is opened or moves on, or until it
  does something `reopen_after_days` or more after the loss (`features.lost_leads`). With
  `until_decided` it leaves for good; with `lost_stay` it stays.
- Cutoffs are a calendar of equal steps, and early ages of each lead (an hour after `created_at`).

With cutoffs every 14 days from 2026-04-01, a lead created on 2026-04-01 00:00 is first in the
cohort of 2026-04-15 (not created before the 1st), and at 2026-04-01 01:00, the age of an hour. If
it is won on 2026-04-29 00:00 it is still in the cohort of that moment, and in none later.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadInput, Fault
from features.lost_leads import Away, away
from features.tables import Tables
from features.timeline import DAY, HOUR, NEVER, Moments, from_moments, to_moments, visible_from

KINDS: Final = ("calendar", "age", "given")
"""Where a snapshot comes from: the calendar, an early age of the lead, or a requested cutoff."""

_CALENDAR, _AGE, _REQUESTED = range(3)


@dataclass(frozen=True)
class CohortRule:
    """Which leads are predicted, and when.

    Attributes
    ----------
    every_days
        Step of the calendar of cutoffs; None draws early ages only.
    first_cutoff
        First cutoff of the calendar, and the earliest of any; None starts the calendar at the first
        midnight (UTC) that is a step after the first lead.
    last_cutoff
        No cutoff is later; None means until the end of observation.
    early_age_hours
        Further cutoffs of each lead, exactly at these ages.
    max_age_days
        A lead of this age or older is not drawn; None draws every age.
    repeat
        Whether a lead that has converted stays.
    target_outcome
        The outcome that is a conversion.
    until_decided
        Whether a lead also leaves with its first `lost`.
    reopen_after_days
        A lost lead is back with the first activity, other than an outbound one, this long after
        the loss or later; None: only with a new or moving deal.
    lost_stay
        Whether a lost lead counts as open all the time.
    after_outcome
        The outcome with which a lead comes into the cohort; None: with itself.
    """

    every_days: float | None = 14.0
    first_cutoff: pd.Timestamp | None = None
    last_cutoff: pd.Timestamp | None = None
    early_age_hours: tuple[float, ...] = (1.0, 24.0, 72.0)
    max_age_days: float | None = None
    repeat: bool = False
    target_outcome: str = "won"
    until_decided: bool = False
    reopen_after_days: float | None = 90.0
    lost_stay: bool = False
    after_outcome: str | None = None

    def __post_init__(self) -> None:
        """Refuse steps and ages that cannot be, and rules that draw nothing."""
        faults = list(_impossible(self))
        if faults:
            raise BadInput(faults)


def _impossible(rule: CohortRule) -> Iterator[Fault]:
    if rule.every_days is not None and not _positive(rule.every_days):
        expected = "a positive number of days, or none"
        yield Fault(f"every_days: {rule.every_days}", expected, "correct it")
    if not all(_positive(hours) for hours in rule.early_age_hours):
        yield Fault(f"early_age_hours: {rule.early_age_hours}", "positive hours", "correct them")
    if rule.max_age_days is not None and not _positive(rule.max_age_days):
        yield Fault(f"max_age_days: {rule.max_age_days}", "a positive number of days", "correct it")
    if rule.reopen_after_days is not None and not 0 <= rule.reopen_after_days < math.inf:
        expected = "a number of days, or none"
        yield Fault(f"reopen_after_days: {rule.reopen_after_days}", expected, "correct it")
    if rule.every_days is None and not rule.early_age_hours:
        do = "give one of them"
        yield Fault("neither every_days nor early_age_hours", "some cutoffs to ask at", do)
    yield from _impossible_target(rule)


def _impossible_target(rule: CohortRule) -> Iterator[Fault]:
    first, last = rule.first_cutoff, rule.last_cutoff
    if first is not None and last is not None and last < first:
        yield Fault(f"last_cutoff: {last}", f"not before first_cutoff, {first}", "correct one")
    if not rule.target_outcome.strip():
        yield Fault("outcome: nothing", "the conversion outcome, such as won", "name it")
    if rule.after_outcome == rule.target_outcome and not rule.repeat:
        observed = f"after_outcome: {rule.after_outcome}, with which a lead also leaves"
        yield Fault(observed, "another outcome, or repeat: true", "correct one of them")


def _positive(number: float) -> bool:
    return 0 < number < math.inf


@dataclass(frozen=True)
class _Stay:
    """The leads in the order of `lead_id`, and when each is in the cohort: (after, up_to]."""

    lead_id: pd.Series
    created: Moments
    after: Moments
    up_to: Moments
    away: Away | None

    def present(
        self, row: NDArray[np.intp], cutoff: Moments
    ) -> tuple[NDArray[np.intp], Moments, NDArray[np.bool_]]:
        """Return the pairs at which the lead is not away, and which of the given ones they are.

        Parameters
        ----------
        row
            Shape (pairs,): position of the lead of each pair.
        cutoff
            Shape (pairs,): microseconds since 1970, UTC.
        """
        here = np.ones(len(row), dtype=np.bool_)
        if self.away is not None:
            here = ~self.away.covers(row, cutoff)
        return row[here], cutoff[here], here


def draw(tables: Tables, rule: CohortRule, until: pd.Timestamp) -> pd.DataFrame:
    """Draw every snapshot of the rule, up to and including `until`.

    Parameters
    ----------
    tables
        The leads and their outcomes.
    rule
        Which leads, and when.
    until
        The end of observation.

    Returns
    -------
    One row a snapshot: `lead_id`, `cutoff`, `kind` ("calendar" or "age"), sorted by lead and
    cutoff, each pair once (the calendar's, where an early age falls on it).

    Examples
    --------
    >>> at = pd.to_datetime(["2026-04-01", "2026-04-20"], utc=True).as_unit("us")
    >>> leads = pd.DataFrame({"lead_id": ["a", "b"], "created_at": at, "known_at": at})
    >>> rule = CohortRule(first_cutoff=at[0], early_age_hours=(24,))
    >>> draw(Tables(leads), rule, pd.Timestamp("2026-04-30", tz="UTC"))
      lead_id                    cutoff      kind
    0       a 2026-04-02 00:00:00+00:00       age
    1       a 2026-04-15 00:00:00+00:00  calendar
    2       a 2026-04-29 00:00:00+00:00  calendar
    3       b 2026-04-21 00:00:00+00:00       age
    4       b 2026-04-29 00:00:00+00:00  calendar
    """
    stay = _stay(tables, rule)
    ages = [round(hours * HOUR) for hours in rule.early_age_hours]
    parts = [_on_calendar(stay, calendar(tables, rule, until))]
    parts += [_at_age(stay, age, _first(rule), _last(rule, until)) for age in ages]
    kinds = [_CALENDAR] + [_AGE] * len(rule.early_age_hours)
    row = np.concatenate([part[0] for part in parts])
    cutoff = np.concatenate([part[1] for part in parts])
    kind = np.repeat(kinds, [len(part[0]) for part in parts])
    row, cutoff, here = stay.present(row, cutoff)
    return _frame(stay, row, cutoff, kind[here])


def at(tables: Tables, cutoff: pd.Timestamp, rule: CohortRule) -> pd.DataFrame:
    """Return the snapshots of all leads in the cohort at one cutoff: the open leads, to be scored.

    >>> at_ = pd.to_datetime(["2026-04-01", "2026-04-20"], utc=True).as_unit("us")
    >>> leads = pd.DataFrame({"lead_id": ["a", "b"], "created_at": at_, "known_at": at_})
    >>> at(Tables(leads), pd.Timestamp("2026-04-20", tz="UTC"), CohortRule())["lead_id"].tolist()
    ['a']

    Parameters
    ----------
    tables
        The leads and their outcomes.
    cutoff
        The cutoff.
    rule
        Which leads; its calendar is not used.
    """
    stay = _stay(tables, rule)
    moment = _moment(cutoff)
    row = np.flatnonzero((stay.after < moment) & (moment <= stay.up_to))
    row, cutoffs, _ = stay.present(row, np.full(len(row), moment))
    return _frame(stay, row, cutoffs, np.full(len(row), _REQUESTED))


def calendar(tables: Tables, rule: CohortRule, until: pd.Timestamp) -> Moments:
    """Return the cutoffs of the calendar, ascending, in microseconds; there may be none.

    Parameters
    ----------
    tables
        The leads.
    rule
        The step, the first and the last cutoff.
    until
        The end of observation, included.
    """
    created = to_moments(tables.leads["created_at"])
    created = created[created < NEVER]
    if rule.every_days is None or not len(created):
        return np.zeros(0, dtype=np.int64)
    step = round(rule.every_days * DAY)
    first = _first(rule)
    if rule.first_cutoff is None:
        first = -(-(int(created.min()) + step) // DAY) * DAY
    return np.arange(first, _last(rule, until) + 1, step, dtype=np.int64)


def _stay(tables: Tables, rule: CohortRule) -> _Stay:
    leads = tables.leads.sort_values("lead_id", kind="stable", ignore_index=True)
    created = to_moments(leads["created_at"])
    known = leads["known_at"].fillna(leads["created_at"]) if "known_at" in leads else None
    after = created if known is None else visible_from(created, to_moments(known))
    if rule.after_outcome is not None:
        after = np.maximum(
            after, _first_known(leads["lead_id"], tables.outcomes, rule.after_outcome)
        )
    up_to = np.full(len(leads), NEVER)
    if not rule.repeat:
        up_to = _first_outcome(leads["lead_id"], tables.outcomes, rule.target_outcome)
    if rule.until_decided:
        up_to = np.minimum(up_to, _first_outcome(leads["lead_id"], tables.outcomes, "lost"))
    if rule.max_age_days is not None:
        too_old = np.where(created < NEVER, created, 0) + round(rule.max_age_days * DAY)
        up_to = np.minimum(up_to, too_old - 1)
    return _Stay(leads["lead_id"], created, after, up_to, away_of(leads["lead_id"], tables, rule))


def away_of(lead_id: pd.Series, tables: Tables, rule: CohortRule) -> Away | None:
    """Return when leads are away by a rule; None if they never are.

    Parameters
    ----------
    lead_id
        The leads, each once.
    tables
        Their outcomes and activities.
    rule
        When lost leads are away.
    """
    if rule.lost_stay or rule.until_decided or not len(tables.outcomes):
        return None
    days = rule.reopen_after_days
    return away(lead_id, tables, None if days is None else round(days * DAY))


def _first_outcome(lead_id: pd.Series, outcomes: pd.DataFrame, outcome: str) -> Moments:
    rows = outcomes.loc[outcomes["outcome"] == outcome, ["lead_id", "occurred_at"]]
    return _first_of(lead_id, rows["lead_id"], to_moments(rows["occurred_at"]))


def _first_known(lead_id: pd.Series, outcomes: pd.DataFrame, outcome: str) -> Moments:
    """Return from when an outcome of each lead is visible; `NEVER` without one."""
    rows = outcomes[outcomes["outcome"] == outcome]
    visible = to_moments(rows["occurred_at"])
    if "known_at" in rows:
        visible = visible_from(visible, to_moments(rows["known_at"].fillna(rows["occurred_at"])))
    return _first_of(lead_id, rows["lead_id"], visible)


def _first_of(lead_id: pd.Series, of: pd.Series, moments: Moments) -> Moments:
    first = np.full(len(lead_id), NEVER)
    position = pd.Index(lead_id).get_indexer(pd.Index(of))
    known = position >= 0
    np.minimum.at(first, position[known], moments[known])
    return first


def _on_calendar(stay: _Stay, cutoffs: Moments) -> tuple[NDArray[np.intp], Moments]:
    begin = np.searchsorted(cutoffs, stay.after, side="right")
    count = np.maximum(np.searchsorted(cutoffs, stay.up_to, side="right") - begin, 0)
    row = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, cutoffs[np.repeat(begin, count) + within]


def _at_age(stay: _Stay, age: int, earliest: int, last: int) -> tuple[NDArray[np.intp], Moments]:
    cutoff = np.where(stay.created < NEVER, stay.created, 0) + age
    there = (stay.after < cutoff) & (cutoff <= stay.up_to)
    row = np.flatnonzero(there & (earliest <= cutoff) & (cutoff <= last))
    return row, cutoff[row]


def _frame(
    stay: _Stay, row: NDArray[np.intp], cutoff: Moments, kind: NDArray[np.int64]
) -> pd.DataFrame:
    order = np.lexsort((kind, cutoff, row))
    row, cutoff, kind = row[order], cutoff[order], kind[order]
    again = np.zeros(len(row), dtype=np.bool_)
    again[1:] = (row[1:] == row[:-1]) & (cutoff[1:] == cutoff[:-1])
    row, cutoff, kind = row[~again], cutoff[~again], kind[~again]
    return pd.DataFrame(
        {
            "lead_id": stay.lead_id.take(row).reset_index(drop=True),
            "cutoff": from_moments(cutoff),
            "kind": pd.Series(KINDS, dtype="str").take(kind).reset_index(drop=True),
        }
    )


def _first(rule: CohortRule) -> int:
    return -NEVER if rule.first_cutoff is None else _moment(rule.first_cutoff)


def _last(rule: CohortRule, until: pd.Timestamp) -> int:
    end = _moment(until)
    return end if rule.last_cutoff is None else min(end, _moment(rule.last_cutoff))


def _moment(at: pd.Timestamp) -> int:
    """Convert a time with a zone to microseconds."""
    return int(at.tz_convert("UTC").as_unit("us").asm8.astype(np.int64))
