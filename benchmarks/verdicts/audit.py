"""Whether `mikomi audit` names what is planted in a score, and leaves honest scores alone.

Decided here: companies of leads and outcomes whose laws are known (`tests.incumbent_scores`), with
a score that has one planted fault, or none. A fault counts as named if its own check fails. Honest
scores differ in size, strength, form (points, grades, probabilities) and habits; every warning and
every failed check on them is counted.
"""

import sys
from typing import Any

from benchmarks import harness
from models.audit.checks.catalogue import CHECKS
from tests.incumbent_scores import PLANTS, case, clean, company

LEADS = 2500
SEEDS = 10
CLEAN = 20


def main(_words: list[str]) -> None:
    """Plant every fault in companies, audit honest scores, and write `results/audit.json`."""
    harness.write("audit", {"planted": planted(), "honest": honest(), "leads": LEADS})


def planted() -> list[dict[str, Any]]:
    """Count in how many companies each planted fault is named by its check."""
    lines = []
    for name, (code, plant, meaning) in PLANTS.items():
        answers = [
            alarms(case(one, plant(one, seed), meaning))
            for seed in range(SEEDS)
            for one in (company(LEADS, seed),)
        ]
        named = sum(answer.get(code) == "fail" for answer in answers)
        others = sum(len(set(answer) - {code}) for answer in answers)
        lines.append(
            {"fault": name, "check": code, "companies": SEEDS, "named": named, "others": others}
        )
        print(lines[-1], flush=True)
    return lines


def honest() -> dict[str, Any]:
    """Count the warnings on honest scores, in rounds of twenty."""
    rounds = []
    for seed in range(SEEDS // 2):
        answers = {n: alarms(case(*clean(n, seed))) for n in range(CLEAN)}
        raised = [f"{n}: {code} {answer}" for n, a in answers.items() for code, answer in a.items()]
        rounds.append({"scores": CLEAN, "warnings": len(raised), "which": raised})
        print(rounds[-1], flush=True)
    return {"rounds": rounds, "most_in_a_round": max(one["warnings"] for one in rounds)}


def alarms(audited: Any) -> dict[str, str]:
    """Return the checks that warn or fail, with their answer."""
    answers = (check.answer(audited) for check in CHECKS)
    return {one.code: one.answer for one in answers if one.answer in ("warn", "fail")}


if __name__ == "__main__":
    main(sys.argv[1:])
