"""L002: an attribute is filled for those who convert, or says the outcome: it came with it."""

from typing import Final

from features.tables import LEADS
from models.evaluation_singles import DECIDES_ALONE, FILL_GAP
from pipelines.leaks.by_lead import alone, leads
from pipelines.leaks.check import Evidence, LeakCheck, Suspects

RARE: Final = 0.02
RATIO: Final = 4.0
NEVER: Final = 0.005
"""So rarely filled for the others that it cannot be chance."""
WORTH_A_LOOK: Final = 0.8


def _look(evidence: Evidence) -> Suspects | None:
    known = leads(evidence)
    names = [str(name) for name in evidence.tables.leads if name not in LEADS.names]
    if known is None or not names:
        return None
    fail: dict[str, str] = {}
    warn: dict[str, str] = {}
    for name in names:
        one = alone(known[name], known["converted"])
        low, high = sorted((one.filled_converted, one.filled_others))
        said = f"filled {one.filled_converted:.0%} of converted, {one.filled_others:.0%} of others"
        if high - low >= FILL_GAP or (high >= RARE and low < NEVER):
            fail[name] = said
        elif one.auc >= DECIDES_ALONE:
            fail[name] = f"AUC {one.auc:.2f} alone"
        elif high >= RATIO * low and high >= RARE:
            warn[name] = said
        elif one.auc >= WORTH_A_LOOK:
            warn[name] = f"AUC {one.auc:.2f} alone"
    return Suspects(fail, warn)


CHECK = LeakCheck(
    "L002",
    "attribute availability",
    "attributes that are filled when the lead is asked about, whatever becomes of it",
    "list it under known_later in the mapping, or bring its dated values as attribute_changes",
    _look,
)
