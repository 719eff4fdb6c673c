"""The rows of the ranking that people read, from the results of open leads.

Decided here: a lead became hot when a refresh first computed it as hot; where that is not known, or
the model is another, at the first of the weekly points that are all hot up to now. A lead woke up
when it did something itself after 60 silent days.
"""

from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.catalog.naming import ACCOUNT_PREFIX
from features.reading.normalize import written
from features.records.lead_columns import ActivityColumns, ChangeColumns, StoredColumns
from features.records.rows import make_rows
from features.timeline import DAY
from models.contact.known_effects import CONTACT, ContactColumns
from models.contact.ranked_by import CONTACT_VALUE
from models.explain.selected_reasons import SelectedReasons
from models.model.reference import BANDS
from serve.insight.interest import DoneThing, Interest, interest_of
from serve.ranking.compute import Computed, Ranked
from serve.scoring.loaded_model import LoadedModel
from serve.store.ranking.filters import searched
from serve.store.ranking.ranking import RankedReason
from serve.store.ranking.refreshing import Before, Due
from serve.wire.team.standing import SILENT_DAYS

SHOWN: Final = 2
"""The most reasons for a lead in a row, and the most against it."""
_OWNER: Final = "owner_id"


def rows_of(
    computed: Computed, before: dict[str, Before], loaded: LoadedModel
) -> dict[str, dict[str, Any]]:
    """Build the rows of the open leads.

    Parameters
    ----------
    computed
        The results.
    before
        What the rows held until now, by lead id.
    loaded
        The model.

    Returns
    -------
    Value by column, by lead id.
    """
    columns, scores = computed.columns, computed.scores
    if scores is None:
        return {}
    own = Facts(columns, computed.cutoff)
    reasons = _texts(scores.selected, loaded.scorer.concepts.codes)
    rows = {}
    for ranked in computed.ranked:
        lead_id = columns.leads.lead_id[ranked.lead]
        row = _scored(computed, ranked, loaded) | own.columns(ranked.lead)
        row["reasons"] = reasons[ranked.row]
        row["crossed_at"] = _crossed_at(ranked, row, before.get(lead_id))
        rows[lead_id] = row | {"lead_id": lead_id, "target": loaded.target}
    return rows


def _scored(computed: Computed, ranked: Ranked, loaded: LoadedModel) -> dict[str, Any]:
    scores, row = computed.scores, ranked.row
    assert scores is not None  # noqa: S101 - rows_of returns none without
    margin, contact = float(scores.margin[row]), _contact(computed.contact, row)
    by_value = loaded.ranked_by.by == CONTACT_VALUE
    return contact | {
        "rank_key": -(contact["contact_value"] if by_value else margin),
        "margin": margin,
        "probability": float(scores.probability[row]),
        "score": float(scores.score[row]),
        "band": BANDS[int(scores.band_code[row])],
        "trend": ranked.trend,
        "trend_reason": ranked.trend_reason,
        "week_change": ranked.week_change,
        "band_falls_at": ranked.falls_at,
        "as_of": computed.cutoff,
        "model_fingerprint": loaded.fingerprint,
    }


def _contact(contact: ContactColumns | None, row: int) -> dict[str, Any]:
    """Return what a contact adds to a lead; None each where that is not known."""
    return dict.fromkeys(CONTACT) if contact is None else contact.row(row)


def _contacts(contact: ContactColumns | None, rows: int) -> dict[str, list[Any]]:
    """Return the same for all leads: the values of each column."""
    if contact is None:
        return {name: [None] * rows for name in CONTACT}
    added = [contact.row(row) for row in range(rows)]
    return {name: [one[name] for one in added] for name in CONTACT}


def rescored(due: Due, loaded: LoadedModel, cutoff: int) -> dict[str, list[Any]]:
    """Compute what a model says of leads at a moment: `lead_id` and the columns `NUMBERS`.

    Parameters
    ----------
    due
        The leads, with the records of all their account mates.
    loaded
        The model.
    cutoff
        The moment, in microseconds.
    """
    names = due.columns.leads.lead_id
    places = [n for n, one in enumerate(names) if one in due.marks]
    rows = make_rows(np.array(places, np.int32), np.full(len(places), cutoff, np.int64))
    values = loaded.values_of(loaded.encoded(due.columns, cutoff), rows)
    scores = loaded.scorer.score_values(values)
    contact = loaded.contact_effects(values)
    added = _contacts(contact, len(places))
    by_value = contact is not None and loaded.ranked_by.by == CONTACT_VALUE
    key = contact.effect if contact is not None and by_value else scores.margin
    return added | {
        "lead_id": [names[n] for n in places],
        "rank_key": (-key).tolist(),
        "margin": scores.margin.tolist(),
        "probability": scores.probability.tolist(),
        "score": scores.score.tolist(),
        "band": [BANDS[code] for code in scores.band_code.tolist()],
        "reasons": _texts(scores.selected, loaded.scorer.concepts.codes),
    }


def _texts(selected: SelectedReasons, codes: tuple[str, ...]) -> list[str]:
    """Return the shown reasons of every row as JSON."""
    listed = reasons_of(selected, codes)
    return [msgspec.json.encode(one).decode() for one in listed]


