"""What to do when the first model was refused, so that nothing answers yet.

Decided here: the rule stays. Every step says what would change the verdict; the last one is the
user's own decision, which the grounds in the registry show.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_CHANCE: Final = 0.5
"""Of two equals, each is better in half of the redraws."""
_LEAK: Final = "leak check "
_MORE: Final = (
    "let more history in: leads decided over a longer time, the lost ones too; then `mikomi run`"
)
_FACTS: Final = (
    "bring in what tells leads apart: activities (calls, e-mails, visits) and attributes that were "
    "known early; see the questions in the mapping"
)
_LEAKS: Final = (
    "mend what the leak checks name, or allow it in writing: `promote.allow_leaks` in the params "
    "file"
)
_TABLE: Final = (
    "write down what sales believes as a points table (`train.points`): the model starts from it, "
    "and needs fewer decided leads"
)


def next_steps(
    grounds: Sequence[str], facts: Mapping[str, Any], confidence: float, points: str | None
) -> tuple[str, ...]:
    """Return what a user can do about the refusal of a first model, the most useful first.

    >>> one = {"against": "lightgbm", "metric": "log_loss", "better_share": 0.86, "gain": 0.01}
    >>> facts = {"verdict": "signal", "comparisons": [one]}
    >>> next_steps(["log_loss: better than lightgbm in 86 %"], facts, 0.9, "points.yaml")[-1]
    'or accept less proof: `promote: {confidence: 0.86}` in the params file, then `mikomi promote`'

    Parameters
    ----------
    grounds
        Of the refusal.
    facts
        Of the evaluation: its verdict and comparisons.
    confidence
        The share of redraws that was required; see `PromoteParams`.
    points
        The points table of the params file; None without.
    """
    leaks = [one for one in grounds if one.startswith(_LEAK)]
    steps = [_LEAKS] if leaks else []
    if len(leaks) == len(grounds):
        return tuple(steps)
    steps += [_MORE, _FACTS] if facts["verdict"] == "too_few" else [_FACTS, _MORE]
    if points is None:
        steps.append(_TABLE)
    enough = _enough(facts, confidence)
    if enough is not None:
        steps.append(
            f"or accept less proof: `promote: {{confidence: {enough:.2f}}}` in the params file, "
            "then `mikomi promote`"
        )
    return tuple(steps)


def _enough(facts: Mapping[str, Any], confidence: float) -> float | None:
    """Return the confidence at which the model would pass; None if it is no better than chance."""
    if facts["verdict"] not in ("signal", "ranking_only"):
        return None
    shares = {
        metric: [one["better_share"] for one in facts["comparisons"] if one["metric"] == metric]
        for metric in ("log_loss", "auc")
    }
    if None in shares["log_loss"] or None in shares["auc"]:
        return None
    reached = min(shares["log_loss"], default=1.0)
    least_order = 1.0 - min(shares["auc"], default=1.0)
    passes = _CHANCE < reached < confidence and least_order <= int(100.0 * reached) / 100.0
    return int(100.0 * reached) / 100.0 if passes else None
