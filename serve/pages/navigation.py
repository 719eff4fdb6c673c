"""The navigation: which pages there are, in which order, by which name."""

from typing import Final

from serve.pages.page_words import mark

NAVIGATION: Final = (
    ("/", mark("Ranking")),
    ("/handover", mark("Hand-over")),
    ("/model", mark("The model")),
)
"""Path and label."""