def reasons_of(selected: SelectedReasons, codes: tuple[str, ...]) -> list[list[RankedReason]]:
    """Return the strongest reasons of every row: those for the lead, then those against it.

    Parameters
    ----------
    selected
        The reasons of all rows.
    codes
        Of the concepts.
    """
    rows, places = _shown(selected)
    shown = (column[rows, places].tolist() for column in selected.columns)
    reasons = [
        RankedReason(
            codes[concept],
            feature,
            None if value != value else value,  # noqa: PLR0124 - NaN alone differs from itself
            contribution,
            leads,
            converted,
        )
        for concept, feature, value, contribution, leads, converted in zip(*shown, strict=True)
    ]
    ends = np.cumsum(np.bincount(rows, minlength=len(selected.concept))).tolist()
    return [reasons[begin:end] for begin, end in pairwise([0, *ends])]


def _shown(selected: SelectedReasons) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows and the places of the shown reasons: by row, those for a lead first."""
    there = selected.concept >= 0
    favourable = there & (selected.contribution > 0.0)
    adverse = there & ~favourable
    first = [one & (np.cumsum(one, axis=1) <= SHOWN) for one in (favourable, adverse)]
    rows, places = np.nonzero(first[0] | first[1])
    order = np.lexsort((places, adverse[rows, places], rows))
    return rows[order], places[order]


def _crossed_at(ranked: Ranked, row: dict[str, Any], before: Before | None) -> int | None:
    if row["band"] != BANDS[-1]:
        return None if before is None else before.crossed_at
    if before is not None and before.band == BANDS[-1] and before.crossed_at is not None:
        return before.crossed_at
    as_of = int(row["as_of"])
    known = None if before is None or before.band == BANDS[-1] else before.model_fingerprint
    if known == row["model_fingerprint"]:
        return as_of
    return as_of - 7 * DAY * max(ranked.hot_since_week - 1, 0)


class Facts:
    """The data of each lead itself at a cutoff.

    Parameters
    ----------
    columns
        Leads with their records.
    cutoff
        The moment, in microseconds.
    """

    def __init__(self, columns: StoredColumns, cutoff: int) -> None:
        self._columns = columns
        self._cutoff = cutoff
        self._done = _by_lead(columns.activities, cutoff, len(columns.leads.lead_id))
        self._changed = _by_lead(columns.changes, cutoff, len(columns.leads.lead_id))

    def columns(self, lead: int) -> dict[str, Any]:
        """Return the columns of a row that need no model."""
        leads = self._columns.leads
        attributes, owner = self.attributes(lead)
        last_at, last_type = self.last_activity(lead)
        texts = [value for value in attributes.values() if isinstance(value, str)]
        return {
            "owner_id": owner,
            "source": written(attributes.get("source")),
            "account_id": leads.account_id[lead],
            "attributes": msgspec.json.encode(attributes).decode(),
            "searched": searched("\n".join([leads.lead_id[lead], owner or "", *texts])),
            "created_at": int(leads.created_at[lead]),
            "last_activity_at": last_at,
            "last_activity_type": last_type,
            "woke_up_at": self._woke_up_at(lead),
            **dict(zip(("interest", "topic"), self._interest(lead), strict=True)),
        }

    def last_activity(self, lead: int) -> tuple[int | None, str | None]:
        """Return when a lead's last activity was, and its type; None twice if there is none."""
        if not self._done[lead]:
            return None, None
        done, last = self._columns.activities, self._done[lead][-1]
        return int(done.occurred_at[last]), done.activity_type[last]

    def attributes(self, lead: int) -> tuple[dict[str, Any], str | None]:
        """Return the attributes as of the cutoff, with those of the account, and the owner."""
        leads, changes = self._columns.leads, self._columns.changes
        account = self._columns.accounts.get(leads.account_id[lead] or "")
        attributes = dict(leads.attributes[lead])
        if account is not None and (account.known_at is None or account.known_at < self._cutoff):
            attributes |= {
                ACCOUNT_PREFIX + name: value for name, value in account.attributes.items()
            }
        attributes[_OWNER] = leads.owner_id[lead]
        for n in self._changed[lead]:
            attributes[changes.attribute[n]] = changes.value[n]
        return attributes, written(attributes.pop(_OWNER))

    def _interest(self, lead: int) -> tuple[Interest, str | None]:
        done = self._columns.activities
        things = (
            DoneThing(
                int(done.occurred_at[n]), done.activity_type[n], done.topic[n], done.direction[n]
            )
            for n in self._done[lead]
        )
        return interest_of(things, self._cutoff)

    def _woke_up_at(self, lead: int) -> int | None:
        done, before = self._columns.activities, int(self._columns.leads.created_at[lead])
        woke_up_at = None
        for n in self._done[lead]:
            if done.direction[n] == "outbound":
                continue
            at = int(done.occurred_at[n])
            if at - before >= SILENT_DAYS * DAY:
                woke_up_at = at
            before = max(at, before)
        return woke_up_at


def _by_lead(records: ActivityColumns | ChangeColumns, cutoff: int, leads: int) -> list[list[int]]:
    """Return the places of the visible records of each lead, in the order of occurrence."""
    places: list[list[int]] = [[] for _ in range(leads)]
    order = np.lexsort((records.visible_from, records.occurred_at))
    order = order[records.visible_from[order] < cutoff]
    for place, lead in zip(order.tolist(), records.lead[order].tolist(), strict=True):
        places[lead].append(place)
    return places
