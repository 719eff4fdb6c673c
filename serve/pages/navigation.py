"""The navigation: which pages there are, in which order, by which name."""

from typing import Final

from serve.pages.words import mark

NAVIGATION: Final = (("/", mark("Ranking")),)
"""Path and label."""
