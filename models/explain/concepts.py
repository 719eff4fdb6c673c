"""Concepts: groups of features with one name for a salesperson.

Decided here: the features of one concept (such as counts of the same activity over several windows)
describe one thing, so their contributions are summed before they are shown. The features of a
proven family whose own concepts are not proven are one concept, the family's.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.feature import Feature, Text
from models.explain.families import Family, families, family_code


@dataclass(frozen=True)
class Concepts:
    """The concepts of a catalog, in the order of their first features.

    Attributes
    ----------
    codes
        Stable codes.
    labels
        The names of the concepts, in both languages.
    of_feature
        Shape (features,): position of each feature's concept.
    sentences
        What stands for the sentence of a family; None for a concept, which has one for each value.
    """

    codes: tuple[str, ...]
    labels: tuple[Text, ...]
    of_feature: NDArray[np.int64]
    sentences: tuple[Text | None, ...]

    @classmethod
    def of(cls, catalog: Catalog, proven: Collection[str] = ()) -> "Concepts":
        """List the concepts of a catalog.

        Parameters
        ----------
        catalog
            The features.
        proven
            Codes of the proven concepts and families; the families are concepts of their own.
        """
        known = families(catalog)
        own = [_code(feature, proven) for feature in catalog.features]
        first = dict(zip(reversed(own), reversed(catalog.features), strict=True))
        codes = tuple(dict.fromkeys(own))
        place = {code: position for position, code in enumerate(codes)}
        named: list[Family | None] = [known.get(code) for code in codes]
        return cls(
            codes=codes,
            labels=tuple(
                family.label if family else first[code].concept_label
                for code, family in zip(codes, named, strict=True)
            ),
            of_feature=np.array([place[code] for code in own], dtype=np.int64),
            sentences=tuple(family.sentence if family else None for family in named),
        )


def _code(feature: Feature, proven: Collection[str]) -> str:
    family = family_code(feature)
    return family if family in proven and feature.concept not in proven else feature.concept
