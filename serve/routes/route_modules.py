"""Every module of routes, in the order of the description of the API, and their kinds of bodies."""

from serve.routes import (
    accounts,
    digest,
    health,
    leads,
    model,
    outlook,
    ranking,
    receipt_insights,
    receipts,
    scores,
    spend,
    steps,
    stored_activities,
    stored_leads,
    stored_scores,
    team,
    webhooks,
)

ROUTES = (
    health,
    scores,
    outlook,
    ranking,
    accounts,
    leads,
    stored_leads,
    stored_scores,
    stored_activities,
    receipts,
    receipt_insights,
    model,
    steps,
    team,
    spend,
    digest,
    webhooks,
)
KINDS = tuple(kind for module in ROUTES for kind in getattr(module, "KINDS", ()))
