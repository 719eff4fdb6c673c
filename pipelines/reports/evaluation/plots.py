"""The tables behind the figures, as `dvc plots` reads them: one CSV a figure."""

from collections.abc import Mapping

import pandas as pd

from models.evaluation.evaluation import MODEL, Evaluation


def tables(evaluation: Evaluation) -> Mapping[str, pd.DataFrame]:
    """Return file name -> table."""
    return {
        "reliability": pd.DataFrame(list(evaluation.reliability)).rename(
            columns={"predicted": "given"}
        ),
        "gain": _curves(evaluation, "gain", ("taken", "captured")),
        "lift": _curves(evaluation, "lift", ("taken", "lift")),
        "roc": _curves(evaluation, "roc", ("others_taken", "captured")),
        "precision_recall": _curves(evaluation, "precision_recall", ("captured", "precision")),
        "spread": _spread(evaluation),
        "learning_curve": _learning(evaluation),
        "figures": _figures(evaluation),
    }


def _curves(evaluation: Evaluation, kind: str, columns: tuple[str, str]) -> pd.DataFrame:
    parts = []
    for name, ranking in evaluation.rankings.items():
        curve = getattr(ranking, kind)
        parts.append(pd.DataFrame({columns[0]: curve.x, columns[1]: curve.y, "prediction": name}))
    return pd.concat(parts, ignore_index=True)


def _spread(evaluation: Evaluation) -> pd.DataFrame:
    spread = evaluation.spread
    return pd.DataFrame(
        {
            "log_odds_from": spread.edges[:-1],
            "converted": spread.converted,
            "others": spread.others,
        }
    )


def _learning(evaluation: Evaluation) -> pd.DataFrame:
    rows = [
        (point.leads, point.conversions, point.auc.value, point.log_loss.value, point.lightgbm_auc)
        for point in evaluation.learning_curve
    ]
    columns = ["leads", "conversions", "auc", "log_loss", "lightgbm_auc"]
    return pd.DataFrame(rows, columns=columns)


def _figures(evaluation: Evaluation) -> pd.DataFrame:
    rows = [
        (name, metric, one.value, one.low, one.high, name == MODEL)
        for name, figures in evaluation.figures.items()
        for metric, one in figures.items()
    ]
    return pd.DataFrame(rows, columns=["prediction", "metric", "value", "low", "high", "model"])
