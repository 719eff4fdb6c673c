"""The page of the monitor: what it asks, how often it is wrong, how soon it is right.

Decided here: its figures are read from `benchmarks/results/monitor.json`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from docs.reference import WRITTEN, markdown

RESULTS: Final = Path(__file__).parent.parent / "benchmarks" / "results" / "monitor.json"
_HEAD: Final = """# The monitor

`mikomi monitor` looks whether the world still is as the champion learned it, and whether its
probabilities are still true. It reads the tables that `mikomi ingest` wrote (from a mapping, or
from a server with `--server-database`) and the champion; with `--database`, the server's answers
and the outcomes it received. It writes `monitor.html`, `monitor.ja.html` and `monitor.json` under
`artifacts/<workspace>/monitor`. For a scheduler:

| exit code | means |
| --- | --- |
| 0 | quiet, or not enough to tell |
| 3 | an alarm: see `alarms` in `monitor.json`, each with what was found, expected, and what to do |
| 2 | refused: no champion, tables that do not reach the moment, not a server's database |

## What it asks

"""
_ASKED: Final = (
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
        "a silence that chance gives less often than the rate, even at a rate lower by that factor",
    ),
    (
        "words never taught: values of attributes, activity types",
        "a share shown to have risen by `monitor.unseen_share`",
    ),
)
_MANNER: Final = """
Open leads are compared with leads of the same ages, at the same weekday and hour, that the champion
could learn from. What moves by nature (the month, the age of the lead, counts over an account) is
shown and not tested. Chance draws whole accounts, or leads where there are none, because rows of
one are not independent. A prediction whose horizon is not over is counted and not judged.

The one rate, `monitor.false_alarm_rate`, is of whole runs in which nothing has changed. A season
that training has not seen is a change, and so is a holiday in a short period; retraining is the
usual answer. The scheduler sees how much of today training did not know: `compared.left_out`.

A server counts as it answers: `mikomi_score_tenth_total` (a tenth each, if scores are as in
training), `mikomi_feature_bin_total` beside `mikomi_feature_bin_share`,
`mikomi_scores_unknown_total` and `mikomi_unknown_total`.

"""
_QUIET: Final = """## How often it is wrong

Written by `python -m benchmarks.monitor`, on sample companies whose laws stand still. "By luck" is
the 99 % point of the binomial at the stated rate of {rate:.0%} of runs. An alarm needs size too, so
the test by itself is told beside it: runs whose smallest p-value is at most 5 %, which should be
5 % of them. The last column is the rule of thumb that has no rate: runs in which some tested PSI
exceeds 0.2.

"""
_FOUND: Final = """
## How soon it is right

Days from a change to the first alarm, in {companies} companies each. Leads are all that ever came,
about {share:.0%} of them open. Looked on days 1, 2, 3, 5, 7, 10, 14, 21, ... after the change; the
last change can only be seen when predictions have matured, so it was looked at every 14 days.

"""
_USUAL: Final = """
## The sample company as it is

Learned from its first 12 months, monitored in the 12 after. In its seventh month the opens of
e-mails stopped telling anything and came as often from everyone, so training holds both kinds;
deals get harder, and activities follow the season (the 9th month after is January).

"""


def page() -> str:
    """Tell what is asked, and what the benchmark found."""
    told: Mapping[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    line = told["quiet"][-1]
    companies = told["found"][0]["companies"]
    return (
        WRITTEN
        + _HEAD
        + markdown(["check", "an alarm needs"], [list(one) for one in _ASKED])
        + _MANNER
        + _QUIET.format(rate=told["stated_rate"])
        + markdown(
            [
                *("leads", "open leads", "runs", "with an alarm", "at most, by luck"),
                *("smallest p ≤ 5 %", "some PSI > 0.2"),
            ],
            [_quiet(one) for one in told["quiet"]],
        )
        + _FOUND.format(companies=companies, share=line["open_leads"] / line["leads"])
        + markdown(
            ["change", "leads", "found", "median days", "most days", "first seen by"],
            [_found(one) for one in told["found"]],
        )
        + _USUAL
        + markdown(
            ["months after training", "verdict", "alarms"], [_usual(one) for one in told["usual"]]
        )
    )


def _quiet(one: Mapping[str, Any]) -> list[str]:
    counts = [f"{one[key]:,}" for key in ("leads", "open_leads", "runs", "alarms", "most_by_luck")]
    shares = [f"{one[key]:.1%}" for key in ("drift_p_below_5_percent", "psi_above_0_2")]
    return [*counts, *shares]


def _found(one: Mapping[str, Any]) -> list[str]:
    days = ["-" if one[key] is None else f"{one[key]:g}" for key in ("median_days", "most_days")]
    seen = ", ".join(f"{check} ({count})" for check, count in one["first_by"].items())
    return [
        one["change"],
        f"{one['leads']:,}",
        f"{one['found']} of {one['companies']}",
        *days,
        seen,
    ]


def _usual(one: Mapping[str, Any]) -> list[str]:
    few, rest = one["alarms"][:3], len(one["alarms"][3:])
    return [
        str(one["months_after_training"]),
        one["verdict"],
        ", ".join(few) + (f" and {rest} more" if rest else ""),
    ]
