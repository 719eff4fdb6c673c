"""Hand-given points: the sales team's own table, `scorecard.yaml`.

Decided here: a rule adds points when one feature meets one condition; points are log-odds in the
unit of `points_to_double_odds`. Without outcomes the points alone rank the leads; with outcomes the
learned scorecard is shrunk towards them and learns how far to trust them (a scale >= 0).

::

    points_to_double_odds: 20
    expected_rate: 0.05
    rules:
      - feature: engagement__pricing_page_count__7d
        when: {at_least: 3}
        points: 25
      - feature: profile__industry
        when: {is: [製造業, 金融]}
        points: 10
      - feature: engagement__days_since_last
        when: {above: 60}
        points: -20
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.catalog.catalog import Catalog
from features.errors import BadParams, Fault
from features.reading.written_files import text_of
from models.model.binning import Binning, Edges
from models.stats.training_set import Floats

DO = "correct the points file"


class When(BaseModel):
    """A condition on one value: bounds, or words of a category, or that it is missing.

    Attributes
    ----------
    at_least, above, at_most, below
        Bounds of a number, in the unit of the feature.
    words
        The values of a category that meet the condition (`is` in the file).
    missing
        Whether a missing value meets it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    words: tuple[str, ...] | None = Field(default=None, alias="is", min_length=1)
    missing: bool | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "When":
        bounds = any(x is not None for x in (self.at_least, self.above, self.at_most, self.below))
        if bounds + (self.words is not None) + (self.missing is True) != 1:
            raise ValueError("give bounds, or `is`, or `missing: true`: exactly one of them")
        return self


