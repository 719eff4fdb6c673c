"""An evaluation as JSON, and as the flat figures of `dvc metrics`.

Decided here: what is not known (NaN) is null; the page shows no figure that is not in the JSON.
"""

import math
from dataclasses import fields, is_dataclass
from typing import Any

from models.evaluation.evaluation import MODEL, Evaluation


def payload(evaluation: Evaluation) -> dict[str, Any]:
    """Turn an evaluation into plain JSON values."""
    values: dict[str, Any] = plain(evaluation)
    return values | {"suspects": plain(evaluation.suspects)}


def plain(value: Any) -> Any:
    """Turn records, mappings and tuples into plain JSON values; NaN becomes None.

    A field's key is its name, or `key` of its metadata where the JSON has another.

    >>> plain({"a": (1.0, float("nan"))})
    {'a': [1.0, None]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.metadata.get("key", one.name): plain(getattr(value, one.name))
            for one in fields(value)
        }
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def flat(evaluation: Evaluation) -> dict[str, Any]:
    """Return what `dvc metrics` compares: the model's figures, the verdict, gains on baselines."""
    figures = evaluation.figures[MODEL]
    metrics: dict[str, Any] = {name: figures[name].value for name in figures}
    metrics |= {
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
        metrics |= {
            "segments_asked": len(judged),
            "segments_earned": sum(one.earns for one in judged),
        }
    gains = {
        other: {m: evaluation.comparison(other, m).gain.value for m in ("auc", "log_loss")}
        for other in evaluation.figures
        if other != MODEL
    }
    values: dict[str, Any] = plain(metrics | {"gain_on": gains})
    return values
