"""Whether contact value holds: a real test by lot, planted effects, worlds without any, and a gate.

    python -m benchmarks.verdicts.contact [PARTS]

Decided here: parts with seeds that nothing was developed on.

- `hillstrom`: the women's mail against none, visits; learned on a random half, judged on the other
  by the plain difference of both arms, five times;
- `planted`: the sample company with planted effects; extra wins of the calls that the estimate
  chooses over those of one who knows every effect;
- `nothing`: worlds simulated directly as rows of the estimate (`tests.simulated_contacts`), without
  any effect; how often the answer is "unknown" or "none";
- `gate`, `larger_gate`: the sample company where an old grade decides who is called; calibration
  on leads that were not called against what they would have done, with and without empty labels.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks import harness
from benchmarks.verdicts.contact_gate import gated
from features.timeline import HOUR, from_moments
from models.contact.contact_value import contact_value
from models.contact.cross_fit import cross_fit, fitted
from models.contact.effect_model import out_of_fold
from models.contact.lead_effects import lead_effects
from models.contact.policy import top
from models.contact.rows import ContactRows, Flags, Floats
from pipelines import sample
from pipelines.sample.answers import truth_at
from pipelines.sample.contact_test import AGE_HOURS, contact_test
from pipelines.sample.facets.attribute_values import AGE_BRACKET, CATEGORIES
from tests.simulated_contacts import ContactPlan, world

SPLITS: Final = 5
FIRST_SEED: Final = 1000
WORLDS: Final = 100
LEADS: Final = 200_000
_COLUMNS: Final = ("recency", "history", "mens", "womens", "zip_code", "newbie", "channel")
NOTHING: Final = {
    "half by lot": ContactPlan(),
    "a tenth by lot": ContactPlan(leads=3000, chance=0.1, base=-2.5),
    "accounts of three leads, few conversions": ContactPlan(base=-3.5, per_account=3.0),
}


def main(words: list[str]) -> None:
    """Measure the parts, and write `results/contact.json`; other parts stay as they were."""
    parts: dict[str, Callable[[], Any]] = {
        "hillstrom": hillstrom,
        "planted": planted,
        "nothing": nothing,
        "gate": gated,
        "larger_gate": partial(gated, 40_000, FIRST_SEED + 1),
    }
    file = harness.RESULTS / "contact.json"
    stored = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    known = {name: stored[name] for name in parts if name in stored}
    for name in words or parts:
        known[name] = parts[name]()
        print(name, known[name], flush=True)
        harness.write("contact", known, "scikit-learn")


def hillstrom() -> dict[str, Any]:
    """Measure the share of the extra visits that the top fifth holds."""
    columns, mailed, visit = hillstrom_test()
    lines = []
    for seed in range(FIRST_SEED, FIRST_SEED + SPLITS):
        half = np.random.default_rng(seed).random(len(columns)) < 0.5
        rows = ContactRows(
            columns[half].reset_index(drop=True),
            mailed[half],
            visit[half],
            np.arange(int(half.sum())),
            np.full(int(half.sum()), mailed.mean()),
        )
        effects = cross_fit(rows, seed)
        effect = lead_effects(rows, effects).of(columns[~half])["effect"].to_numpy()
        every = effects.columns.indicators(columns)
        response = fitted(every, visit, half, ~half)
        anyone = np.random.default_rng(seed).random(int((~half).sum()))
        orders = {"contact_value": effect, "probability": response, "anyone": anyone}
        judged = (mailed[~half], visit[~half])
        lines.append({name: share_of(order, *judged) for name, order in orders.items()})
    means = {name: float(np.mean([one[name] for one in lines])) for name in lines[0]}
    spread = {name: float(np.std([one[name] for one in lines], ddof=1)) for name in lines[0]}
    return {"splits": lines, "mean": means, "standard_deviation": spread, "customers": len(columns)}


def hillstrom_test() -> tuple[pd.DataFrame, Flags, Floats]:
    """Return the columns of every customer, who got the mail, and who visited."""
    folder = Path(os.environ["MIKOMI_DATA"]) / "hillstrom"
    frame = pd.read_csv(folder / "hillstrom.csv.gz")
    frame = frame[frame["segment"].isin(["Womens E-Mail", "No E-Mail"])].reset_index(drop=True)
    frame = frame.astype({"mens": "str", "womens": "str", "newbie": "str"})
    mailed = (frame["segment"] != "No E-Mail").to_numpy()
    return frame[list(_COLUMNS)], mailed, frame["visit"].to_numpy(np.float64)


def share_of(order: Floats, mailed: Flags, visit: Floats, share: float = 0.2) -> float:
    """Return the share of all extra visits that the first of an order hold."""
    first = top(order, share)
    return float(share * _more(first, mailed, visit) / _more(first | True, mailed, visit))


def _more(rows: Flags, mailed: Flags, visit: Floats) -> float:
    return float(visit[rows & mailed].mean() - visit[rows & ~mailed].mean())


def planted(leads: int = LEADS, seed: int = FIRST_SEED) -> dict[str, Any]:
    """Measure the extra wins of the calls that the estimate chooses, over those of an oracle."""
    rows, true, without = planted_world(leads, seed)
    effect = out_of_fold(cross_fit(rows))
    done = contact_value(rows, len(rows))
    lines = []
    for line in done.policy:
        best = true[top(true, line.share)].sum()
        chosen = true[top(effect, line.share)].sum()
        lines.append(
            {
                "share": line.share,
                "of_oracle": float(chosen / best),
                "probability_of_oracle": float(true[top(without, line.share)].sum() / best),
                "true_extra_wins": float(chosen),
                "estimated": vars(line.by_effect),
                "range_holds_truth": bool(line.by_effect.low <= chosen <= line.by_effect.high),
            }
        )
    every = float(true[effect > 0.0].sum() / true[true > 0.0].sum())
    return {
        "leads": len(rows),
        "conversions": int(rows.label.sum()),
        "answer": done.verdict.answer,
        "mean_effect": vars(done.verdict.mean),
        "true_mean_effect": float(true.mean()),
        "as_many_as_it_helps_of_oracle": every,
        "anyone_of_oracle": float(true.sum() / true[true > 0.0].sum()),
        "calls": lines,
    }


def planted_world(leads: int, seed: int) -> tuple[ContactRows, Floats, Floats]:
    """Return a test in a sample company, the true effect of each call, and the odds without it."""
    company = sample.make(sample.SampleSettings(leads, seed))
    keys = _at_age(company, AGE_HOURS)
    test = contact_test(company, truth_at(company, keys).dropna())
    lead = company.lead_ids.get_indexer(pd.Index(test.frame["lead_id"]))
    codes = company.people.codes
    frame = pd.DataFrame(
        {one.name: codes[one.name][lead].astype(str) for one in CATEGORIES if one != AGE_BRACKET}
    )
    rows = ContactRows(
        frame,
        test.frame["contacted"].to_numpy() == 1,
        test.frame["converted"].to_numpy(np.float64),
        company.people.account[lead].astype(np.int64),
        test.frame["chance"].to_numpy(np.float64),
    )
    return rows, test.with_contact - test.without, test.without


def planted_test(leads: int, seed: int) -> tuple[ContactRows, Floats]:
    """Return the same without the odds."""
    return planted_world(leads, seed)[:2]


def nothing(worlds: int = WORLDS) -> dict[str, Any]:
    """Count the answers in worlds without any effect."""
    lines = {}
    for name, plan in NOTHING.items():
        answers = Counter(
            contact_value(world(plan, FIRST_SEED + number).rows, plan.leads).verdict.answer
            for number in range(worlds)
        )
        lines[name] = {"worlds": worlds, "answers": dict(answers), "plan": vars(plan)}
        print(name, dict(answers), flush=True)
    return lines


def _at_age(company: sample.SampleCompany, hours: int) -> pd.DataFrame:
    at = from_moments(company.people.created_at + hours * HOUR)
    return pd.DataFrame({"lead_id": company.lead_ids.astype("str"), "cutoff": at})


if __name__ == "__main__":
    main(sys.argv[1:])
