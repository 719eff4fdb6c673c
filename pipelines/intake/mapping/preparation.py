"""What is made of a source before any table reads it: looked-up and derived columns, groups.

Decided here: the steps of a source come in one order: lookups, derived columns (each may use those
before it), `where`, then groups. A source that is made `from` another begins with what that one
gives, so that steps can follow groups, and a lookup into a prepared source is a second hop. The
list of derived columns is closed; there is no code in a mapping.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from features.reading.id_forms import IdForm
from pipelines.intake.mapping.values import Strict, Word, Words, as_word

Unit = Literal["seconds", "minutes", "hours", "days", "weeks"]
Operand = Annotated[str | float, Field(description="a column, or a number")]
Columns = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


def _as_renamed(value: Any) -> Any:
    """Expand the short form `columns: [stage, owner]`: columns that keep their names."""
    return {name: name for name in map(as_word, value)} if isinstance(value, list) else value


def _as_list(value: Any) -> Any:
    """Expand the short form of a list of one."""
    return [value] if isinstance(value, dict) else value


class Lookup(Strict):
    """Columns of another source, found by a key; the first row with the key counts."""

    source: str = Field(description="a name under `sources`, prepared or not")
    key: dict[str, Word] = Field(
        min_length=1, description="column here -> column there; all must agree"
    )
    columns: Annotated[
        dict[str, Word],
        BeforeValidator(_as_renamed, json_schema_input_type=list[str] | dict[str, str]),
    ] = Field(min_length=1, description="name here -> column there, or a list of columns")
    id_form: IdForm | None = Field(
        default=None, description="the keys of both are rewritten in this form"
    )


Lookups = Annotated[
    tuple[Lookup, ...],
    BeforeValidator(_as_list, json_schema_input_type=list[Lookup] | Lookup),
    Field(strict=False),
]


class DateOperand(Strict):
    """A time that is computed with: a column or a constant, and how it is written."""

    column: str | None = None
    constant: Word | None = None
    format: str | None = Field(default=None, description="instead of that of the source")
    zone: str | None = Field(default=None, description="instead of that of the source")

    @model_validator(mode="after")
    def _one_origin(self) -> "DateOperand":
        if (self.column is None) == (self.constant is None):
            raise ValueError("give either column or constant")
        return self


def _as_date(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


Date = Annotated[DateOperand, BeforeValidator(_as_date, json_schema_input_type=str | DateOperand)]


class Elapsed(Strict):
    """The time from one moment to another; negative when `to` is the earlier."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    start: Date = Field(alias="from")
    to: Date
    unit: Unit

    @property
    def operands(self) -> tuple[DateOperand, ...]:
        """What is read."""
        return (self.start, self.to)


class DatePlus(Strict):
    """A date moved by days: whole days keep the time of day of the zone."""

    date: Date
    days: Operand

    @property
    def operands(self) -> tuple[DateOperand | str | float, ...]:
        """What is read."""
        return (self.date, self.days)


