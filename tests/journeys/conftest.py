"""What the journeys share: one browser for all of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browsing import browsing


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; a second one in the same process could not be started."""
    with browsing() as one:
        yield one
