"""All data checks, in the order of their numbers."""

from typing import Final

from pipelines.intake.checks.attributes.c018_constant_attributes import CHECK as C018
from pipelines.intake.checks.attributes.c022_spellings import CHECK as C022
from pipelines.intake.checks.attributes.c024_identifying_attributes import CHECK as C024
from pipelines.intake.checks.attributes.c025_unknown_attributes import CHECK as C025
from pipelines.intake.checks.attributes.c026_unknown_directions import CHECK as C026
from pipelines.intake.checks.check import Check
from pipelines.intake.checks.outcomes.c005_unknown_outcomes import CHECK as C005
from pipelines.intake.checks.outcomes.c017_too_few_outcomes import CHECK as C017
from pipelines.intake.checks.outcomes.c019_outcome_activities import CHECK as C019
from pipelines.intake.checks.outcomes.c020_stages_not_stated import CHECK as C020
from pipelines.intake.checks.outcomes.c023_won_and_lost import CHECK as C023
from pipelines.intake.checks.outcomes.c027_nobody_won import CHECK as C027
from pipelines.intake.checks.outcomes.c028_undone_wins import CHECK as C028
from pipelines.intake.checks.outcomes.c031_untranslated_decisions import CHECK as C031
from pipelines.intake.checks.outcomes.c032_undated_wins import CHECK as C032
from pipelines.intake.checks.tables.c001_empty_tables import CHECK as C001
from pipelines.intake.checks.tables.c002_missing_values import CHECK as C002
from pipelines.intake.checks.tables.c004_unreadable_numbers import CHECK as C004
from pipelines.intake.checks.tables.c006_repeated_rows import CHECK as C006
from pipelines.intake.checks.tables.c007_repeated_keys import CHECK as C007
from pipelines.intake.checks.tables.c008_orphans import CHECK as C008
from pipelines.intake.checks.tables.c009_unknown_accounts import CHECK as C009
from pipelines.intake.checks.tables.c033_unlisted_values import CHECK as C033
from pipelines.intake.checks.tables.c034_lookups import CHECK as C034
from pipelines.intake.checks.tables.c035_derived_columns import CHECK as C035
from pipelines.intake.checks.tables.c036_undecodable import CHECK as C036
from pipelines.intake.checks.tables.c037_ids_that_break import CHECK as C037
from pipelines.intake.checks.tables.c038_free_mail_accounts import CHECK as C038
from pipelines.intake.checks.times.c003_unreadable_times import CHECK as C003
from pipelines.intake.checks.times.c010_future_dates import CHECK as C010
from pipelines.intake.checks.times.c011_absurd_dates import CHECK as C011
from pipelines.intake.checks.times.c012_activities_before_lead import CHECK as C012
from pipelines.intake.checks.times.c013_outcomes_before_lead import CHECK as C013
from pipelines.intake.checks.times.c014_mixed_zones import CHECK as C014
from pipelines.intake.checks.times.c015_zone_not_stated import CHECK as C015
from pipelines.intake.checks.times.c016_clock_changes import CHECK as C016
from pipelines.intake.checks.times.c021_later_without_time import CHECK as C021
from pipelines.intake.checks.times.c029_days_only import CHECK as C029
from pipelines.intake.checks.times.c030_activities_ahead import CHECK as C030

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
    C027,
    C028,
    C029,
    C030,
    C031,
    C032,
    C033,
    C034,
    C035,
    C036,
    C037,
    C038,
)
