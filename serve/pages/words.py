"""/words: what the words of the pages mean, one line each, the same in both languages."""

from typing import Final

from fastapi import APIRouter, Request, Response

from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import mark

GLOSSARY: Final = (
    (mark("lead"), mark("a person or company that may buy")),
    (
        mark("probability"),
        mark("of 100 leads with 20%%, about 20 reach the outcome within the days that are named"),
    ),
    (
        mark("likely range"),
        mark("where the true probability lies, nine times out of ten"),
    ),
    (
        mark("score"),
        mark("a place from 0 to 100: 95 is among the top 5%% of the leads the model learned from"),
    ),
    (
        mark("hot, warm, cold"),
        mark("three bands of the score, or of the probability; the limits are on the model's page"),
    ),
    (
        mark("this week"),
        mark("by how many percentage points the probability changed in the last seven days"),
    ),
    (
        mark("tendency of the last 8 weeks"),
        mark("whether the weekly probabilities rise or fall beyond their usual ups and downs"),
    ),
    (
        mark("reason"),
        mark("what raises or lowers the probability most; all reasons add up to it exactly"),
    ),
    (
        mark("account"),
        mark("the company that several leads belong to; it has a probability of its own"),
    ),
    (mark("woke up again"), mark("did something itself after 60 days of silence")),
    (mark("sleeping"), mark("nothing was heard of the lead for 60 days")),
    (
        mark("expected revenue"),
        mark("amount of the deal times the probability; the range uses the likely range"),
    ),
    (
        mark("next step"),
        mark("the first rule that fits; the rules are a file that your company can change"),
    ),
    (mark("set aside"), mark("off the list until a day; it comes back by itself")),
    (
        mark("disqualified"),
        mark("off the list for good, with a reason; scores and outcomes do not change"),
    ),
)
"""A word and what it means."""


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/words")
    def words(request: Request) -> Response:
        return pages.show(request, pages.visit(request), "words.html.j2", glossary=GLOSSARY)

    return routes
