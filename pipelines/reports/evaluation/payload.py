"""An evaluation as JSON, and as the flat figures of `dvc metrics`.

Decided here: what cannot be told (NaN) is null; the page shows no figure that is not in the JSON.
"""

import math
from dataclasses import asdict, is_dataclass
from typing import Any

from models.evaluation.evaluation import MODEL, Evaluation


def payload(evaluation: Evaluation) -> dict[str, Any]:
    """Turn an evaluation into plain JSON values."""
    found: dict[str, Any] = plain(evaluation)
    return found | {"suspects": plain(evaluation.suspects)}


def plain(value: Any) -> Any:
    """Turn records, mappings and tuples into plain JSON values; NaN becomes None.

    >>> plain({"a": (1.0, float("nan"))})
    {'a': [1.0, None]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(one) for key, one in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def flat(evaluation: Evaluation) -> dict[str, Any]:
    """Give what `dvc metrics` compares: the model's figures, the verdict, gains on baselines."""
    figures = evaluation.figures[MODEL]
    told: dict[str, Any] = {name: figures[name].value for name in figures}
    told |= {
        "auc_low": figures["auc"].low,
        "auc_high": figures["auc"].high,
        "ece_floor": evaluation.floor.high,
        "base_rate": evaluation.test.base_rate,
        "test_rows": evaluation.test.rows,
        "test_conversions": evaluation.test.conversions,
        "suspects": len(evaluation.suspects),
        "verdict": evaluation.verdict,
    }
    if evaluation.own_models is not None:
        judged = evaluation.own_models.segments
        told |= {"segments_asked": len(judged), "segments_earned": sum(one.earns for one in judged)}
    gains = {
        other: {m: evaluation.comparison(other, m).gain.value for m in ("auc", "log_loss")}
        for other in evaluation.figures
        if other != MODEL
    }
    found: dict[str, Any] = plain(told | {"gain_on": gains})
    return found
