"""GET /v1/model: the model in use, its training, its quality and its vocabulary."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request

from models.model.lead_model import Counts
from serve.http.app_context import AppContext
from serve.routes.describing import TARGET, champion_of, described
from serve.scoring import model_cards
from serve.scoring.loaded_model import LoadedModel


def router(context: AppContext) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["model"])

    @routes.get("/v1/model", openapi_extra=described(None, None, None, [TARGET]))
    def model(request: Request) -> dict[str, Any]:
        """Return the model in use, and its card as promotion wrote it, as JSON.

        Without a model 503 says so; `card` is null for a model that was promoted without one.
        """
        loaded = champion_of(context, request).current()
        stored_card = model_cards.read(context.settings.models_of(loaded.target), loaded.version)
        return card(loaded) | {"card": stored_card}

    return routes


def card(loaded: LoadedModel) -> dict[str, Any]:
    """Describe a loaded model by its artifact."""
    artifact = loaded.artifact
    vocabulary, reference = artifact.catalog.vocabulary, artifact.reference
    return {
        "version": loaded.version,
        "fingerprint": loaded.fingerprint,
        "evidence": artifact.model.evidence_level,
        "counts": _counts(artifact.model.counts),
        "calibration": artifact.model.calibration.kind,
        "base_probability": loaded.scorer.base_probability,
        "bands": asdict(reference.bands),
        "reference_population": reference.population,
        "reference_at": artifact.about.get("observed_until"),
        "features": len(artifact.catalog.features),
        "activity_types": list(vocabulary.activity_types),
        "attributes": [*vocabulary.categories, *vocabulary.numbers],
        "about": artifact.about,
    } | ({"target": loaded.target} if loaded.target else {})


def _counts(counts: Counts) -> dict[str, int | None]:
    """Return what was learned from, under names that say what is counted."""
    return {
        "leads": counts.leads,
        "converted_leads": counts.converted_leads,
        "snapshots": counts.rows,
        "converted_snapshots": counts.conversions,
    }
