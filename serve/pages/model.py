"""/model: how good the model is, in plain words, from the card that promotion wrote.

Decided here: nothing is computed here; the page shows what the card holds. Without a card it shows
the figures of the artifact, and says that the model was never evaluated.
"""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from models.charts import Axis, Bin, reliability
from models.charts import ChartText as Title
from serve.insight.value_insights import insights
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import PageWords
from serve.pages.shell.visitor import Visit
from serve.pages.verdicts import by_reason
from serve.scoring import model_cards

_INSIGHTS: Final = 6
_SIGNALS: Final = 10


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/model")
    def model(request: Request) -> Response:
        visit = pages.visit(request)
        return pages.show(request, visit, "model.html.j2", **_context(pages, visit))

    return routes


def _context(pages: Pages, visit: Visit) -> dict[str, Any]:
    words, loaded = pages.words[visit.language], pages.champion(visit).current()
    card = model_cards.read(pages.parts.settings.models_of(visit.target), loaded.version)
    artifact = loaded.artifact
    return {
        "version": loaded.version,
        "counts": artifact.model.counts,
        "outcome": display_names.outcome_words(loaded, words),
        "horizon_days": artifact.about.get("horizon_days"),
        "limits": artifact.reference,
        "compared_at": display_names.compared_at(loaded),
        "population": artifact.reference.population,
        "insights": insights(artifact, visit.language)[:_INSIGHTS],
        "questioned": _questioned(pages, visit),
        "card": None if card is None else _of_card(card, words),
    }


def _questioned(pages: Pages, visit: Visit) -> list[str] | None:
    """Return the reasons that many call wrong; None for who may not read the verdicts."""
    if visit.user is not None and visit.user.role == "sales":
        return None
    return [one.label for one in by_reason(pages.parts.store.feedback.judged()) if one.questioned]


def _of_card(card: dict[str, Any], words: PageWords) -> dict[str, Any]:
    keys = ("given", "converted", "low", "high", "rows")
    bins = [Bin(*(one[key] for key in keys)) for one in card["calibration"]["bins"]]
    return {
        "by_lead": card["by_lead"],
        "test": card["data"]["test"],
        "test_from": datetime.fromisoformat(card["data"]["test"]["first_cutoff"]),
        "test_until": datetime.fromisoformat(card["data"]["test"]["last_cutoff"]),
        "learned_from": datetime.fromisoformat(card["data"]["learning"]["first_cutoff"]),
        "learned_until": datetime.fromisoformat(card["data"]["learning"]["last_cutoff"]),
        "bins": bins[::-1][:5],
        "reliability": _drawn(bins, words),
        "signals": _signals(card, words),
        "not_used": _not_used(card, words.language),
        "limits": [one[words.language] for one in card["limits"]],
        "failed": [one for one in card["leaks"] if one["verdict"] == "fail"],
        "checked": len(card["leaks"]),
        "promotion": card["promotion"],
    }


def _not_used(card: dict[str, Any], language: str) -> dict[str, str]:
    """Return column -> why; cards of earlier versions hold a text in one language only."""
    columns = card["features"]["not_used"].items()
    return {name: why if isinstance(why, str) else why[language] for name, why in columns}


def _drawn(bins: list[Bin], words: PageWords) -> Markup:
    most = max([0.02, *(one.predicted for one in bins), *(one.high for one in bins)]) * 1.05
    pairs = [f"{words.percent(one.predicted)}: {words.percent(one.converted)}" for one in bins]
    title = Title("reliability", words.say("How often a probability came true"), "; ".join(pairs))
    across = Axis(words.say("probability given"), 0.0, most, "percent")
    upwards = Axis(words.say("share that converted"), 0.0, most, "percent")
    perfect = words.say("exactly right")
    return Markup(reliability(title, across, upwards, bins, perfect))  # noqa: S704 - escaped


def _signals(card: dict[str, Any], words: PageWords) -> list[tuple[str, float]]:
    """Return the strongest signals, each with its size as a share of the strongest."""
    signals = card["features"]["strongest"][:_SIGNALS]
    most = max((one["size"] for one in signals), default=1.0) or 1.0
    return [(one["label"][words.language], one["size"] / most) for one in signals]
