"""The mapping: how somebody's export becomes the canonical tables, said without code.

Decided here: the vocabulary of the mapping file. A mapping names its `sources`, and for every
canonical table a list of rules; each rule reads one source and says for every canonical column
where its values come from. Unknown keys are refused. `Mapping.model_json_schema()` is the file's
JSON schema. Reading the file, with line numbers in the faults, is `pipelines.intake.mapping.file`.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from features.reading.id_forms import IdForm
from features.reading.values import Day
from features.tables import TableName
from pipelines.intake.mapping.conditions import Where
from pipelines.intake.mapping.preparation import Derived, Grouping, Lookups
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.mapping.values import (
    NOT_STATED,
    BothLanguages,
    Ground,
    Strict,
    Word,
    Words,
    as_column,
    as_kind,
)

Names = Annotated[tuple[str, ...], Field(strict=False)]


class Sequence(Strict):
    """Times for rows that carry none: `start + step_seconds * number`."""

    start: str = Field(description="ISO time of number 0; without an offset it is UTC")
    step_seconds: float = Field(gt=0, description="from one number to the next")
    column: str | None = Field(
        default=None,
        description="a source column that counts up with time; absent: the row's number",
    )
    first: float = Field(default=0, description="the column's value that stands for `start`")


ORIGINS = ("column", "join", "constant", "row_number", "sequence", "after_created_days")


class ColumnRule(Strict):
    """Where one canonical column comes from: exactly one origin, then how to read it."""

    column: str | None = Field(default=None, description="a column of the source")
    join: Names = Field(default=(), description="several columns, joined by `separator`")
    separator: str = "|"
    constant: Word | None = Field(default=None, description="the same value in every row")
    row_number: str | None = Field(
        default=None, description="this prefix + the row's number, from 1"
    )
    sequence: Sequence | None = Field(default=None, description="times made from an order")
    after_created_days: float | None = Field(
        default=None, ge=0, description="outcomes: this long after the lead's created_at"
    )
    format: str | None = Field(
        default=None,
        description="times: iso, epoch_s, epoch_ms, epoch_us, excel, japanese or a strptime form",
    )
    zone: str | None = Field(default=None, description="times without an offset are in this zone")
    day: Day | None = Field(
        default=None,
        description="times: a date alone is the first or the last moment of its local day; absent: "
        "the last for outcomes, else the first; end_if_midnight: the last, also of midnights",
    )
    values: dict[str, Word] = Field(default={}, description="source value -> canonical value")
    other_values: Literal["keep", "missing", "skip", "fault"] | None = Field(
        default=None,
        description="values not listed in `values`: kept as they are, made missing, the row is "
        "not for this table, or the row is at fault (default for `outcome`; else keep)",
    )
    missing_values: Words | None = Field(default=None, description="instead of the mapping's own")
    decimal: Literal[".", ","] = Field(".", description="numbers: the decimal sign")
    id_form: IdForm | None = Field(
        default=None, description="ids: rewritten so that they meet those of another file"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnRule":
        stated = [name for name in ORIGINS if getattr(self, name) not in (None, ())]
        if len(stated) != 1:
            raise ValueError(f"give exactly one of {', '.join(ORIGINS)}; given: {stated or 'none'}")
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """The source columns that are read."""
        sequence = self.sequence.column if self.sequence else None
        return tuple(c for c in (self.column, *self.join, sequence) if c is not None)


Origin = Annotated[ColumnRule, BeforeValidator(as_column, json_schema_input_type=str | ColumnRule)]
Kind = Literal["category", "number"]


class AttributeRule(Strict):
    """One attribute: its kind, and the source column when that is named otherwise."""

    kind: Kind
    column: str | None = Field(
        default=None, description="source column; absent: named like the attribute"
    )
    values: dict[str, Word] = Field(default={})
    other_values: Literal["keep", "missing"] = "keep"
    missing_values: Words | None = None
    decimal: Literal[".", ","] = "."
    not_protected: Ground | None = Field(
        default=None,
        description="why this is no protected attribute, though called like one; plain words, "
        "or {en:, ja:}",
    )


Attribute = Annotated[
    AttributeRule, BeforeValidator(as_kind, json_schema_input_type=Kind | AttributeRule)
]


class KnownLater(Strict):
    """An attribute that was filled after the lead was created."""

    known_at: Origin | None = Field(
        default=None, description="when it was filled; absent: unknown, so the column is never used"
    )
    kind: Kind = "category"
    why: Ground = Field(
        default=NOT_STATED,
        description="why it is not used, for readers; plain words, or {en:, ja:}",
    )


class TableRule(Strict):
    """One source feeding one canonical table."""

    source: str = Field(description="a name under `sources`")
    columns: dict[str, Origin] = Field(description="canonical column -> where it comes from")
    where: dict[str, Where] = Field(
        default={},
        description="only rows whose source column holds one of these, or meets this condition, "
        "are for this table",
    )
    where_present: Names = Field(
        default=(), description="only rows in which these source columns are not missing"
    )


class AttributedRule(TableRule):
    """One source feeding leads or accounts: listed columns, and attributes."""

    attributes: dict[str, Attribute] = Field(
        default={}, description="attribute -> category or number"
    )
    rest: bool = Field(
        default=False, description="every other source column is an attribute, its kind guessed"
    )
    audit_only: dict[str, Attribute] = Field(
        default={},
        description="leads: protected attributes that the report compares and no feature sees",
    )
    never_use: dict[str, Ground] = Field(
        default={},
        description="source column -> why, for readers: protected, personal, a key; plain words, "
        "or {en:, ja:}",
    )
    known_later: dict[str, KnownLater] = Field(
        default={}, description="source columns that were filled after the lead was created"
    )


class SeriesRule(TableRule):
    """One dated table that leads are joined to: of each attribute, the value as of the cutoff."""

    key: dict[str, Origin] = Field(
        default={},
        description="attribute of the lead, or an id -> its column here; absent: for all leads",
    )
    attributes: dict[str, Attribute] = Field(
        min_length=1, description="attribute that the leads are given -> category or number"
    )


class LeadRule(AttributedRule):
    """One source feeding leads."""

    display: dict[str, Word] = Field(
        default={},
        description="name, company, email, telephone, ...: source column; shown to people, kept "
        "beside the tables, never an attribute",
    )
    first_row_of_lead: bool = Field(
        default=False,
        description="several rows a lead: the earliest makes the lead, the others are not for it",
    )


class Source(Strict):
    """A file, several files of one form, a query, or what is made from another source."""

    path: str | None = Field(
        default=None,
        description="CSV or Parquet, also .gz, or a workbook; may hold * and ${NAME} or "
        "${NAME:-default}; relative to the mapping file",
    )
    separator: str | None = Field(
        default=None, description="CSV: the sign between values, or `whitespace`; absent: looked up"
    )
    encoding: str = Field(
        default="utf-8", description="CSV: utf-8, cp932 (Shift_JIS), euc_jp, utf-16, cp1252, ..."
    )
    sheet: str | None = Field(
        default=None, description="a workbook (.xlsx, .xls, .ods): its sheet; absent: the first"
    )
    url: str | None = Field(default=None, description="an SQLAlchemy address; may hold ${NAME}")
    query: str | None = Field(default=None, description="SQL, with `url`")
    times: TimeRule | None = Field(default=None, description="instead of the mapping's own")
    made_of: str | None = Field(
        default=None, alias="from", description="another source, with what is prepared there"
    )
    fill_down: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(),
        description="before all: columns whose missing values are those of the row above, as where "
        "one record takes several rows",
    )
    lookup: Lookups = Field(
        default=(), description="first: columns of other sources, by a key; one or several"
    )
    derived: dict[str, Derived] = Field(
        default={}, description="then: column -> how it is computed; each may use those before it"
    )
    where: dict[str, Where] = Field(
        default={}, description="then: only rows whose columns meet these conditions"
    )
    group: Grouping | None = Field(
        default=None, description="at last: rows that belong together become one"
    )

    @model_validator(mode="after")
    def _file_or_query(self) -> "Source":
        if sum(one is not None for one in (self.path, self.url, self.made_of)) != 1:
            raise ValueError("give either path, or url and query, or from")
        if (self.url is None) != (self.query is None):
            raise ValueError("url and query belong together")
        return self


class Labels(Strict):
    """What a salesperson calls things; reasons are written in these words."""

    attributes: dict[str, BothLanguages] = Field(default={})
    values: dict[str, dict[str, BothLanguages]] = Field(
        default={}, description="attribute -> value"
    )
    activity_types: dict[str, BothLanguages] = Field(default={})
    topics: dict[str, BothLanguages] = Field(default={})
    outcomes: dict[str, BothLanguages] = Field(default={})


class Mapping(Strict):
    """The whole mapping file."""

    name: str = Field(description="a word for this data")
    sources: dict[str, Source] = Field(min_length=1)
    leads: tuple[LeadRule, ...]
    activities: tuple[TableRule, ...] = ()
    outcomes: tuple[TableRule, ...] = ()
    accounts: tuple[AttributedRule, ...] = ()
    attribute_changes: tuple[TableRule, ...] = ()
    series: tuple[SeriesRule, ...] = Field(
        default=(), description="dated tables of others, joined to leads as of the cutoff"
    )
    spend: tuple[TableRule, ...] = Field(
        default=(),
        description="what channels cost: source, month, amount, and campaign, currency; sent to "
        "a server, read by no model",
    )
    times: TimeRule = TimeRule()
    missing_values: Words = Field(default=("",), description="what stands for missing, everywhere")
    stages: Words | None = Field(
        default=None, description="outcomes besides opened, won, lost; absent: any, with a warning"
    )
    outcome_activities: Words = Field(
        default=(), description="activity types that are the outcome written down: never activities"
    )
    undated_wins: Literal["exclude_lead", "exclude_row"] = Field(
        default="exclude_lead",
        description="a lead that was won without a date: left out, since it is no negative; or "
        "its row alone",
    )
    undone_wins: Literal["exclude", "count"] = Field(
        default="exclude",
        description="a win that is followed by `lost` or `opened` of the same deal: left out, or a "
        "conversion all the same",
    )
    observed_until: str | None = Field(
        default=None,
        description="ISO time until which the data are complete; absent: the latest time; "
        "activities over a day after the last lead and outcome do not count",
    )
    labels: Labels = Labels()

    def rules(self, table: TableName) -> tuple[TableRule, ...]:
        """Return the rules that feed a table."""
        rules: tuple[TableRule, ...] = getattr(self, table)
        return rules

    def every_rule(self) -> Iterator[tuple[str, int, TableRule]]:
        """Yield all rules, series and spend last: the table, the place in it, the rule."""
        for table in (*get_args(TableName), "series", "spend"):
            yield from ((table, number, one) for number, one in enumerate(getattr(self, table)))

    def times_of(self, source: str) -> TimeRule:
        """Return how times of a source are written: its own rule, or that of what it is from."""
        one = self.sources[source]
        below = self.times_of(one.made_of) if one.made_of else self.times
        return one.times or below
