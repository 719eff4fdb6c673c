"""The reasons of a ranked lead, with sentences as of the moment of reading.

Decided here: a sentence is written from the value in the row, by the catalog of its model.
"""

from datetime import datetime

from features.change_times import grown
from features.wording.sentences import Language
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment
from serve.store.ranking.ranking import RankedLead, RankedReason
from serve.wire.responses import ReasonBody


def reasons_of_row(
    row: RankedLead, loaded: LoadedModel, language: Language, now: datetime
) -> list[ReasonBody]:
    """Write the reasons of a row, those for the lead first.

    Parameters
    ----------
    row
        The row.
    loaded
        The model of the row's `model_fingerprint`.
    language
        `en` or `ja`.
    now
        The moment of reading, by which spans of time have grown since the row was computed.
    """
    passed = max(moment(now) - moment(row.as_of), 0)
    return [_reason_body(reason, loaded, language, passed) for reason in row.reasons]


def _reason_body(
    reason: RankedReason, loaded: LoadedModel, language: Language, passed: int
) -> ReasonBody:
    feature = loaded.artifact.catalog.features[reason.feature]
    concepts = loaded.scorer.concepts
    value = float("nan") if reason.value is None else grown(feature, reason.value, passed)
    return ReasonBody(
        code=reason.code,
        label=getattr(concepts.labels[concepts.codes.index(reason.code)], language),
        sentence=loaded.sentence(reason.feature, value, language),
        points=100.0 * reason.contribution,
        contribution=reason.contribution,
        feature=feature.name,
        leads=reason.leads,
        converted_leads=reason.converted_leads,
    )
