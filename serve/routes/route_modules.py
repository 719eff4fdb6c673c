"""Every module of routes, in the order of the description of the API, and their kinds of bodies."""

from serve.routes import accounts, health, model, ranking, webhooks
from serve.routes.records import (
    posted_leads,
    steps,
    stored_activities,
    stored_leads,
    stored_scores,
)
from serve.routes.scoring import outlook, receipt_insights, receipts, scores
from serve.routes.team import digest, spend, team

ROUTES = (
    health,
    scores,
    outlook,
    ranking,
    accounts,
    posted_leads,
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
