"""The definitions of numbers in a real browser: by tap, by key, with and without a script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from serve.scoring.pointer import point
from serve.settings import Settings
from tests import served
from tests.browsing import DESKTOP, PHONE, follow, serious, site
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import RIGHT, fill

LEADS = [Planted(f"L-{n}", n, "sato", {"industry": "製造業", "source": "web"}) for n in range(4)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models, store = (tmp_path_factory.mktemp(name) for name in ("models", "store"))
    point(models, served.lay_down(models), 1)
    url = f"sqlite:///{store / 'mikomi.db'}"
    fill(url, LEADS, due=False).dispose()
    settings = Settings(models=models, database_url=url, access_log="no", poll_seconds=0.05)
    with site(settings, lambda: NOW) as one:
        yield one


def enter(page: Page) -> Page:
    page.goto("/?lang=en")
    page.fill("#name", "boss")
    page.fill("#password", RIGHT)
    follow(page, "main button")
    page.goto("/?lang=en")
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with script", "no script at all"])
def test_a_number_says_by_tap_what_it_means(
    browser: Browser, address: str, *, script: bool
) -> None:
    with browser.new_context(
        base_url=address, viewport=PHONE, has_touch=True, java_script_enabled=script
    ) as context:
        page = enter(context.new_page())
        meaning = page.locator("#what-probability")
        assert not meaning.is_visible()
        page.locator(".row .odds .defined").nth(1).tap()
        assert meaning.is_visible()
        assert "won within" in meaning.inner_text()
        box = meaning.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        if script:
            assert serious(page) == []
        page.locator("h3").first.tap(position={"x": 1, "y": 1})
        assert not meaning.is_visible(), "a tap elsewhere closes it"


def test_a_number_says_by_key_what_it_means(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport=DESKTOP) as context:
        page = context.new_page()
        enter(page).goto("/channels?lang=en")
        page.locator("h1").click()
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText") == "Win rate":
                break
        page.keyboard.press("Enter")
        assert "won leads as a share" in page.locator("#what-win_rate").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("#what-win_rate").is_visible()
        assert page.evaluate("document.activeElement.innerText") == "Win rate"
