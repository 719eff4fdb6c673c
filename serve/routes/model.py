"""GET /v1/model: what answers, trained on what, how good, and what its words mean."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from serve.http.app_context import Parts
from serve.scoring import model_cards


def router(parts: Parts) -> APIRouter:
    """Make the route."""
    routes = APIRouter(tags=["model"])

    @routes.get("/v1/model")
    def model() -> dict[str, Any]:
        """Give what the model in use is, and its card as promotion wrote it, as JSON.

        Without a model 503 says so; `card` is null for a model that was promoted without one.
        """
        loaded = parts.champion.current()
        told = model_cards.read(parts.settings.models, loaded.version)
        return card(loaded) | {"card": told}

    return routes


def card(loaded: Any) -> dict[str, Any]:
    """Describe a loaded model by what is in it."""
    artifact = loaded.artifact
    vocabulary, reference = artifact.catalog.vocabulary, artifact.reference
    return {
        "version": loaded.version,
        "fingerprint": loaded.fingerprint,
        "evidence": artifact.model.evidence_level,
        "counts": asdict(artifact.model.counts),
        "calibration": artifact.model.calibration.kind,
        "base_probability": loaded.scorer.base_probability,
        "bands": asdict(reference.bands),
        "reference_population": reference.population,
        "features": len(artifact.catalog.features),
        "activity_types": list(vocabulary.activity_types),
        "attributes": [*vocabulary.categories, *vocabulary.numbers],
        "about": artifact.about,
    }
