"""What the artifact of a model knows about contacts: the answer of a test, and whom a call helps.

Decided here: effects depend on few features of the model's own catalog, readable ones: what is
known of the lead, its age, the days since activities, the stage of its deals. So whatever computes
the features of a lead (training, batch, server, replay) has its contact value too. A model of
effects is in it only if chance decided who was contacted and effects are shown to differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.catalog.reserved import OWNER
from features.feature import Feature
from models.contact.columns import ColumnBinning, EffectColumn
from models.contact.contact_value import ContactValue
from models.contact.cross_fit import OutcomeModel
from models.contact.effect_model import EffectModel
from models.contact.known_effects import KnownEffects
from models.contact.lead_effects import LeadEffects
from models.contact.verdict import Answer, Why
from models.stats.metrics import Interval
from models.stats.training_set import Floats

_SINCE: Final = ("days_since_last", "last_stage")
_TOP: Final = 0.8


@dataclass(frozen=True)
class ContactPart:
    """The answer of a test of contacts, and the effect on each lead where it is shown to differ.

    Attributes
    ----------
    answer, why, randomised
        As in `models.contact.verdict`.
    rows, conversions
        Leads of the test whose horizon is over, and those of them that converted.
    mean
        The mean effect of a contact, in shares of leads, with its 90 % interval.
    effects
        On leads by their features; None unless chance decided and effects differ.
    most
        From which effect on a call helps most: the top fifth of the test.
    """

    answer: Answer
    why: Why
    randomised: bool
    rows: int
    conversions: int
    mean: Interval
    effects: LeadEffects | None = None
    most: float = 0.0

    def on(self, catalog: Catalog) -> KnownEffects | None:
        """Return the effects by the features of a catalog; None where none is known.

        Parameters
        ----------
        catalog
            Of the model.
        """
        if self.effects is None:
            return None
        return KnownEffects(self.effects, self.most, catalog.names)

    def to_json(self) -> dict[str, Any]:
        """Return the part as plain data."""
        raw: dict[str, Any] = {
            "answer": self.answer,
            "why": self.why,
            "randomised": self.randomised,
            "rows": self.rows,
            "conversions": self.conversions,
            "mean": [None if np.isnan(one) else one for one in vars(self.mean).values()],
        }
        if self.effects is not None:
            raw |= {"effects": _written(self.effects), "most": self.most}
        return raw

    @staticmethod
    def from_json(raw: dict[str, Any]) -> "ContactPart":
        """Read the part from plain data.

        Parameters
        ----------
        raw
            As `to_json` returned it.
        """
        effects = _read(raw["effects"]) if "effects" in raw else None
        mean = Interval(*(np.nan if one is None else one for one in raw["mean"]))
        most = float(raw.get("most", 0.0))
        names = ("answer", "why", "randomised", "rows", "conversions")
        return ContactPart(
            **{name: raw[name] for name in names}, mean=mean, effects=effects, most=most
        )


def of_value(done: ContactValue, values: NDArray[np.float32], catalog: Catalog) -> ContactPart:
    """Return what an artifact holds of an estimate.

    Parameters
    ----------
    done
        The estimate, on rows whose columns are those of `frame_of`.
    values
        Shape (rows, features): of the rows of the test.
    catalog
        Of the features.
    """
    verdict, effects = done.verdict, done.model if done.verdict.randomised else None
    part = ContactPart(
        verdict.answer,
        verdict.why,
        verdict.randomised,
        done.rows,
        sum(done.conversions),
        verdict.mean,
        effects,
    )
    known = part.on(catalog)
    if known is None:
        return part
    return replace(part, most=float(np.quantile(known.of(values).effect, _TOP)))


def too_few(rows: int, conversions: int, *, by_lot: bool) -> ContactPart:
    """Return the answer to a test with too few leads to estimate anything.

    Parameters
    ----------
    rows, conversions
        Leads whose horizon is over, and those of them that converted.
    by_lot
        Whether chance decided who was contacted.
    """
    nothing = Interval(np.nan, np.nan, np.nan)
    return ContactPart("unknown", "too_few", by_lot, rows, conversions, nothing)


def frame_of(values: NDArray[np.float32], catalog: Catalog) -> pd.DataFrame:
    """Return the columns that an effect may depend on, of some rows.

    Parameters
    ----------
    values
        Shape (rows, features).
    catalog
        Of the features.
    """
    chosen = [(n, catalog.features[n]) for n in chosen_features(catalog)]
    return pd.DataFrame(
        {one.name: _column(values[:, n].astype(np.float64), one) for n, one in chosen}
    )


def chosen_features(catalog: Catalog) -> list[int]:
    """Return the places of the features that an effect, or a choice of people, may depend on.

    Parameters
    ----------
    catalog
        Of the features.
    """
    return [n for n, one in enumerate(catalog.features) if _may_matter(one)]


def _may_matter(feature: Feature) -> bool:
    if feature.view == "profile":
        known = feature.measure == "value" and feature.key != OWNER
        return known or feature.measure == "lead_age_days"
    return feature.key == "" and feature.measure in _SINCE


def _column(values: Floats, feature: Feature) -> Any:
    """Return numbers as they are, and codes as texts; None is missing."""
    if not feature.is_category:
        return values
    return np.array([None if np.isnan(one) else str(int(one)) for one in values], object)


def _written(effects: LeadEffects) -> dict[str, Any]:
    model = effects.model
    return {
        "columns": [
            {
                "name": one.name,
                "ends": None if one.ends is None else one.ends.tolist(),
                "levels": list(one.levels),
            }
            for one in effects.columns.columns
        ],
        "mean": model.mean,
        "mean_error": model.mean_error,
        "center": model.center.tolist(),
        "coefficient": model.coefficient.tolist(),
        "spread": model.spread.tolist(),
        "without": _logistic(effects.without),
        "with_contact": _logistic(effects.with_contact),
    }


def _logistic(model: OutcomeModel) -> dict[str, Any]:
    return {"intercept": model.intercept, "coefficient": model.coefficient.tolist()}


def _read(raw: dict[str, Any]) -> LeadEffects:
    columns = ColumnBinning(
        tuple(
            EffectColumn(
                one["name"],
                None if one["ends"] is None else _array(one["ends"]),
                tuple(one["levels"]),
            )
            for one in raw["columns"]
        )
    )
    center, coefficient = _array(raw["center"]), _array(raw["coefficient"])
    spread = _array(raw["spread"]).reshape(len(center), len(center))
    model = EffectModel(
        raw["mean"], center, coefficient, columns.column_of, raw["mean_error"], spread
    )
    arms = [
        OutcomeModel(raw[arm]["intercept"], _array(raw[arm]["coefficient"]))
        for arm in ("without", "with_contact")
    ]
    return LeadEffects(columns, model, *arms)


def _array(numbers: Sequence[Any]) -> Floats:
    return np.asarray(numbers, np.float64)
