"""All checks of a score, in the order of their numbers."""

from typing import Final

from models.audit.checks import claims, movement, order, peeking, spread
from models.audit.finding import ScoreCheck

CHECKS: Final[tuple[ScoreCheck, ...]] = (
    order.ORDER,
    order.SEGMENTS,
    order.TOO_GOOD_CHECK,
    peeking.MOVED,
    peeking.FILLED_LATE,
    movement.NEVER_CHANGES,
    movement.NEVER_FADES,
    movement.STALE,
    spread.ENDS,
    spread.WITHOUT_SCORE,
    claims.PROBABILITY,
    claims.DATED,
)
