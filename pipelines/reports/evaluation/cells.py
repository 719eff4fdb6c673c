"""The cells of the report: numbers as a person reads them, with their place in the JSON."""

import math
from typing import Any, Final

import numpy as np

from features.timeline import from_moments
from models.evaluation.comparisons import UNKNOWN
from models.evaluation.evaluation import MODEL, Evaluation
from models.stats.metrics import Interval
from models.stats.split_plan import Part
from pipelines.reports.evaluation.figures import RANKS, part_name, parts
from pipelines.reports.evaluation.words import (
    GROUNDS,
    METRICS,
    PARTS,
    PREDICTIONS,
    Language,
    named,
    phrase,
)

_DIGITS: Final = {"lift_at_10": 2, "brier": 4, "log_loss": 4, "ece": 4}
_SHARES: Final = frozenset({"capture_at_20"})
_RANKED: Final = frozenset({"auc", "average_precision", "lift_at_10", "capture_at_20"})
MOST_SINGLES: Final = 10
NOTHING: Final = "–"


def written(metric: str, value: float) -> str:
    """Write a figure with the digits that its metric deserves.

    >>> written("auc", 0.84251), written("capture_at_20", 0.613), written("auc", float("nan"))
    ('0.843', '61.3 %', '–')
    """
    if math.isnan(value):
        return NOTHING
    if metric in _SHARES:
        return share(value)
    return f"{value:.{_DIGITS.get(metric, 3)}f}"


def share(value: float | None) -> str:
    """Write a share in per cent.

    >>> share(0.052), share(None)
    ('5.2 %', '–')
    """
    if value is None or math.isnan(value):
        return NOTHING
    return f"{100 * value:.{2 if value < 0.01 else 1}f} %"  # noqa: PLR2004 (below 1 %: finer)


def cell(metric: str, one: Interval, key: str = "") -> dict[str, str]:
    """Make a cell: value, interval, place in the JSON."""
    known = not math.isnan(one.low)
    ends = f"{written(metric, one.low)} – {written(metric, one.high)}" if known else ""
    return {"value": written(metric, one.value), "interval": ends, "key": key}


def tested(evaluation: Evaluation, language: Language) -> str:
    """Say on what the model was judged."""
    test = evaluation.test
    return phrase(
        "tested", language, rows=f"{test.rows:,}", leads=f"{test.leads:,}",
        conversions=f"{test.conversions:,}", first=date(test.first_cutoff),
        last=date(test.last_cutoff), horizon=f"{evaluation.horizon_days:g}",
    )  # fmt: skip


def date(moment: int | None) -> str:
    """Write the day of a moment (UTC)."""
    return NOTHING if moment is None else f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"


def tiles(evaluation: Evaluation, language: Language) -> list[dict[str, str]]:
    """Give the headline figures."""
    told = evaluation.figures[MODEL]
    found = [
        {
            "key": "test.base_rate",
            "value": share(evaluation.test.base_rate),
            "words": phrase("tile_base_rate", language),
            "note": "",
        }
    ]
    shown = {"auc": "tile_auc", "lift_at_10": "tile_lift", "capture_at_20": "tile_capture"}
    for metric, words in shown.items():
        made = cell(metric, told[metric], f"figures.{MODEL}.{metric}")
        tile = {"key": made["key"], "value": made["value"], "note": made["interval"]}
        found.append(tile | {"words": phrase(words, language)})
    floor = f"{written('ece', evaluation.floor.mean)} – {written('ece', evaluation.floor.high)}"
    ece = {"key": f"figures.{MODEL}.ece", "value": written("ece", told["ece"].value)}
    return [*found, ece | {"words": phrase("tile_ece", language), "note": floor}]


def calibration(evaluation: Evaluation, language: Language) -> str:
    """Say how far the probabilities can be believed."""
    told = {"mean": evaluation.floor.mean, "high": evaluation.floor.high}
    told["ece"] = evaluation.figures[MODEL]["ece"].value
    written_ = {key: written("ece", value) for key, value in told.items()}
    return phrase("p_calibration", language, **written_)


def comparison(evaluation: Evaluation, language: Language) -> list[dict[str, Any]]:
    """Give one row a prediction, the model first."""
    rows = []
    for name in sorted(evaluation.figures, key=lambda one: RANKS.get(one, len(RANKS))):
        told = evaluation.figures[name]
        shown = {m: told[m] for m in METRICS}
        if name == "base_rate":
            shown |= {m: Interval(shown[m].value, math.nan, math.nan) for m in _RANKED}
        rows.append(
            {
                "name": named(name, PREDICTIONS, language),
                "model": name == MODEL,
                "cells": [cell(m, shown[m], f"figures.{name}.{m}") for m in METRICS],
                "better": _better(evaluation, name),
            }
        )
    return rows


def _better(evaluation: Evaluation, name: str) -> str:
    if name == MODEL:
        return ""
    found = (evaluation.comparison(name, m).better_share for m in ("auc", "log_loss"))
    return " / ".join(NOTHING if math.isnan(one) else f"{100 * one:.0f} %" for one in found)


def groups(evaluation: Evaluation, key: str, language: Language) -> list[dict[str, Any]]:
    """Give one row a part of the test."""
    return [
        {
            "name": part_name(evaluation, key, group.name, language),
            "cells": [
                _plain(f"{group.rows:,}"),
                _plain(f"{group.leads:,}"),
                _plain(f"{group.conversions:,}"),
                _plain(share(group.base_rate)),
                _plain(share(group.mean_probability)),
                cell("auc", group.auc),
                cell("lift_at_10", group.lift_at_10),
            ],
        }
        for group in parts(evaluation)[key]
    ]


def _plain(value: str) -> dict[str, str]:
    return cell("auc", UNKNOWN) | {"value": value}


def singles(evaluation: Evaluation, language: Language) -> list[dict[str, str]]:
    """Give the suspects, then the strongest single features."""
    named_ = evaluation.suspects
    others = tuple(one for one in evaluation.singles if not one.grounds)
    return [
        {
            "name": one.feature,
            "auc": written("auc", one.auc),
            "filled": f"{share(one.filled_converted)} / {share(one.filled_others)}",
            "grounds": "; ".join(named(ground, GROUNDS, language) for ground in one.grounds),
        }
        for one in (*named_, *others)[: max(MOST_SINGLES, len(named_))]
    ]


def _outcome(part: Part) -> tuple[str, str]:
    if part.name == "not_matured":
        return NOTHING, NOTHING
    return f"{part.conversions:,}", share(part.base_rate)


def splits(evaluation: Evaluation, language: Language) -> list[list[str]]:
    """Give one row a part of the split."""
    if evaluation.plan is None:
        return []
    return [
        [
            named(part.name, PARTS, language),
            date(part.first_cutoff),
            date(part.last_cutoff),
            f"{len(part.cutoffs):,}",
            f"{part.rows:,}",
            f"{part.leads:,}",
            *_outcome(part),
        ]
        for part in evaluation.plan.parts
    ]
