"""Whether the money receipt is right: coverage of its intervals, praise of worthless lists, looks.

Decided here: quarters of 13 weekly lists with known probabilities (`tests.simulated_quarters`), of
several companies; the first 200 quarters of each are quoted, and all of them, with the range that
chance alone gives a rate of 90 % (or 5 %). Looks: every week the evidence is read, and at the end
the exact test; whoever is praised at any of them counts.
"""

import sys
from typing import Any

import numpy as np
from scipy.stats import binom

from benchmarks import harness
from models.worth.combination import combined
from models.worth.looks import always_valid_rate, evidence
from models.worth.receipt import against
from models.worth.verdict import (
    ERROR_AT_THE_END,
    ERROR_OF_INTERVALS,
    ERROR_OF_LOOKS,
    exact_test,
)
from tests.simulated_quarters import QuarterPlan, Quarters, against_another, simulate

COMPANIES = {
    "usual": QuarterPlan(),
    "a tenth by lot": QuarterPlan(share=0.1),
    "half by lot": QuarterPlan(share=0.5, mean=0.15),
    "few conversions": QuarterPlan(mean=0.03),
    "few conversions, a tenth by lot": QuarterPlan(mean=0.03, share=0.1),
    "worthless": QuarterPlan(skill=None),
    "worthless, a tenth by lot": QuarterPlan(skill=None, share=0.1),
    "worthless, few conversions": QuarterPlan(skill=None, mean=0.03),
    "worthless, leads much alike": QuarterPlan(skill=None, spread=0.2, mean=0.15),
    "worthless, large": QuarterPlan(skill=None, places=120, pool=600),
}
OTHERS = {
    "alike": (QuarterPlan(), 1.0),
    "alike, few conversions": (QuarterPlan(mean=0.03), 1.0),
    "worse": (QuarterPlan(), 0.3),
    "better": (QuarterPlan(), 2.0),
}
"""Another list -> the company, and how far that list follows the true probabilities."""
FIRST = 200
QUARTERS = 4000


def main(words: list[str]) -> None:
    """Simulate every company, and write `results/worth.json`."""
    quarters = int(words[0]) if words else QUARTERS
    lines = [measured(name, plan, quarters) for name, plan in COMPANIES.items()]
    worthless = [one for one in lines if one["company"].startswith("worthless")]
    harness.write(
        "worth",
        {
            "first_quarters": FIRST,
            "quarters": quarters,
            "chance_of_90_percent_in_first": _chance(FIRST, 0.9),
            "chance_of_90_percent_in_all": _chance(quarters, 0.9),
            "most_praise_of_worthless": max(one["praised"] for one in worthless),
            "most_praise_of_worthless_at_once": max(
                one["praised_at_any_look"] for one in worthless
            ),
            "companies": lines,
            "against_other_lists": [other(name, *one) for name, one in OTHERS.items()],
        },
    )


def measured(name: str, plan: QuarterPlan, quarters: int, seed: int = 0) -> dict[str, Any]:
    """Measure coverage and praise on quarters of one company."""
    drawn = simulate(plan, quarters, seed)
    converted, leads = drawn.converted.sum(axis=1), drawn.leads.sum(axis=1)
    size = leads[0, 0]
    _, low, high = combined(converted, leads, [size, -size], ERROR_OF_INTERVALS)
    inside = (low <= drawn.extra) & (drawn.extra <= high)
    at_end = exact_test(converted, leads) <= ERROR_AT_THE_END
    looks = evidence(drawn.converted, drawn.leads).max(axis=1) >= 1.0 / ERROR_OF_LOOKS
    line = {
        "company": name,
        "plan": vars(plan),
        "rates": (converted.mean(axis=0) / leads[0]).round(4).tolist(),
        "covered_in_first": float(inside[:FIRST].mean()),
        "covered": float(inside.mean()),
        "too_high": float((low > drawn.extra).mean()),
        "too_low": float((high < drawn.extra).mean()),
        "praised_in_first": float((at_end | looks)[:FIRST].mean()),
        "praised": float((at_end | looks).mean()),
        "praised_at_any_look": float(looks.mean()),
        "interval_without_looks_above_0": float((low > 0).mean()),
        "at_any_time_covered": float(always_covered(drawn, size).mean()),
    }
    print(line, flush=True)
    return line


def other(name: str, plan: QuarterPlan, skill: float, quarters: int = 1000) -> dict[str, Any]:
    """Measure the comparison with another list."""
    results = []
    for seed in range(quarters):
        rows, truth = against_another(plan, skill, seed)
        one = against(rows, "other")
        inside = one.extra_wins.low <= truth <= one.extra_wins.high
        results.append((inside, one.shown == "more", one.shown == "fewer", truth))
    covered, more, fewer, truth = np.mean(results, axis=0).tolist()
    line = {
        "other_list": name,
        "quarters": quarters,
        "true_extra_wins": truth,
        "covered_in_first": float(np.mean([one[0] for one in results[:FIRST]])),
        "covered": covered,
        "shown_more": more,
        "shown_fewer": fewer,
    }
    print(line, flush=True)
    return line


def always_covered(drawn: Quarters, size: float) -> Any:
    """Mark the quarters whose always-valid interval holds the truth at every look.

    The truth at a look is that of the whole quarter, as weeks of one company are alike.
    """
    converted, leads = np.cumsum(drawn.converted, axis=1), np.cumsum(drawn.leads, axis=1)
    low, high = always_valid_rate(converted, leads, ERROR_OF_INTERVALS / 2.0)
    rate = drawn.extra / size
    below = low[:, :, 0] - high[:, :, 1]
    above = high[:, :, 0] - low[:, :, 1]
    return ((below <= rate[:, None]) & (rate[:, None] <= above)).all(axis=1)


def _chance(quarters: int, rate: float) -> list[float]:
    """Return the range of 95 in 100 rates of so many quarters."""
    return [float(binom.ppf(end, quarters, rate)) / quarters for end in (0.025, 0.975)]


if __name__ == "__main__":
    main(sys.argv[1:])
