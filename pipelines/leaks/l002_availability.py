"""L002: an attribute is filled later: for converted leads, in some periods only, or overwritten.

Decided here: an attribute fails if it

- is filled far more often for either outcome, or for lost leads, or predicts the outcome alone;
- is filled at least twice as often for converted leads, where most of the others lack it;
- is filled far more or less often for converted leads, or for those that ended, than for the others
  of the same time, also where both are filled often (`fill_rates`); a smaller difference warns;
- is the owner, and owners of whom nearly all leads converted have a third of the conversions: they
  took over won deals; a smaller share warns, and so do owners of whose leads hardly any converted;
- is filled for nearly all leads of some periods and nearly none between them (by a batch job);
- equals the value that `attribute_changes` dates later, so the export has overwritten it;
- is changed, mostly, within a day of the end of a deal.

A rare fill that may be chance, and a column that was introduced or abandoned, warn.
"""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pandas as pd

from features.catalog.reserved import OWNER
from features.feature import Text
from models.evaluation.single_features import DECIDES_ALONE, FILL_GAP
from models.stats.fill_rates import TOO_FAR, difference
from models.stats.fill_rates import WORTH_A_LOOK as WORTH_A_FILL
from pipelines.leaks.by_lead import alone, leads
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

RARE: Final = 0.02
RATIO: Final = 4.0
NEVER: Final = 0.005
"""The largest fill share of the others that counts as never."""
SELDOM: Final = 0.01
TWICE: Final = 2.0
TWICE_GAP: Final = 0.25
WORTH_A_LOOK: Final = 0.8
PERIODS: Final = 12
JUMP: Final = 0.5
LEAST_OF_PERIOD: Final = 20
LEAST_CHANGES: Final = 20
MOST: Final = 0.8
SURE: Final = 0.9
SURE_RATIO: Final = 1.5
ONE_VALUE: Final = 1.0 / 3.0
EXPECTED: Final = 10.0
"""Conversions that leads of an owner must lead one to expect before their absence counts."""
HARDLY: Final = 0.1
Finding = tuple[bool, str]
"""Whether the attribute fails, and the grounds."""


def _examine(evidence: LeakEvidence) -> Suspects | None:
    known = leads(evidence)
    names = evidence.attributes()
    if known is None or not names:
        return None
    known = known.assign(
        _lost=known["lead_id"].isin(evidence.lost()),
        _ended=evidence.ends_of(known["lead_id"]).notna(),
    )
    fail: dict[str, str] = {}
    warn: dict[str, str] = {}
    for name in names:
        for finding in _of_values(known, name):
            (fail if finding[0] else warn).setdefault(name, finding[1])
    for name, why in _of_changes(evidence):
        fail.setdefault(name, why)
    return Suspects(fail, warn)


def _of_values(known: pd.DataFrame, name: str) -> Iterator[Finding]:
    looks: tuple[Callable[[pd.DataFrame, str], Finding | None], ...] = (
        _by_outcome,
        _by_loss,
        _by_fill,
        _by_owner,
        _by_period,
    )
    for examine in looks:
        finding = examine(known, name)
        if finding is not None:
            yield finding


def _by_outcome(known: pd.DataFrame, name: str) -> Finding | None:
    one = alone(known[name], known["converted"])
    low, high = sorted((one.filled_converted, one.filled_others))
    grounds = f"filled {one.filled_converted:.0%} of converted, {one.filled_others:.0%} of others"
    gap = one.filled_converted - one.filled_others
    twice = gap >= TWICE_GAP and one.filled_converted >= TWICE * one.filled_others
    if high - low >= FILL_GAP or twice or (high >= RARE and low < NEVER):
        return True, grounds
    if one.auc >= DECIDES_ALONE:
        return True, f"AUC {one.auc:.2f} alone"
    if high >= RATIO * low and high >= RARE and low < SELDOM:
        return False, grounds
    return (False, f"AUC {one.auc:.2f} alone") if one.auc >= WORTH_A_LOOK else None


