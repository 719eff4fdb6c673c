"""Today's open leads and the reference, built by the champion's catalog from the same tables.

Decided here: today is the newest moment of the tables. The reference is the leads that were open at
moments whole periods earlier, so that weekday and hour are the same, as long as the champion has
learned from such moments. Both go through the same `features.build` as training and scoring. With
more than `max_leads` leads, whole accounts are drawn by a hash of their id.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build, snapshots
from features.build import CompiledCatalog
from features.catalog.catalog import OTHER_CODE
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, Moments, from_moments, to_moments, visible_from
from models.artifact.artifact import Artifact
from models.evaluation.from_catalog import segments
from models.monitoring.activities import known_counts
from models.monitoring.age_matching import MonitoredRows
from models.monitoring.settings import MonitorSettings
from models.monitoring.unknown_values import ACTIVITY_TYPES, UNKNOWN_TYPES
from models.stats.training_set import Floats, Values

_WORDS = 5


@dataclass(frozen=True)
class Moment:
    """Today, and which reference moments there are; microseconds.

    Attributes
    ----------
    at
        The cutoff of today.
    first, last
        The reference lies in [first, last], at whole periods before today.
    span
        The period.
    """

    at: int
    first: int
    last: int
    span: int

    def rule(self, rule: CohortRule) -> CohortRule:
        """Return the calendar of the reference."""
        steps = (self.at - self.first) // self.span
        begin, end = from_moments(np.array([self.at - steps * self.span, self.last]))
        return replace(
            rule,
            every_days=self.span / DAY,
            first_cutoff=begin,
            last_cutoff=max(begin, end),
            early_age_hours=(),
        )


@dataclass
class MonitoredParts:
    """What was read, partition by partition."""

    rows: list[pd.DataFrame] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    counts: list[Mapping[str, Floats]] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)
    words: dict[str, Counter[str]] = field(default_factory=dict)

    def whole(self, model: Artifact) -> MonitoredRows:
        """Join the partitions."""
        rows = pd.concat(self.rows, ignore_index=True)
        values = np.concatenate(self.values)
        names = [*model.catalog.vocabulary.activity_types, UNKNOWN_TYPES]
        return MonitoredRows(
            now=rows["now"].to_numpy(np.bool_),
            unit=pd.factorize(rows["unit"])[0].astype(np.int64),
            age_days=(to_moments(rows["cutoff"]) - to_moments(rows["created_at"])) / DAY,
            values=values,
            margin=model.model.margin(values),
            segments=segments(model.catalog, values),
            counts={name: np.concatenate([one[name] for one in self.counts]) for name in names},
        )

    def strange(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Return today's most frequent values that were not taught, by attribute."""
        return {what: tuple(count.most_common(_WORDS)) for what, count in self.words.items()}


def gather(
    parts: Iterable[Tables],
    model: Artifact,
    rule: CohortRule,
    moment: Moment,
    share: float = 1.0,
) -> MonitoredParts:
    """Read today's leads and the reference.

    Parameters
    ----------
    parts
        The partitions of the tables.
    model
        The champion.
    rule
        Which leads are open.
    moment
        Today, and the reference moments.
    share
        The share of the accounts that is drawn.
    """
    gathered, compiled = MonitoredParts(), CompiledCatalog(model.catalog)
    for part in parts:
        rows = _drawn(part, rule, moment, share)
        gathered.rows.append(rows)
        values = build.build(part, rows, compiled).values  # noqa: PD011 - not a frame
        gathered.values.append(values)  # noqa: PD011 - a list of matrices
        gathered.counts.append(_counts(part, rows, model, moment, gathered))
        today = rows["now"].to_numpy(np.bool_)
        _strange_values(part, rows[today], values[today], model, gathered)
    return gathered


def share_of(leads: int, settings: MonitorSettings) -> float:
    """Return the share of the leads that is drawn.

    Parameters
    ----------
    leads
        How many there are.
    settings
        How a company is monitored.
    """
    return min(1.0, settings.max_leads / max(leads, 1))


