"""Which features an answer lacks that only somebody else could have brought: it names them.

Decided here: these are own features, and attributes that a mapping joins from series. A lead that
is sent without them is scored all the same, with the value missing, and the answer says so.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from features.views.own import VIEW as OWN
from features.views.profile import VIEW as PROFILE
from models.artifact.artifact import Artifact

SERIES = "series"
"""Where a model's `about` lists the attributes that its mapping joined from series."""


def may_lack(artifact: Artifact) -> Mapping[int, str]:
    """Return the columns that an answer may lack, by number; of most models none.

    Parameters
    ----------
    artifact
        The model.
    """
    joined = set(artifact.about.get(SERIES, ()))
    return {
        number: one.name
        for number, one in enumerate(artifact.catalog.features)
        if one.view == OWN or (one.view == PROFILE and one.measure == "value" and one.key in joined)
    }


def missing_of(columns: Mapping[int, str], values: NDArray[np.float32]) -> list[str] | UnsetType:
    """Return the names of those that are missing; unset if none is.

    Parameters
    ----------
    columns
        What `may_lack` returned.
    values
        Shape (features,): those of the lead.
    """
    return [name for number, name in columns.items() if np.isnan(values[number])] or UNSET
