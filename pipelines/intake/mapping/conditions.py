"""Conditions: which rows of a source belong to a canonical table (`where`)."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from pipelines.intake.mapping.values import Strict, Words


class Condition(Strict):
    """Which values of a source column make a row one of this table; all that is stated must hold.

    Where both `one_of` and `not` are listed, a value in neither is not for this table, and a check
    names it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    one_of: Words = Field(default=(), description="one of these values")
    none_of: Words = Field(default=(), alias="not", description="none of these values")
    at_least: float | str | None = Field(
        default=None, description="this or more: a number, or text in its order (ISO dates)"
    )
    below: float | str | None = Field(default=None, description="less than this, in the same way")
    present: bool | None = Field(
        default=None, description="true: a value is there; false: it is missing"
    )

    @model_validator(mode="after")
    def _something(self) -> "Condition":
        limits = (self.at_least, self.below, self.present)
        if not (self.one_of or self.none_of or any(limit is not None for limit in limits)):
            raise ValueError("state at least one of one_of, not, at_least, below, present")
        return self


def _as_condition(value: Any) -> Any:
    """Expand the short form `where: {State: [done]}`."""
    return {"one_of": value} if isinstance(value, list | tuple) else value


Where = Annotated[
    Condition,
    BeforeValidator(_as_condition, json_schema_input_type=list[str] | Condition),
]
