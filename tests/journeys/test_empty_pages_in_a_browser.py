"""The pages of an empty store in a real browser: nothing is there yet, and nobody is barred."""

from pathlib import Path

from playwright.sync_api import Browser

from serve.scoring.pointer import point
from serve.settings import Settings
from tests import page_list, served
from tests.browsing import PHONE, serious, site
from tests.clocked import NOW

PAGES = (*page_list.addresses("nobody", "none"), *page_list.OF_ADMINS)


def test_pages_of_an_empty_store_bar_nobody_and_fit_a_phone(
    browser: Browser, tmp_path: Path
) -> None:
    models, url = tmp_path / "models", f"sqlite:///{tmp_path / 'mikomi.db'}"
    point(models, served.lay_down(models), 1)
    settings = Settings(models=models, database_url=url, access_log="no")
    places = [one for one in PAGES if not one.startswith(("/leads/", "/accounts/"))]
    with (
        site(settings, lambda: NOW) as empty,
        browser.new_context(base_url=empty, viewport=PHONE, locale="ja-JP") as context,
    ):
        page = context.new_page()
        for place in places:
            page.goto(place)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], place
            assert serious(page) == [], place