def _drawn(part: Tables, rule: CohortRule, moment: Moment, share: float) -> pd.DataFrame:
    """Draw the rows of a partition: `lead_id`, `cutoff`, `now`, `unit`, `created_at`."""
    at, last = from_moments(np.array([moment.at, moment.last]))
    today = snapshots.at(part, at, rule).assign(now=True)
    then = snapshots.draw(part, moment.rule(rule), last).assign(now=False)
    rows = pd.concat([today, then], ignore_index=True)
    leads = part.leads.set_index("lead_id")
    own = pd.Series(rows["lead_id"].to_numpy(), index=rows.index)
    account = leads["account_id"].reindex(own).to_numpy() if "account_id" in leads else None
    there = None if account is None else pd.notna(account)
    unit = own if there is None else ("account " + pd.Series(account)).where(there, "lead " + own)
    rows = rows.assign(unit=unit, created_at=leads["created_at"].reindex(own).set_axis(rows.index))
    drawn = pd.util.hash_array(unit.to_numpy(object)) < share * float(2**64)
    return rows[drawn].reset_index(drop=True)


def _counts(
    part: Tables, rows: pd.DataFrame, model: Artifact, moment: Moment, gathered: MonitoredParts
) -> dict[str, Floats]:
    """Count the activities before every row, by type; note when each type was heard of last."""
    taught = model.catalog.vocabulary.activity_types
    ids = pd.Index(part.leads["lead_id"])
    lead_of_row = ids.get_indexer(pd.Index(rows["lead_id"])).astype(np.int64)
    questions = (lead_of_row, to_moments(rows["cutoff"]))
    done = part.activities
    at = known_from(done)
    lead = ids.get_indexer(pd.Index(done["lead_id"])).astype(np.int64)
    kind = done["activity_type"].where(done["activity_type"].isin(taught), UNKNOWN_TYPES).to_numpy()
    usable = (at < moment.at) & (lead >= 0)
    counts = {}
    for name in (*taught, UNKNOWN_TYPES):
        mine = usable & (kind == name)
        counts[name] = known_counts(at[mine], lead[mine], questions, moment.span)
        if mine.any():
            gathered.newest[name] = max(gathered.newest.get(name, 0), int(at[mine].max()))
    lately = usable & (kind == UNKNOWN_TYPES) & (at >= moment.at - moment.span)
    _count(gathered, ACTIVITY_TYPES, done["activity_type"][lately])
    return counts


def known_from(records: pd.DataFrame) -> Moments:
    """Return the moment from which each record could be used: shape (records,), microseconds."""
    occurred = to_moments(records["occurred_at"])
    if "known_at" not in records:
        return occurred
    return visible_from(occurred, to_moments(records["known_at"].fillna(records["occurred_at"])))


def _strange_values(
    part: Tables, today: pd.DataFrame, values: Values, model: Artifact, gathered: MonitoredParts
) -> None:
    """Note which values of today's leads the model was not taught."""
    leads = part.leads.set_index("lead_id")
    for place, feature in enumerate(model.catalog.features):
        if feature.view == "profile" and feature.is_category and feature.key in leads:
            other: NDArray[np.bool_] = values[:, place] == OTHER_CODE
            _count(gathered, feature.key, leads[feature.key].reindex(today["lead_id"][other]))


def _count(gathered: MonitoredParts, what: str, words: pd.Series) -> None:
    gathered.words.setdefault(what, Counter()).update(words.dropna().astype("str"))


def taught_until(model: Artifact, embargo: int, observed_until: pd.Timestamp) -> int:
    """Return the last moment whose snapshots the champion may have learned from; microseconds.

    Parameters
    ----------
    model
        The champion.
    embargo
        Microseconds, at least the horizon.
    observed_until
        Where the champion does not state it.
    """
    until_text = model.about.get("learned_until", model.about.get("observed_until"))
    until = observed_until if until_text is None else pd.Timestamp(str(until_text))
    return int(until.as_unit("us").asm8.astype(np.int64)) - embargo


def first_moment(created: Moments, rule: CohortRule, span: int) -> int:
    """Return the moment from which there is a reference; microseconds.

    Parameters
    ----------
    created
        When each lead was created.
    rule
        Its first cutoff is that moment, if it has one.
    span
        Otherwise a span of this length after the first lead.
    """
    if rule.first_cutoff is not None:
        return int(rule.first_cutoff.as_unit("us").asm8.astype(np.int64))
    return int(created.min()) + span
