"""The list `targets` of params.yaml: what is predicted, one entry a model.

Decided here: what all targets share (the calendar of cutoffs, early ages) stays in `cohort`; a
target states its outcome, its horizon and where it differs in who is eligible. Exactly one is the
default: the one that says so, else the first. It keeps the places and the registered model that a
params file without `targets` has. `params_of_targets` makes the params of one target.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from features.feature import Text
from models.stats.limits import Days, Name

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""A name for folders and registered models."""


@dataclass(frozen=True)
class Eligibility:
    """Who is eligible, where a target differs from `cohort`; None means as there.

    Attributes
    ----------
    repeat
        Whether a lead that has had the outcome stays, since it may have it again.
    until_decided
        Whether a lead leaves with its first `lost`: only undecided leads are eligible.
    max_age_days
        A lead of this age or older is not eligible.
    after_outcome
        The outcome with which a lead becomes eligible, such as `won`: customers only.
    """

    repeat: bool | None = None
    until_decided: bool | None = None
    max_age_days: Days | None = None
    after_outcome: Name | None = None


@dataclass(frozen=True)
class TargetLabel:
    """What people call a target, in both languages.

    Attributes
    ----------
    en, ja
        In English; in Japanese.
    """

    en: Name
    ja: Name


@dataclass(frozen=True)
class TargetParams:
    """One target: what is predicted for whom.

    Attributes
    ----------
    name
        Of its folders and of its registered model: a lower-case word.
    outcome
        The conversion outcome: `won`, `opened`, `lost`, or the name of a stage.
    horizon_days
        Length of the horizon, in days of 24 hours.
    eligible
        Who is eligible, where that differs from `cohort`.
    label
        What people call it; None is its name.
    default
        Whether commands without `--target` are about it.
    ranking
        What its leads are ranked by, where that differs from `train.ranking`.
    """

    name: Slug
    outcome: Name
    horizon_days: Days
    eligible: Eligibility = field(default_factory=Eligibility)
    label: TargetLabel | None = None
    default: bool = False
    ranking: Literal["probability", "contact_value"] | None = None

    @property
    def text(self) -> Text:
        """What people call it, in both languages."""
        label = self.label
        return Text(self.name, self.name) if label is None else Text(label.en, label.ja)

    @property
    def facts(self) -> dict[str, Any]:
        """Plain facts, for an artifact and for JSON."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "horizon_days": self.horizon_days,
            "label": {"en": self.text.en, "ja": self.text.ja},
        }


def default_of(targets: Sequence[TargetParams]) -> TargetParams | None:
    """Return the default target: the one that says so, else the first; None without any."""
    return next((one for one in targets if one.default), targets[0] if targets else None)
