"""GET /v1/model: what answers, trained on what, how good, and what its words mean."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from serve.parts import Parts


def router(parts: Parts) -> APIRouter:
    """Make the route."""
    routes = APIRouter(tags=["model"])

    @routes.get("/v1/model")
    async def model() -> dict[str, Any]:
        """Give the card of the model in use as JSON; without a model 503 says so."""
        return card(parts.champion.current())

    return routes


def card(loaded: Any) -> dict[str, Any]:
    """Make the card of a loaded model."""
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
