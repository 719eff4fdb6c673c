"""Names of features.

Decided here: `view__measure__window`; a code of the data becomes part of a name with every
character that is not a letter or digit as `_`, which LightGBM and Parquet both accept.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from features.feature import Feature

ACCOUNT_PREFIX: Final = "account."
"""Before the name of an attribute of the account, where attributes of leads are named."""


def slug(code: str) -> str:
    """Convert a code to a part of a name.

    >>> slug("W_Nabellen offertes")
    'W_Nabellen_offertes'
    """
    return re.sub(r"[\W_]+", "_", code).strip("_") or "x"


def window_name(days: float | None) -> str:
    """Return the name of a window.

    >>> window_name(7.0), window_name(0.5), window_name(None)
    ('7d', '0.5d', 'ever')
    """
    return "ever" if days is None else f"{days:g}d"


def unique(features: Iterable[Feature]) -> tuple[Feature, ...]:
    """Return the features with distinct names, where codes share one: `name`, `name_2`, ..."""
    counts: Counter[str] = Counter()
    out = []
    for feature in features:
        counts[feature.name] += 1
        count = counts[feature.name]
        out.append(feature if count == 1 else replace(feature, name=f"{feature.name}_{count}"))
    return tuple(out)
