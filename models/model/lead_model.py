"""The lead model: plain data, learned, and the computation of a probability from features.

Decided here: margin = scorecard weight * scorecard + trees weight * trees + shift. It is additive
in features: the scorecard by its tables, the trees by their SHAP values. The probability is the
calibrated margin.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import CatalogMismatch
from models.model.account_rule import AccountRule
from models.model.booster import Booster
from models.model.calibration import Calibration
from models.model.conversion_curve import ConversionCurve
from models.model.interval import ProbabilityInterval
from models.model.own_model import OwnModel
from models.model.scorecard import Scorecard
from models.stats.training_set import Floats, Values

EvidenceLevel = Literal["points_only", "scorecard", "scorecard_and_trees", "own_model"]


@dataclass(frozen=True)
class Weights:
    """The weights of the parts of the margin.

    Attributes
    ----------
    scorecard, trees
        Factors of the two margins.
    shift
        What is added, in log-odds.
    """

    scorecard: float = 1.0
    trees: float = 0.0
    shift: float = 0.0


@dataclass(frozen=True)
class Counts:
    """What the model was trained on.

    Attributes
    ----------
    rows, leads, conversions
        Snapshots, distinct leads, snapshots that converted within the horizon.
    converted_leads
        Distinct leads that converted; None in a model of an earlier version.
    """

    rows: int
    leads: int
    conversions: int
    converted_leads: int | None = None


@dataclass(frozen=True)
class LeadModel:
    """A trained model.

    Attributes
    ----------
    names, categorical
        The feature columns it expects, in order.
    scorecard
        The scorecard.
    booster
        The trees, or an own model in their place; None if none was worth growing.
    weights
        How the two are combined.
    calibration
        From margin to probability.
    interval
        How sure a probability is.
    counts
        What it was trained on.
    choices
        What was chosen by held-out data, and the log loss of the candidates; for people to read.
    curve
        When leads convert; None in a model that was not taught it.
    account_rule
        How the probabilities of an account's leads become one; None where leads have no accounts.
    """

    names: tuple[str, ...]
    categorical: NDArray[np.bool_]
    scorecard: Scorecard
    booster: Booster | OwnModel | None
    weights: Weights
    calibration: Calibration
    interval: ProbabilityInterval
    counts: Counts
    choices: dict[str, Any]
    curve: ConversionCurve | None = None
    account_rule: AccountRule | None = None

    @property
    def evidence_level(self) -> EvidenceLevel:
        """What the data were enough for: points only, a scorecard, or trees; or an own model."""
        if isinstance(self.booster, OwnModel):
            return "own_model"
        if self.scorecard.penalty == 0.0:
            return "points_only"
        return "scorecard" if self.booster is None else "scorecard_and_trees"

    @cached_property
    def base_margin(self) -> float:
        """The margin that contributions start from: that of an average training row."""
        trees = 0.0 if self.booster is None else self.weights.trees * self.booster.expected
        return self.weights.scorecard * self.scorecard.intercept + trees + self.weights.shift

    def margin(self, values: Values) -> Floats:
        """Compute the additive log-odds before calibration: shape (rows,).

        Parameters
        ----------
        values
            Shape (rows, features), float32, as `features.build` returns them.

        Raises
        ------
        CatalogMismatch
            If the number of features is not that of the model.
        """
        if values.ndim != 2 or values.shape[1] != len(self.names):  # noqa: PLR2004 (rows, features)
            raise CatalogMismatch.of(
                f"values of shape {values.shape}",
                f"(rows, {len(self.names)})",
                "build the features with the catalog of this model",
            )
        margin = self.weights.scorecard * self.scorecard.margin(values) + self.weights.shift
        if self.booster is not None:
            margin += self.weights.trees * self.booster.margin(values)
        return margin

    def probability(self, values: Values) -> Floats:
        """Compute the calibrated probability of the outcome within the horizon: shape (rows,)."""
        return self.calibration.probability(self.margin(values))

    def to_json(self) -> dict[str, Any]:
        """Return everything but the trees as plain data."""
        return {
            "names": list(self.names),
            "scorecard": self.scorecard.to_json(),
            "weights": asdict(self.weights),
            "calibration": self.calibration.to_json(),
            "interval": self.interval.to_json(),
            "counts": asdict(self.counts),
            "choices": self.choices,
        } | self._more()

    def _more(self) -> dict[str, Any]:
        """Return what not every model has, as plain data."""
        curve = {} if self.curve is None else {"curve": self.curve.to_json()}
        own = {"own": self.booster.to_json()} if isinstance(self.booster, OwnModel) else {}
        rule = {} if self.account_rule is None else {"accounts": self.account_rule.to_json()}
        return curve | own | rule

    @classmethod
    def from_json(
        cls, raw: dict[str, Any], booster_text: str | None, own: bytes | None = None
    ) -> "LeadModel":
        """Read what `to_json` wrote.

        Parameters
        ----------
        raw
            The plain data.
        booster_text
            The trees in LightGBM's text form; None if there are none.
        own
            The content of an own model; None if there is none.
        """
        booster: Booster | OwnModel | None = None if booster_text is None else Booster(booster_text)
        if own is not None:
            booster = OwnModel.from_json(raw["own"], own, tuple(raw["names"]))
        scorecard = Scorecard.from_json(raw["scorecard"])
        curve, rule = raw.get("curve"), raw.get("accounts")
        return cls(
            names=tuple(raw["names"]),
            categorical=scorecard.binning.categorical,
            scorecard=scorecard,
            booster=booster,
            weights=Weights(**raw["weights"]),
            calibration=Calibration.from_json(raw["calibration"]),
            interval=ProbabilityInterval.from_json(raw["interval"]),
            counts=Counts(**raw["counts"]),
            choices=raw["choices"],
            curve=None if curve is None else ConversionCurve.from_json(curve),
            account_rule=None if rule is None else AccountRule.from_json(rule),
        )