class NumberComparison(Strict):
    """A word for each way in which two numbers may compare; with 0, the sign."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    column: Operand
    other: Operand = Field(default=0, alias="with")
    less: Word | None = Field(default=None, description="absent: missing")
    equal: Word | None = Field(default=None, description="absent: missing")
    greater: Word | None = Field(default=None, description="absent: missing")

    @model_validator(mode="after")
    def _something(self) -> "NumberComparison":
        if self.less is None and self.equal is None and self.greater is None:
            raise ValueError("state at least one of less, equal, greater")
        return self

    @property
    def operands(self) -> tuple[str | float, ...]:
        """What is read."""
        return (self.column, self.other)


class TextPart(Strict):
    """Text before or after a separator."""

    column: str
    separator: str = Field(min_length=1)
    occurrence: Literal["first", "last"] = "first"
    without: Literal["missing", "whole"] | None = Field(
        default=None,
        description="text without the separator: missing, or the whole of it; absent: missing, "
        "with a warning",
    )

    @property
    def operands(self) -> tuple[str, ...]:
        """What is read."""
        return (self.column,)


class ValueTranslation(Strict):
    """Words, numbers or dates for the values of a column."""

    column: str
    values: dict[str, Word] = Field(min_length=1, description="source value -> value")
    other_values: Literal["keep", "missing"] | None = Field(
        default=None, description="values not listed; absent: missing, with a warning"
    )

    @property
    def operands(self) -> tuple[str, ...]:
        """What is read."""
        return (self.column,)


ARITHMETIC: Final = ("add", "subtract", "multiply", "divide")
KINDS: Final = (
    *ARITHMETIC, "elapsed", "date_plus", "compare", "first_of", "before", "after", "translate",
)  # fmt: skip
Operands = Annotated[tuple[Operand, ...], Field(strict=False, min_length=2)]


class Derived(Strict):
    """A column that is computed from others of its row: exactly one of these."""

    add: Operands | None = Field(default=None, description="the sum of columns or numbers")
    subtract: Operands | None = Field(default=None, description="the first less the second")
    multiply: Operands | None = Field(default=None, description="the product")
    divide: Operands | None = Field(default=None, description="the first by the second")
    elapsed: Elapsed | None = Field(default=None, description="the time between two moments")
    date_plus: DatePlus | None = Field(default=None, description="a date and some days")
    compare: NumberComparison | None = Field(
        default=None, description="words for less, equal, greater"
    )
    first_of: Columns | None = Field(default=None, description="the first that is not missing")
    before: TextPart | None = Field(default=None, description="text before a separator")
    after: TextPart | None = Field(default=None, description="text after a separator")
    translate: ValueTranslation | None = Field(default=None, description="values for values")
    decimal: Literal[".", ","] = Field(".", description="numbers: the decimal sign")
    missing_values: Words | None = Field(default=None, description="instead of the mapping's own")

    @model_validator(mode="after")
    def _one_kind(self) -> "Derived":
        stated = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(stated) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}; given: {stated or 'none'}")
        for kind in ("subtract", "divide"):
            operands = getattr(self, kind)
            if operands is not None and len(operands) != 2:  # noqa: PLR2004 - a pair
                raise ValueError(f"{kind} takes two; given: {len(operands)}")
        return self

    @property
    def kind(self) -> str:
        """Which of the list it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that are read."""
        rule = getattr(self, self.kind)
        operands = rule if isinstance(rule, tuple) else rule.operands
        columns = [one.column if isinstance(one, DateOperand) else one for one in operands]
        return tuple(column for column in columns if isinstance(column, str))


AGGREGATES: Final = ("sum", "min", "max", "earliest", "latest", "first", "last", "distinct")


class Aggregate(Strict):
    """One column of a group: `count`, or exactly one of these."""

    count: Literal[True] | None = Field(default=None, description="how many rows")
    sum: str | None = Field(default=None, description="of a column of numbers")
    min: str | None = Field(default=None, description="of a column of numbers")
    max: str | None = Field(default=None, description="of a column of numbers")
    earliest: str | None = Field(default=None, description="of a column of times")
    latest: str | None = Field(default=None, description="of a column of times")
    first: str | None = Field(default=None, description="the first value that is not missing")
    last: str | None = Field(default=None, description="the last value that is not missing")
    distinct: str | None = Field(default=None, description="how many different values")

    @model_validator(mode="after")
    def _one_kind(self) -> "Aggregate":
        stated = [kind for kind in ("count", *AGGREGATES) if getattr(self, kind) is not None]
        if len(stated) != 1:
            expected = ", ".join(("count", *AGGREGATES))
            raise ValueError(f"give exactly one of {expected}; given: {stated or 'none'}")
        return self

    @property
    def kind(self) -> str:
        """Which of the list it is."""
        return next(k for k in ("count", *AGGREGATES) if getattr(self, k) is not None)

    @property
    def column(self) -> str | None:
        """The column that is read; None for `count`."""
        return None if self.count else getattr(self, self.kind)


def _as_aggregate(value: Any) -> Any:
    """Expand the short form `lines: count`."""
    return {"count": True} if value == "count" else value


class Grouping(Strict):
    """Rows that agree in `by` become one; a row that lacks one of them is left out and counted."""

    by: Columns = Field(description="columns that say which rows belong together")
    columns: dict[
        str,
        Annotated[
            Aggregate,
            BeforeValidator(_as_aggregate, json_schema_input_type=Literal["count"] | Aggregate),
        ],
    ] = Field(default={}, description="name -> what it holds, beside the columns of `by`")
    decimal: Literal[".", ","] = Field(".", description="numbers: the decimal sign")
