"""How often the monitor is wrong, and how soon it is right, on companies whose laws are known.

Decided here: a champion is taught by one company that stands still; every run monitors another.
`quiet` runs have no change at all: the share of them with an alarm must not exceed the stated rate
beyond the luck of so many runs (the 99 % point of the binomial). To see more than the far tail, the
share of runs whose smallest p-value is at most 5 % is told too, and what becomes of both when rows
are taken for independent. `found` runs have one change, on a known day, and are monitored on days
after it until the first alarm. `usual` is the sample company with its own seasons and drift.

Run a part by itself as `python -m benchmarks.verdicts.monitor quiet`, or one size of it as
`... quiet 300`; what was not run is kept.
"""

import json
import statistics
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.stats import binom

from benchmarks import harness
from models.monitoring.findings import MonitorReport
from models.monitoring.settings import MonitorSettings
from pipelines.sample import SampleSettings, make
from tests.monitored import LEARNED_MONTH, champion, day, taught_by, watched
from tests.still_companies import Plant, company

SETTINGS = MonitorSettings()
RUNS = {300: 200, 1000: 200, 3000: 200}
"""Leads that ever came -> runs."""
COMPANIES = 8
CHANGE = LEARNED_MONTH + 2
DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 56, 70, 84)
LATE_DAYS = tuple(range(28, 281, 14))
PLANTS = {
    "page views twice as often": Plant(CHANGE, touch="page_view", rate=2.0),
    "page views half as often": Plant(CHANGE, touch="page_view", rate=0.5),
    "no e-mail opens arrive any more": Plant(CHANGE, touch="email_open", rate=0.0),
    "half of the new leads come from one source": Plant(CHANGE, source=5),
    "deals opened and won half as often": Plant(CHANGE, deals=0.5),
}
SIZES = (1000, 3000)
SEED = 10_000


def main(words: list[str]) -> None:
    """Run the parts, all by default, and write `results/monitor.json`."""
    parts = {"quiet": quiet, "found": changed, "usual": usual}
    sizes = [int(word) for word in words if word.isdigit()]
    for name in [word for word in words if not word.isdigit()] or parts:
        keep(name, parts[name](sizes), sizes)


def keep(name: str, lines: list[dict[str, Any]], sizes: list[int]) -> None:
    """Write the results beside those of other parts and sizes."""
    path = harness.RESULTS / "monitor.json"
    content: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    content |= {"stated_rate": SETTINGS.false_alarm_rate, "settings": vars(SETTINGS)}
    unchanged = [one for one in content.get(name, []) if sizes and one["leads"] not in sizes]
    content[name] = sorted([*unchanged, *lines], key=lambda one: one.get("leads", 0))
    harness.write("monitor", content)


def quiet(sizes: list[int]) -> list[dict[str, Any]]:
    """Monitor companies in which nothing changes."""
    lines = []
    for leads in sizes or RUNS:
        runs = RUNS[leads]
        reports = [
            watched(company(leads, SEED + n, CHANGE).tables(), day(CHANGE)) for n in range(runs)
        ]
        alarms = sum(one.verdict == "alarm" for one in reports)
        checks = Counter(alarm.check for one in reports for alarm in one.alarms)
        small = [_smallest(one) <= 0.05 for one in reports]
        lines.append(
            {
                "leads": leads,
                "open_leads": round(statistics.mean(one.compared.leads for one in reports)),
                "runs": runs,
                "questions": round(statistics.mean(len(one.drift) for one in reports)),
                "alarms": alarms,
                "rate": alarms / runs,
                "most_by_luck": int(binom.ppf(0.99, runs, SETTINGS.false_alarm_rate)),
                "checks": dict(checks),
                "drift_p_below_5_percent": sum(small) / runs,
                "psi_above_0_2": sum(_large(one) for one in reports) / runs,
            }
        )
        print(lines[-1], flush=True)
    return lines


def changed(sizes: list[int]) -> list[dict[str, Any]]:
    """Monitor companies in which one thing changes, on days after it."""
    lines = []
    for name, plant in PLANTS.items():
        for leads in sizes or SIZES:
            days = LATE_DAYS if plant.deals != 1.0 else DAYS
            ends = CHANGE + 1 + max(days) // 28
            firsts = [_delay(leads, SEED + n, (plant, days, ends)) for n in range(COMPANIES)]
            delays = [delay for delay, _ in firsts if delay is not None]
            lines.append(
                {
                    "change": name,
                    "leads": leads,
                    "companies": COMPANIES,
                    "found": len(delays),
                    "median_days": statistics.median(delays) if delays else None,
                    "most_days": max(delays, default=None),
                    "first_by": dict(Counter(check for _, check in firsts if check)),
                    "looked_on_days": [days[0], days[-1]],
                }
            )
            print(lines[-1], flush=True)
    return lines


def usual(_sizes: list[int]) -> list[dict[str, Any]]:
    """Monitor the sample company as it is, with seasons and drift of its own, month by month."""
    tables = make(SampleSettings(4000, 7)).tables()
    model = taught_by(tables)
    lines = []
    for month in range(LEARNED_MONTH + 1, 25):
        one = watched(tables, day(month), SETTINGS, model)
        lines.append(
            {
                "months_after_training": month - LEARNED_MONTH,
                "verdict": one.verdict,
                "left_out": round(one.compared.left_out, 3),
                "alarms": [f"{alarm.check}: {alarm.what}" for alarm in one.alarms],
            }
        )
        print(lines[-1], flush=True)
    return lines


def _smallest(one: MonitorReport) -> float:
    return float(np.nanmin([result.p_value for result in one.drift]))


def _large(one: MonitorReport) -> bool:
    return any(result.psi > 0.2 for result in one.drift if not np.isnan(result.p_value))


def _delay(
    leads: int, seed: int, when: tuple[Plant, tuple[int, ...], int]
) -> tuple[int | None, str]:
    """Return on which day after the change the first alarm came, and which check raised it."""
    plant, days, ends = when
    tables = company(leads, seed, ends, plant).tables()
    for after in days:
        one = watched(tables, day(CHANGE, after), replace(SETTINGS, seed=after))
        if one.alarms:
            return after, one.alarms[0].check
    return None, ""


if __name__ == "__main__":
    champion()
    main(sys.argv[1:])
