"""How often the trial promotes a challenger that is truly better, and refuses one truly worse.

Decided here: two models are trained for real, on few and on many leads of a company whose true
probabilities are known; each trial draws new leads and puts either in the place of the challenger.
The third figure is the error that the rule states: a challenger that is truly worse by exactly what
is allowed is promoted in at most one of forty trials, beyond the luck of so many trials.
"""

import numpy as np

from benchmarks import harness
from models.evaluation.settings import TrialSettings
from tests.promotion_trials import at_the_bound, pair, trials

TRIALS = 100
BOUND_TRIALS = 400
PAIRS = ((100, 1000), (150, 2000), (400, 2000))
LEADS = (750, 1500, 3000)


def main(_words: list[str]) -> None:
    """Simulate and write `results/promotion.json`."""
    lines = []
    for seed, (few, many) in enumerate(PAIRS):
        one = pair(few, many, seed)
        for leads in LEADS:
            decisions = np.array(list(trials(one, leads, range(TRIALS))))
            lines.append(
                {
                    "trained_on": {"worse": few, "better": many},
                    "test_leads": leads,
                    "truly_better_by": 1.0 - one.better_loss / one.worse_loss,
                    "better_promoted": int(decisions[:, 0].sum()),
                    "worse_refused": int((~decisions[:, 1]).sum()),
                    "trials": TRIALS,
                }
            )
    settings = TrialSettings()
    bound = at_the_bound(pair(150, 2000, 7), settings.allowed_loss, 7)
    decisions = np.array(list(trials(bound, 1500, range(BOUND_TRIALS))))
    harness.write(
        "promotion",
        {
            "allowed_loss": settings.allowed_loss,
            "trials": lines,
            "at_the_bound": {
                "test_leads": 1500,
                "promoted": int(decisions[:, 1].sum()),
                "trials": BOUND_TRIALS,
            },
        },
    )


if __name__ == "__main__":
    main([])
