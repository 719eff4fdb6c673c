"""Values of a mapping file: strict objects, and words that YAML would read as numbers."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Strict(BaseModel):
    """Frozen, exact types, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class BothLanguages(Strict):
    """The same words in English and Japanese."""

    en: str
    ja: str


def as_word(value: Any) -> Any:
    """Write a number or truth value of YAML as the text that an export would hold."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(as_word, json_schema_input_type=str | int | float | bool)]
Words = Annotated[tuple[Word, ...], Field(strict=False)]


def as_column(value: Any) -> Any:
    """Expand the short form `lead_id: Prospect ID`."""
    return {"column": as_word(value)} if isinstance(value, str | int | float) else value


def as_both(value: Any) -> Any:
    """Expand the short form `why: personal`: words that stand in both languages."""
    return {"en": value, "ja": value} if isinstance(value, str) else value


def as_kind(value: Any) -> Any:
    """Expand the short form `industry: category`."""
    return {"kind": value} if isinstance(value, str) else value


Ground = Annotated[
    BothLanguages, BeforeValidator(as_both, json_schema_input_type=str | BothLanguages)
]
NOT_STATED: Final = BothLanguages(
    en="known only later, nobody knows when", ja="後から分かった列（いつかは不明）"
)
