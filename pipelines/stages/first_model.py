"""What to do when the first model was refused, so that nothing answers yet.

Decided here: the rule stays. Every step says what would change the verdict, none accepts less.
"""

from collections.abc import Sequence
from typing import Final

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


def next_steps(grounds: Sequence[str], verdict: str, points: str | None) -> tuple[str, ...]:
    """Return what a user can do about the refusal of a first model, the most useful first.

    >>> steps = next_steps(["log_loss: better than lightgbm in 86 %"], "signal", "points.yaml")
    >>> [one.partition(" ")[0] for one in steps]
    ['bring', 'let']

    Parameters
    ----------
    grounds
        Of the refusal.
    verdict
        Of the evaluation.
    points
        The points table of the params file; None without.
    """
    leaks = [one for one in grounds if one.startswith(_LEAK)]
    steps = [_LEAKS] if leaks else []
    if len(leaks) == len(grounds):
        return tuple(steps)
    steps += [_MORE, _FACTS] if verdict == "too_few" else [_FACTS, _MORE]
    if points is None:
        steps.append(_TABLE)
    return tuple(steps)