class RuleLine(BaseModel):
    """One rule of the file.

    Attributes
    ----------
    feature
        The name of the feature.
    when
        The condition.
    points
        What is added where the condition is met.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    feature: str
    when: When
    points: float


class PointsFile(BaseModel):
    """The whole file.

    Attributes
    ----------
    points_to_double_odds
        So many points are a factor of two in the odds.
    expected_rate
        The base rate to assume while there are no outcomes, in (0, 1).
    rules
        The rules, in their order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    points_to_double_odds: Annotated[float, Field(gt=0)] = 20.0
    expected_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    rules: tuple[RuleLine, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule in terms of a column: `low <= value <= high`, or one of `codes`, or missing.

    Attributes
    ----------
    column
        Position of the feature in the catalog.
    log_odds
        What the rule adds.
    low, high
        Bounds of a number, both ends included.
    codes
        Codes of a category; None for a number.
    missing
        Whether the rule is about the missing value.
    """

    column: int
    log_odds: float
    low: float = -math.inf
    high: float = math.inf
    codes: tuple[float, ...] | None = None
    missing: bool = False

    def edges(self) -> tuple[float, ...]:
        """Return the bin edges that separate the values that meet the rule from the others."""
        if self.codes is not None:
            return self.codes
        below = float(np.nextafter(np.float32(self.low), np.float32(-np.inf)))
        return tuple(edge for edge in (below, self.high) if math.isfinite(edge))

    def meets(self, bins: Edges) -> NDArray[np.bool_]:
        """Mark the bins that meet the rule; `bins` holds one value of each, NaN for missing."""
        if self.missing:
            return np.isnan(bins)
        if self.codes is not None:
            return np.isin(bins, np.array(self.codes, dtype=np.float32))
        return (bins >= np.float32(self.low)) & (bins <= np.float32(self.high))


@dataclass(frozen=True)
class Points:
    """Rules, resolved to columns of a catalog.

    Attributes
    ----------
    rules
        In the order of the file.
    expected_rate
        The base rate to assume while there are no outcomes.
    unknown_words
        `feature: word` for words that are not in the vocabulary: their rules add nothing.
    """

    rules: tuple[Rule, ...] = ()
    expected_rate: float = 0.05
    unknown_words: tuple[str, ...] = ()

    def edges(self, features: int) -> list[Edges]:
        """Return, per feature, the bin edges that its rules need."""
        needed: list[list[float]] = [[] for _ in range(features)]
        for rule in self.rules:
            needed[rule.column].extend(rule.edges())
        return [np.unique(np.array(edges, dtype=np.float32)) for edges in needed]

    def table(self, binning: Binning) -> Floats:
        """Return the log-odds of every bin: shape (bins,)."""
        table = np.zeros(int(binning.starts[-1]))
        for rule in self.rules:
            begin, end = binning.starts[rule.column], binning.starts[rule.column + 1]
            values = _one_of_each(binning, rule.column)
            table[begin:end] += rule.log_odds * rule.meets(values)
        return table


def _one_of_each(binning: Binning, column: int) -> Edges:
    edges = binning.edges[column]
    if binning.categorical[column]:
        return np.concatenate([[0.0], edges, [np.nan]]).astype(np.float32)
    return np.concatenate([edges, [np.inf, np.nan]]).astype(np.float32)


def load(path: Path) -> PointsFile:
    """Read a points file; see `read`.

    Raises
    ------
    BadParams
        If there is no such file, it is not in UTF-8, or it cannot be used.
    """
    return read(text_of(path, BadParams))


def read(text: str) -> PointsFile:
    """Read a points file; all faults are reported at once.

    >>> read("rules: [{feature: a__b, when: {at_least: 1}, points: 5}]").rules[0].points
    5.0

    Raises
    ------
    BadParams
        If the file has unknown keys, wrong types or contradictory conditions.
    """
    try:
        raw = yaml.safe_load(text) or {}
        return PointsFile.model_validate(raw)
    except yaml.YAMLError as error:
        raise BadParams.of(f"a points file that is not YAML: {error}", "YAML", DO) from error
    except ValidationError as error:
        faults = [
            Fault(
                f"{'.'.join(str(part) for part in one['loc']) or 'the file'}: {one['input']!r}",
                one["msg"],
                DO,
            )
            for one in error.errors()
        ]
        raise BadParams(faults) from error


def resolve(file: PointsFile, catalog: Catalog) -> Points:
    """Resolve the rules to the columns and codes of a catalog.

    Parameters
    ----------
    file
        The points file.
    catalog
        The features and their vocabulary.

    Raises
    ------
    BadParams
        If a feature is not in the catalog, or a number has words or a category has bounds; all of
        them at once.
    """
    unit = math.log(2.0) / file.points_to_double_odds
    faults: list[Fault] = []
    rules: list[Rule] = []
    unknown: list[str] = []
    for line in file.rules:
        fault = _fault(line, catalog)
        if fault is not None:
            faults.append(fault)
            continue
        column = catalog.names.index(line.feature)
        known = catalog.vocabulary.categories.get(catalog.features[column].key, ())
        unknown += [f"{line.feature}: {w}" for w in line.when.words or () if w not in known]
        rules.append(_rule(line, column, known, unit))
    if faults:
        raise BadParams(faults)
    return Points(tuple(rules), file.expected_rate, tuple(unknown))


def _fault(line: RuleLine, catalog: Catalog) -> Fault | None:
    if line.feature not in catalog.names:
        return Fault(f"a rule on {line.feature}", "a feature of the catalog", DO)
    category = catalog.features[catalog.names.index(line.feature)].is_category
    if category == (line.when.words is not None) or line.when.missing:
        return None
    wanted = "`is` with words, for a category" if category else "bounds, for a number"
    return Fault(f"the condition on {line.feature}", wanted, DO)


def _rule(line: RuleLine, column: int, known: Sequence[str], unit: float) -> Rule:
    when, log_odds = line.when, line.points * unit
    if when.missing:
        return Rule(column, log_odds, missing=True)
    if when.words is not None:
        codes = tuple(float(known.index(word) + 1) for word in when.words if word in known)
        return Rule(column, log_odds, codes=codes)
    lows = [-math.inf] if when.at_least is None else [when.at_least]
    highs = [math.inf] if when.at_most is None else [when.at_most]
    if when.above is not None:
        lows.append(float(np.nextafter(np.float32(when.above), np.float32(np.inf))))
    if when.below is not None:
        highs.append(float(np.nextafter(np.float32(when.below), np.float32(-np.inf))))
    return Rule(column, log_odds, low=max(lows), high=min(highs))
