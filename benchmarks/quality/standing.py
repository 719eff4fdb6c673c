"""How the model stands against each contender over all lines of the learning curves.

Decided here: a line counts as ahead or behind only beyond noise (see `paired`); the mean difference
is over the lines where both were measured, each data set and size alike. `best_part` is the better
of scorecard and tuned LightGBM in that line, chosen by the test itself, which favours it.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

PARTS = ("scorecard", "tuned_lightgbm")
MEASURES = ("auc", "log_loss")


def standing(lines: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """Count ahead, level and behind, and give the mean difference: per contender and measure.

    >>> line = {"dataset": "a", "rows": 200, "contender": "odoo", "mikomi_log_loss_ahead": {}}
    >>> line["mikomi_auc_ahead"] = {"ahead": 0.1, "se": 0.01, "beyond_noise": 1}
    >>> standing([line | {"mikomi_log_loss_ahead": line["mikomi_auc_ahead"]}])["odoo"]["auc"]
    {'ahead': 1, 'level': 0, 'behind': 0, 'mean': 0.1}
    """
    lines = [line for line in lines if "mikomi_auc_ahead" in line]
    names = dict.fromkeys(line["contender"] for line in lines)
    by_contender = {name: [line for line in lines if line["contender"] == name] for name in names}
    out = {name: {m: _counted(_of(own, m)) for m in MEASURES} for name, own in by_contender.items()}
    if all(part in by_contender for part in PARTS):
        out["best_part"] = {m: _counted(_harder(by_contender, m)) for m in MEASURES}
    return out


def _of(lines: list[dict[str, Any]], measure: str) -> list[dict[str, float]]:
    return [line[f"mikomi_{measure}_ahead"] for line in lines]


def _harder(by_contender: dict[str, list[dict[str, Any]]], measure: str) -> list[dict[str, float]]:
    """Return the difference from the part that is harder to beat, where both were measured."""
    by_place = [{_place(line): line for line in by_contender[part]} for part in PARTS]
    both = [place for place in by_place[0] if place in by_place[1]]
    pairs = [_of([one[place] for one in by_place], measure) for place in both]
    return [min(pair, key=lambda one: one["ahead"]) for pair in pairs]


def _place(line: dict[str, Any]) -> tuple[str, int]:
    return line["dataset"], line["rows"]


def _counted(differences: Iterable[dict[str, float]]) -> dict[str, float]:
    each = list(differences)
    signs = [one["beyond_noise"] for one in each]
    return {
        "ahead": signs.count(1),
        "level": signs.count(0),
        "behind": signs.count(-1),
        "mean": round(float(np.mean([one["ahead"] for one in each])), 5),
    }
