"""When the activities behind a reason last happened, so that a person can speak of them.

Decided here: which activities prove a value is what the view of its feature states; a reason about
an attribute, or about what did not happen, has no date.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from features.views import VIEWS
from serve.scoring.inputs.point_in_time import visible_from
from serve.scoring.loaded_model import LoadedModel
from serve.wire.records import Activity, ScoreRequest
from serve.wire.responses import ReasonBody

_DAY = timedelta(days=1)


def reason_dates(
    loaded: LoadedModel, request: ScoreRequest, reasons: Sequence[ReasonBody]
) -> list[datetime | None]:
    """Return for each reason when the last of its activities happened; none without any.

    Parameters
    ----------
    loaded
        The model.
    request
        The lead.
    reasons
        Its reasons.
    """
    done = [one for one in request.histories[0].activities if visible_from(one) < request.cutoff]
    frame = _frame(done, request.cutoff)
    return [_last(loaded, one, done, frame) for one in reasons]


def _frame(done: Sequence[Activity], cutoff: datetime) -> pd.DataFrame:
    names = ("activity_type", "topic", "direction", "actor")
    columns = {name: pd.Series([getattr(one, name) for one in done], dtype="str") for name in names}
    days = [(cutoff - one.occurred_at) / _DAY for one in done]
    return pd.DataFrame(columns).assign(days_before=pd.Series(days, dtype="float64"))


def _last(
    loaded: LoadedModel, reason: ReasonBody, done: Sequence[Activity], frame: pd.DataFrame
) -> datetime | None:
    catalog = loaded.artifact.catalog
    feature = next((one for one in catalog.features if one.name == reason.feature), None)
    if feature is None or feature.view not in VIEWS or frame.empty:
        return None
    mine = VIEWS[feature.view].evidence(feature, frame)
    return max((done[n].occurred_at for n in mine.nonzero()[0].tolist()), default=None)
