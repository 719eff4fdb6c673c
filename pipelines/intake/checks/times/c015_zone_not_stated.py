"""C015: times without an offset, and no zone said: they were read as UTC."""

from pipelines.intake.checks.check import About, Finding, Tally, TallyCheck
from pipelines.intake.checks.times.c014_mixed_zones import CHECK as MIXED


def _conclude(tally: Tally, _about: About) -> Finding | None:
    assumed = {key[:2]: n for key, n in tally.items() if key[2] == "assumed"}
    words = [f"{table}.{column}: {n:,}" for (table, column), n in sorted(assumed.items())]
    return Finding(sum(assumed.values()), "; ".join(words))


CHECK = TallyCheck(
    "C015",
    "zone not said, read as UTC",
    "times.zone in the mapping, e.g. Asia/Tokyo",
    "say the zone (UTC if it is UTC)",
    MIXED.tables,
    MIXED.tally,
    _conclude,
)
