"""How the times of a mapping's sources are written."""

from typing import Literal

from pydantic import Field

from pipelines.intake.mapping.values import Strict


class TimeRule(Strict):
    """How times are written, unless a column says otherwise."""

    format: str = Field(default="iso", description="iso, epoch_s, epoch_ms, epoch_us or strptime")
    zone: str | None = Field(
        default=None, description="zone of times without an offset; absent: UTC, with a warning"
    )
    ambiguous: Literal["earlier", "later", "fault"] = Field(
        default="earlier", description="a local time that happens twice when clocks go back"
    )
    nonexistent: Literal["forward", "fault"] = Field(
        default="forward",
        description="a local time skipped when clocks go forward: the moment after it",
    )
