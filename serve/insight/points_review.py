"""The points table beside what the training data say about each of its rules.

Decided here: the data say how much the odds of leads that met a rule differed from those of the
others, in points, with a 95 % interval (Woolf's, with half a lead added to each count). A rule is
looked at alone, so two rules about the same thing both get its whole effect; training, which looks
at all together, may differ. Leads are counted by the bins of the evidence, which may be a little
wider than a rule.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
import yaml

from features.kernel.inputs import Matrix
from models.artifact.artifact import Artifact
from models.model.binning import Binning, Edges
from models.model.points import Points, PointsFile, Rule, resolve
from models.stats.training_set import Floats

_Z: Final = 1.959963984540054
Verdict = Literal["fits", "too_high", "too_low", "unknown"]


class RuleReview(NamedTuple):
    """A rule beside the data: leads that met it, those of them that converted, and its points.

    `by_data` is what the data say in points, from `low` to `high`; none if they say nothing.
    """

    leads: int
    converted_leads: int
    by_data: float | None
    low: float
    high: float
    verdict: Verdict


def reviews(file: PointsFile, artifact: Artifact) -> list[RuleReview]:
    """Compare every rule of a points table with the data of a model.

    Parameters
    ----------
    file
        The points table.
    artifact
        The model.

    Raises
    ------
    BadParams
        If a rule is on a feature that the model does not have.
    """
    unit = math.log(2.0) / file.points_to_double_odds
    rules = resolve(file, artifact.catalog).rules
    return [
        _review(rule, line.points, artifact, unit)
        for rule, line in zip(rules, file.rules, strict=True)
    ]


def _review(rule: Rule, points: float, artifact: Artifact, unit: float) -> RuleReview:
    evidence = artifact.evidence
    begin, end = evidence.binning.starts[rule.column], evidence.binning.starts[rule.column + 1]
    leads, converted = evidence.leads[begin:end], evidence.converted_leads[begin:end]
    meets = rule.meets(_values_of_bins(evidence.binning, rule.column))
    inside = int(leads[meets].sum()), int(converted[meets].sum())
    outside = int(leads[~meets].sum()), int(converted[~meets].sum())
    if not inside[0] or not outside[0] or not inside[1] + outside[1]:
        return RuleReview(*inside, None, 0.0, 0.0, "unknown")
    cells = [half + 0.5 for all_, won in (inside, outside) for half in (won, max(all_ - won, 0))]
    value = math.log(cells[0] * cells[3] / cells[1] / cells[2])
    spread = _Z * math.sqrt(sum(1.0 / cell for cell in cells))
    low, high = (value - spread) / unit, (value + spread) / unit
    verdict: Verdict = "too_high" if points > high else "too_low" if points < low else "fits"
    return RuleReview(*inside, value / unit, low, high, verdict)


def _values_of_bins(binning: Binning, column: int) -> Edges:
    """Return one value of every bin of a feature, the missing one last."""
    first, last = ([0.0], [np.nan]) if binning.categorical[column] else ([], [np.inf, np.nan])
    return np.concatenate([first, binning.edges[column], last]).astype(np.float32)


def log_odds_of(points: Points, values: Matrix) -> Floats:
    """Compute what a points table adds to the log-odds of leads: shape (leads,).

    Parameters
    ----------
    points
        The rules, resolved to the columns of `values`.
    values
        Shape (leads, features).
    """
    added = np.zeros(len(values))
    for rule in points.rules:
        added += rule.log_odds * rule.meets(values[:, rule.column])
    return added


def moved_in(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return who comes into a list and who leaves it.

    Parameters
    ----------
    before, after
        The list as it was and as it will be.

    >>> moved_in(["a", "b"], ["b", "c"])
    (['c'], ['a'])
    """
    return [x for x in after if x not in set(before)], [x for x in before if x not in set(after)]


def as_yaml(file: PointsFile) -> str:
    """Write a points table as the file `scorecard.yaml`, which training reads.

    >>> print(as_yaml(PointsFile()), end="")
    points_to_double_odds: 20.0
    expected_rate: 0.05
    rules: []
    """
    content = file.model_dump(mode="json", by_alias=True, exclude_none=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
