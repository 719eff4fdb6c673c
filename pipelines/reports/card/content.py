"""The card as plain data, without words of a language except those that both languages carry.

Decided here: what a card holds, and in which order. Moments are ISO texts; what cannot be told is
null. It holds names of columns and of segments, counts and figures, and never a row.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from features.catalog.reserved import OWNER
from features.timeline import from_moments
from models.artifact.artifact import Artifact
from models.evaluation.evaluation import MODEL
from pipelines.reports.card.limits import limits
from pipelines.storage.partitions import Manifest

FORMAT: Final = 1
MOST_FEATURES: Final = 15
JUDGED: Final = ("auc", "log_loss", "brier", "ece", "lift_at_10", "capture_at_20")


@dataclass(frozen=True)
class Sources:
    """What a card is made from: all of one model.

    `evaluation` is the report's JSON, `leaks` the answers of the leak checks, `promotion` what
    `promote` decided, `said` what the owner says about the model.
    """

    artifact: Artifact
    evaluation: dict[str, Any]
    leaks: list[dict[str, Any]]
    promotion: dict[str, Any]
    manifest: Manifest
    snapshots: pd.DataFrame
    cohort: dict[str, Any]
    said: dict[str, Any]


def card(found: Sources) -> dict[str, Any]:
    """Put the card together."""
    told = {
        "format": FORMAT,
        "name": found.manifest.name,
        "model": found.artifact.fingerprint,
        "said": found.said,
        "promotion": _promotion(found),
        "recalibration": None,
        "target": _target(found),
        "data": _data(found),
        "features": _features(found),
        "verdict": found.evaluation["verdict"],
        "figures": _figures(found.evaluation),
        "gains": _gains(found.evaluation),
        "calibration": _calibration(found),
        "leaks": [_leak(one, found.promotion["allowed_leaks"]) for one in found.leaks],
        "segments": _segments(found.evaluation),
        "own_models": found.evaluation["own_models"],
        "labels": found.evaluation["labels"],
        "thresholds": _thresholds(found),
        "protected": found.evaluation["protected"],
    }
    return told | {"limits": limits(told)}


def _promotion(found: Sources) -> dict[str, Any]:
    """Say what was decided, by whom, and why."""
    decided = found.promotion
    return {
        "version": decided["version"],
        "promoted": decided["promoted"],
        "champion": decided["champion"],
        "by": found.said["owner"],
        "grounds": list(decided["grounds"]),
    }


def _target(found: Sources) -> dict[str, Any]:
    return {
        "outcome": found.cohort["outcome"],
        "horizon_days": found.cohort["horizon_days"],
        "repeat": found.cohort["repeat"],
        "cohort": found.cohort,
    }


def _data(found: Sources) -> dict[str, Any]:
    manifest, snapshots = found.manifest, found.snapshots
    matured = int(snapshots["label"].notna().sum())
    return {
        "observed_until": manifest.observed_until,
        "rows": dict(manifest.rows),
        "inputs": {one.source: one.sha256 for one in manifest.inputs},
        "assumptions": [words.model_dump() for words in manifest.assumptions],
        "snapshots": len(snapshots),
        "matured": matured,
        "learning": _counted(found.evaluation["learning"]),
        "test": _counted(found.evaluation["test"]),
    }


def _counted(part: dict[str, Any]) -> dict[str, Any]:
    ends = from_moments(np.array([part["first_cutoff"], part["last_cutoff"]]))
    first, last = (moment.isoformat() for moment in ends)
    return part | {"first_cutoff": first, "last_cutoff": last}


def _features(found: Sources) -> dict[str, Any]:
    catalog = found.artifact.catalog
    strongest = found.evaluation["importance"][:MOST_FEATURES]
    return {
        "count": len(catalog.features),
        "by_view": dict(Counter(feature.view for feature in catalog.features)),
        "windows_days": sorted({f.window_days for f in catalog.features if f.window_days}),
        "evidence": found.artifact.model.evidence_level,
        "strongest": strongest,
        "not_used": {name: why.model_dump() for name, why in found.manifest.excluded.items()},
    }


def _figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Give prediction -> figure -> value and interval, the model first."""
    told = evaluation["figures"]
    names = [MODEL, *(name for name in told if name != MODEL)]
    return {name: {metric: told[name][metric] for metric in JUDGED} for name in names}


def _gains(evaluation: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in evaluation["comparisons"] if one["metric"] in ("auc", "log_loss")]


def _calibration(found: Sources) -> dict[str, Any]:
    return {
        "kind": found.artifact.model.calibration.kind,
        "floor": found.evaluation["floor"],
        "bins": found.evaluation["reliability"],
    }


def _leak(answer: dict[str, Any], allowed: dict[str, str]) -> dict[str, Any]:
    """Give one answer, with the reason for which its failure was allowed."""
    reason = allowed.get(answer["code"]) if answer["verdict"] == "fail" else None
    return answer | {"allowed": reason}


def _segments(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Give the parts of the test; a card goes round, so salespeople are not compared in it."""
    kept = ("name", "rows", "conversions", "base_rate", "mean_probability", "auc")
    return {
        attribute: [{key: group[key] for key in kept} for group in groups]
        for attribute, groups in evaluation["by_segment"].items()
        if attribute != OWNER
    }


def _thresholds(found: Sources) -> dict[str, Any]:
    reference = found.artifact.reference
    return asdict(reference.bands) | {"reference_population": reference.population}
