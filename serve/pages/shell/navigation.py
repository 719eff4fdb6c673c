"""The navigation: the pages in order, with their labels."""

from typing import Final

from serve.pages.shell.page_words import mark

NAVIGATION: Final = (
    ("/", mark("Ranking")),
    ("/handover", mark("Hand-over")),
    ("/channels", mark("Channels and funnel")),
    ("/model", mark("The model")),
)
"""Path and label."""
OF_MANAGERS: Final = ("/channels",)
"""Paths that sales users are not shown."""
