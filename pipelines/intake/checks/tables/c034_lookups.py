"""C034: a lookup into another source without exactly one row for the key."""

from features.tables import SPECS
from pipelines.intake.checks.check import TallyCheck
from pipelines.intake.checks.prepared_rows import conclude, tally_of

CHECK = TallyCheck(
    "C034",
    "lookups without exactly one row",
    "one row of the other source for every key",
    "export the missing rows, correct `key` or `id_form` of the lookup, or drop these rows by "
    "`where`",
    tuple(SPECS),
    tally_of("lookup"),
    conclude,
)
