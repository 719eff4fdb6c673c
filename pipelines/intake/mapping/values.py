"""Values of a mapping file: strict objects, and words that YAML would read as numbers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Strict(BaseModel):
    """Frozen, exact types, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def as_word(value: Any) -> Any:
    """Write a number or truth value of YAML as the text that an export would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(as_word, json_schema_input_type=str | int | float | bool)]
Words = Annotated[tuple[Word, ...], Field(strict=False)]
IdForm = Literal["integer", "salesforce_18", "salesforce_15", "no_leading_zeros", "lower_case"]