def _by_loss(known: pd.DataFrame, name: str) -> Finding | None:
    """Check whether it is filled for lost leads and no others, as the reason of the loss is."""
    lost = known["_lost"]
    if min(lost.sum(), (~lost).sum()) < LEAST_OF_PERIOD:
        return None
    filled = known[name].notna()
    there, else_ = float(filled[lost].mean()), float(filled[~lost].mean())
    grounds = f"filled {there:.0%} of lost, {else_:.0%} of others"
    return (True, grounds) if there - else_ >= FILL_GAP or else_ < NEVER <= there - RARE else None


def _by_fill(known: pd.DataFrame, name: str) -> Finding | None:
    """Compare how often it is filled by outcome, among leads of the same time."""
    filled = known[name].notna()
    finding: Finding | None = None
    for group, words in (("converted", "converted"), ("_ended", "ended")):
        one = difference(filled, known[group].astype(np.bool_))
        if one is None or not one.exceeds(WORTH_A_FILL):
            continue
        grounds = (
            f"filled {one.there:.0%} of {words}, {one.others:.0%} of others; among leads of the "
            f"same time the odds differ by {one.times:.0f} times"
        )
        if one.exceeds(TOO_FAR):
            return True, grounds
        finding = finding or (False, grounds)
    return finding


def _by_owner(known: pd.DataFrame, name: str) -> Finding | None:
    """Check for owners of whom nearly all leads converted, or hardly any."""
    if name != OWNER:
        return None
    base = float(known["converted"].mean())
    by_value = known.groupby(known[name].astype("str").where(known[name].notna()))["converted"]
    counts = by_value.agg(["size", "mean"])
    counts = counts[counts["size"] >= LEAST_OF_PERIOD]
    sure = counts[(counts["mean"] >= SURE) & (counts["mean"] >= SURE_RATIO * base)]
    if len(sure):
        share = float((sure["size"] * sure["mean"]).sum() / known["converted"].sum())
        grounds = f"{len(sure)} owners of whom nearly all leads converted have {share:.0%} of these"
        return share >= ONE_VALUE, grounds
    never = counts[(counts["size"] * base >= EXPECTED) & (counts["mean"] <= HARDLY * base)]
    return None if never.empty else (False, f"hardly any lead of {len(never)} owners converted")


def _by_period(known: pd.DataFrame, name: str) -> Finding | None:
    if known["created_at"].nunique() < PERIODS or len(known) < PERIODS * LEAST_OF_PERIOD:
        return None
    period = np.arange(len(known)) * PERIODS // len(known)
    filled = known[name].notna().groupby(period).mean().to_numpy()
    if filled.max() - filled.min() < JUMP:
        return None
    grounds = f"filled between {filled.min():.0%} and {filled.max():.0%} of leads, by period"
    lowest, highest = int(filled.argmin()), int(filled.argmax())
    both_sides = (
        min(filled[:lowest].max(initial=0.0), filled[lowest:].max()) - filled.min() >= JUMP
        or filled.max() - max(filled[:highest].min(initial=1.0), filled[highest:].min()) >= JUMP
    )
    return both_sides, grounds


def _of_changes(evidence: LeakEvidence) -> Iterator[tuple[str, str]]:
    changes = evidence.tables.attribute_changes
    if changes.empty:
        return
    known = evidence.tables.leads.set_index("lead_id")
    for attribute, mine in changes.groupby("attribute", sort=True):
        name = str(attribute)
        last = mine.sort_values("occurred_at", kind="stable").groupby("lead_id")["value"].last()
        if name in known and len(last) >= LEAST_CHANGES:
            now = known[name].reindex(last.index).astype("str")
            same = float((now == last.astype("str")).mean())
            if same >= MOST and set(now) != {now.iloc[0]}:
                yield name, f"holds the latest dated value for {same:.0%} of the leads that changed"
        apart = (mine["occurred_at"] - evidence.ends_of(mine["lead_id"])).abs().dropna()
        at_end = float((apart <= pd.Timedelta(days=1)).mean()) if len(apart) else 0.0
        if len(apart) >= LEAST_CHANGES and at_end >= MOST:
            yield name, f"{at_end:.0%} of its changes within a day of the end of the deal"


CHECK = LeakCheck(
    "L002",
    Text("attribute availability", "属性が入力される時期"),
    "attributes that are filled when the lead is asked about, whatever becomes of it",
    "list it under known_later in the mapping, or bring its dated values as attribute_changes",
    _examine,
)
