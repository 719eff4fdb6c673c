"""The page of the monitor: what it checks, its false alarms, and how soon it detects a change.

Decided here: its figures are read from `benchmarks/results/monitor.json`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docs.reference import WRITTEN, markdown

RESULTS: Final = Path(__file__).parent.parent / "benchmarks" / "results" / "monitor.json"
_HEAD: Final = """# The monitor

`mikomi monitor` checks whether today's leads still resemble those that the champion learned from,
and whether its probabilities are still true. It reads the tables that `mikomi ingest` wrote (from a
mapping, or from a server with `--server-database`) and the champion; with `--database` also the
server's answers and the outcomes that it received. It writes `monitor.html`, `monitor.ja.html` and
`monitor.json` under `artifacts/<workspace>/monitor`. Exit codes, for a scheduler:

| exit code | means |
| --- | --- |
| 0 | no alarm, or too little data to decide |
| 3 | an alarm: `alarms` in `monitor.json` lists what was found, what was expected, what to do |
| 2 | refused: no champion, tables that end before the moment, or a database that is no server's |

## What it checks

"""
_CHECKS: Final = (
    (
        "feature drift among all open leads and among new ones; score drift, by segment too",
        "a p-value within the rate, over all comparisons of the run, *and* a PSI of `monitor.psi` "
        "beyond what chance gives",
    ),
    (
        "calibration of predictions whose horizon is over: all, by month, band and segment",
        "observed over expected conversions shown to lie outside `monitor.calibration_factor`",
    ),
    (
        "volume of activities by type, and of all types by segment",
        "observed over expected shown to lie outside `monitor.volume_factor`",
    ),
    (
        "silence of an activity type",
        "a silence that chance gives less often than the rate, even if the type were less frequent "
        "by that factor",
    ),
    (
        "unknown values: values of attributes and activity types that training did not have",
        "a share shown to have risen by `monitor.unseen_share`",
    ),
)
_METHOD: Final = """
Open leads are compared with leads of the same ages, at the same weekday and hour, that the champion
could learn from. Features that move by nature (the month, the age of the lead, counts over an
account) are shown and not tested. Permutations redraw whole accounts, or leads where there are no
accounts, because the rows of one account are not independent. A prediction whose horizon is not
over is counted and not judged.

The one rate, `monitor.false_alarm_rate`, is the share of whole runs with an alarm while nothing has
changed. A season that is not in the training data is a change, and so is a holiday in a short
period; retraining is the usual answer. `compared.left_out` states how much of today's data training
did not know.

The server exports counters while it answers: `mikomi_score_tenth_total` (a tenth each if scores are
as in training), `mikomi_feature_bin_total` beside `mikomi_feature_bin_share`,
`mikomi_scores_unknown_total` and `mikomi_unknown_total`.

"""
_QUIET: Final = """## False alarms

Written by `python -m benchmarks monitor`, on sample companies whose laws do not change. "By luck"
is the 99 % point of the binomial at the stated rate of {rate:.0%} of runs. An alarm needs a large
change too, so the test alone is shown beside it: runs whose smallest p-value is at most 5 %, which
should be 5 % of them. The last column is the rule of thumb that has no rate: runs in which some
tested PSI exceeds 0.2.

"""
_DETECTED: Final = """
## Time to detection

Days from a change to the first alarm, in {companies} companies each. "Leads" counts all leads that
ever came; about {share:.0%} of them are open. The monitor ran on days 1, 2, 3, 5, 7, 10, 14, 21,
... after the change. The last change shows only when predictions have matured, so for it the
monitor ran every 14 days.

"""
_USUAL: Final = """
## The unchanged sample company

Trained on its first 12 months and monitored in the 12 after. In its seventh month the opens of
e-mails stopped carrying information and came equally often from everyone, so the training data hold
both kinds; deals get harder, and activities follow the season (the 9th month after is January).

"""


def page() -> str:
    """Return the page: the checks, and the results of the benchmark."""
    results: Mapping[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    line = results["quiet"][-1]
    companies = results["found"][0]["companies"]
    return (
        WRITTEN
        + _HEAD
        + markdown(["check", "an alarm needs"], [list(check) for check in _CHECKS])
        + _METHOD
        + _QUIET.format(rate=results["stated_rate"])
        + markdown(
            [
                *("leads", "open leads", "runs", "with an alarm", "at most, by luck"),
                *("smallest p ≤ 5 %", "some PSI > 0.2"),
            ],
            [_quiet(line) for line in results["quiet"]],
        )
        + _DETECTED.format(companies=companies, share=line["open_leads"] / line["leads"])
        + markdown(
            ["change", "leads", "detected", "median days", "most days", "first check to detect it"],
            [_detected(line) for line in results["found"]],
        )
        + _USUAL
        + markdown(
            ["months after training", "verdict", "alarms"],
            [_usual(line) for line in results["usual"]],
        )
    )


def _quiet(line: Mapping[str, Any]) -> list[str]:
    counts = [f"{line[key]:,}" for key in ("leads", "open_leads", "runs", "alarms", "most_by_luck")]
    shares = [f"{line[key]:.1%}" for key in ("drift_p_below_5_percent", "psi_above_0_2")]
    return [*counts, *shares]


def _detected(line: Mapping[str, Any]) -> list[str]:
    days = ["-" if line[key] is None else f"{line[key]:g}" for key in ("median_days", "most_days")]
    first = ", ".join(f"{check} ({count})" for check, count in line["first_by"].items())
    return [
        line["change"],
        f"{line['leads']:,}",
        f"{line['found']} of {line['companies']}",
        *days,
        first,
    ]


def _usual(line: Mapping[str, Any]) -> list[str]:
    few, rest = line["alarms"][:3], len(line["alarms"][3:])
    return [
        str(line["months_after_training"]),
        line["verdict"],
        ", ".join(few) + (f" and {rest} more" if rest else ""),
    ]
