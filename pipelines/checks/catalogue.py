"""All data checks, in the order of their numbers."""

from typing import Final

from pipelines.checks.c001_empty_tables import CHECK as C001
from pipelines.checks.c002_missing_values import CHECK as C002
from pipelines.checks.c003_unreadable_times import CHECK as C003
from pipelines.checks.c004_unreadable_numbers import CHECK as C004
from pipelines.checks.c005_unknown_outcomes import CHECK as C005
from pipelines.checks.c006_repeated_rows import CHECK as C006
from pipelines.checks.c007_repeated_keys import CHECK as C007
from pipelines.checks.c008_orphans import CHECK as C008
from pipelines.checks.c009_unknown_accounts import CHECK as C009
from pipelines.checks.c010_future_dates import CHECK as C010
from pipelines.checks.c011_absurd_dates import CHECK as C011
from pipelines.checks.c012_activities_before_lead import CHECK as C012
from pipelines.checks.c013_outcomes_before_lead import CHECK as C013
from pipelines.checks.c014_mixed_zones import CHECK as C014
from pipelines.checks.c015_zone_not_said import CHECK as C015
from pipelines.checks.c016_clock_changes import CHECK as C016
from pipelines.checks.c017_too_few_outcomes import CHECK as C017
from pipelines.checks.c018_constant_attributes import CHECK as C018
from pipelines.checks.c019_outcome_activities import CHECK as C019
from pipelines.checks.c020_stages_not_said import CHECK as C020
from pipelines.checks.c021_later_without_time import CHECK as C021
from pipelines.checks.c022_spellings import CHECK as C022
from pipelines.checks.c023_won_and_lost import CHECK as C023
from pipelines.checks.c024_identifying_attributes import CHECK as C024
from pipelines.checks.c025_unknown_attributes import CHECK as C025
from pipelines.checks.c026_unknown_directions import CHECK as C026
from pipelines.checks.check import Check

CHECKS: Final[tuple[Check, ...]] = (
    C001,
    C002,
    C003,
    C004,
    C005,
    C006,
    C007,
    C008,
    C009,
    C010,
    C011,
    C012,
    C013,
    C014,
    C015,
    C016,
    C017,
    C018,
    C019,
    C020,
    C021,
    C022,
    C023,
    C024,
    C025,
    C026,
)
