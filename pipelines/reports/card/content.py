"""The card as plain data, with words only where both languages have them.

Decided here: what a card holds, and in which order. Moments are ISO texts; what is not known is
null. It holds names of columns and of segments, counts and figures, and never a row.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from features.catalog.reserved import OWNER
from features.timeline import from_moments
from models.artifact.artifact import Artifact
from models.contact.ranked_by import ranked_by
from models.evaluation.evaluation import MODEL
from pipelines.reports.card.limits import limits
from pipelines.storage.partitions import Manifest

FORMAT: Final = 1
MOST_FEATURES: Final = 15
_OWN_MODEL: Final = ("own_model", "reasons")
JUDGED: Final = ("auc", "log_loss", "brier", "ece", "lift_at_10", "capture_at_20")


@dataclass(frozen=True)
class Sources:
    """What a card is made from: all of one model.

    `evaluation` is the report's JSON, `leaks` the answers of the leak checks, `promotion` what
    `promote` decided, `statement` what the owner states about the model; `target` is the name and
    the label of the target, empty where there is only one; `experiments` are verdicts of tests;
    `draw` is how leads were drawn, None where all are there.
    """

    artifact: Artifact
    evaluation: dict[str, Any]
    leaks: list[dict[str, Any]]
    promotion: dict[str, Any]
    manifest: Manifest
    snapshots: pd.DataFrame
    cohort: dict[str, Any]
    statement: dict[str, Any]
    target: dict[str, Any] = field(default_factory=dict)
    experiments: tuple[dict[str, Any], ...] = ()
    draw: dict[str, Any] | None = None


def card(sources: Sources) -> dict[str, Any]:
    """Return the card of a model as plain data."""
    content = {
        "format": FORMAT,
        "name": sources.manifest.name,
        "model": sources.artifact.fingerprint,
        "said": sources.statement,
        "promotion": _promotion(sources),
        "recalibration": None,
        "target": _target(sources),
        "data": _data(sources),
        "features": _features(sources),
        "verdict": sources.evaluation["verdict"],
        "figures": _figures(sources.evaluation),
        "by_lead": sources.evaluation["by_lead"],
        "gains": _gains(sources.evaluation),
        "calibration": _calibration(sources),
        "leaks": [_leak(one, sources.promotion["allowed_leaks"]) for one in sources.leaks],
        "segments": _segments(sources.evaluation),
        "own_models": sources.evaluation["own_models"],
        "labels": sources.evaluation["labels"],
        "thresholds": _thresholds(sources),
        "protected": sources.evaluation["protected"],
    }
    tests = {"experiments": [*map(_experiment, sources.experiments)]} if sources.experiments else {}
    return content | {"limits": limits(content)} | tests | _order(sources)


def _order(sources: Sources) -> dict[str, Any]:
    """Return by what leads are ranked, where the target chose something, in both languages."""
    sentence = ranked_by(sources.artifact.about, sources.artifact.contact).sentence
    return {} if sentence is None else {"order": {"en": sentence.en, "ja": sentence.ja}}


def _promotion(sources: Sources) -> dict[str, Any]:
    """Return what was decided, by whom, and why."""
    decided = sources.promotion
    return {
        "version": decided["version"],
        "promoted": decided["promoted"],
        "champion": decided["champion"],
        "by": sources.statement["owner"],
        "grounds": list(decided["grounds"]),
    }


def _experiment(verdict: dict[str, Any]) -> dict[str, Any]:
    """Return what the card quotes of a declared test."""
    return {key: verdict[key] for key in ("name", "question", "shown", "complete", "verdict")}


def _target(sources: Sources) -> dict[str, Any]:
    return {
        "outcome": sources.cohort["outcome"],
        "horizon_days": sources.cohort["horizon_days"],
        "repeat": sources.cohort["repeat"],
        "cohort": sources.cohort,
    } | sources.target


def _data(sources: Sources) -> dict[str, Any]:
    manifest, snapshots = sources.manifest, sources.snapshots
    matured = int(snapshots["label"].notna().sum())
    return {
        "observed_until": manifest.observed_until,
        "rows": dict(manifest.rows),
        "inputs": {one.source: one.sha256 for one in manifest.inputs},
        "assumptions": [words.model_dump() for words in manifest.assumptions],
        "snapshots": len(snapshots),
        "matured": matured,
        "learning": _counted(sources.evaluation["learning"]),
        "test": _counted(sources.evaluation["test"]),
    } | ({} if sources.draw is None else {"draw": sources.draw})


def _counted(part: dict[str, Any]) -> dict[str, Any]:
    ends = from_moments(np.array([part["first_cutoff"], part["last_cutoff"]]))
    first, last = (moment.isoformat() for moment in ends)
    return part | {"first_cutoff": first, "last_cutoff": last}


def _features(sources: Sources) -> dict[str, Any]:
    catalog, about = sources.artifact.catalog, sources.artifact.about
    strongest = sources.evaluation["importance"][:MOST_FEATURES]
    return {
        "count": len(catalog.features),
        "by_view": dict(Counter(feature.view for feature in catalog.features)),
        "windows_days": sorted({f.window_days for f in catalog.features if f.window_days}),
        "evidence": sources.artifact.model.evidence_level,
        "strongest": strongest,
        "not_used": {name: why.model_dump() for name, why in sources.manifest.excluded.items()},
    } | {name: about[name] for name in _OWN_MODEL if name in about}


def _figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return prediction -> figure -> value and interval, the model first."""
    figures = evaluation["figures"]
    names = [MODEL, *(name for name in figures if name != MODEL)]
    return {name: {metric: figures[name][metric] for metric in JUDGED} for name in names}


def _gains(evaluation: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in evaluation["comparisons"] if one["metric"] in ("auc", "log_loss")]


def _calibration(sources: Sources) -> dict[str, Any]:
    return {
        "kind": sources.artifact.model.calibration.kind,
        "floor": sources.evaluation["floor"],
        "bins": sources.evaluation["reliability"],
        "verdict": sources.evaluation["calibration"],
    }


def _leak(answer: dict[str, Any], allowed: dict[str, str]) -> dict[str, Any]:
    """Return one answer, with the reason for which its failure was allowed."""
    reason = allowed.get(answer["code"]) if answer["verdict"] == "fail" else None
    return answer | {"allowed": reason}


def _segments(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the test; cards are passed on, so salespeople are not compared."""
    fields = (
        "name",
        "rows",
        "leads",
        "conversions",
        "base_rate",
        "mean_probability",
        "ratio",
        "auc",
    )
    return {
        attribute: [{key: group[key] for key in fields} for group in groups]
        for attribute, groups in evaluation["by_segment"].items()
        if attribute != OWNER
    }


def _thresholds(sources: Sources) -> dict[str, Any]:
    reference = sources.artifact.reference
    return asdict(reference.bands) | {"reference_population": reference.population}
