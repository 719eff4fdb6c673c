"""C035: a derived column, or a group, with values that cannot be computed."""

from features.tables import SPECS
from pipelines.intake.checks.check import TallyCheck
from pipelines.intake.checks.prepared_rows import conclude, tally_of

CHECK = TallyCheck(
    "C035",
    "derived values that cannot be computed, taken as missing",
    "values that can be read as `derived` and `group` of the source say",
    "correct the column, its format or its values, or list the word under missing_values",
    tuple(SPECS),
    tally_of("derived"),
    conclude,
)
