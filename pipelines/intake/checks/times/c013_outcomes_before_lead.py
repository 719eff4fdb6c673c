"""C013: an outcome before the lead existed: the lead was entered after the fact."""

from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.listing import listing
from pipelines.intake.checks.times.c012_activities_before_lead import before_lead

CHECK = RowCheck(
    "C013",
    "outcomes before the lead was created",
    "warning",
    "opened, won and lost after created_at",
    "check the zones of both columns; leads entered after they were won teach nothing",
    ("outcomes",),
    before_lead,
    lambda rows: listing(rows["outcome"]),
    phase="relation",
)
