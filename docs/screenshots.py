"""Take the pictures of the pages that the READMEs show, from a server that runs the sample company.

Run `make demo`, and beside it `python -m docs.screenshots [address]`. Every page in both languages,
some on a phone, in light and dark.
"""

import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, Page

from tests.browsing import DESKTOP, PHONE, browsing

FOLDER: Final = Path(__file__).parent / "screenshots"
ADDRESS: Final = "http://127.0.0.1:8000"


class Shot(NamedTuple):
    """One picture: a name, a path (or the first lead of the ranking), and the device and colors."""

    name: str
    path: str | None
    phone: bool = False
    dark: bool = False


SHOTS: Final = (
    Shot("ranking", "/"),
    Shot("ranking-phone", "/", phone=True, dark=True),
    Shot("week", "/?take=20", dark=True),
    Shot("deals", "/?list=deals"),
    Shot("lead", None),
    Shot("lead-phone", None, phone=True),
    Shot("handover", "/handover"),
    Shot("channels", "/channels"),
    Shot("model", "/model"),
    Shot("signin", "/signin", phone=True),
)


def main() -> None:
    """Take every picture in both languages."""
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    FOLDER.mkdir(exist_ok=True)
    with browsing() as browser:
        for shot in SHOTS:
            for language in ("en", "ja"):
                take(browser, address, shot, language)


def take(browser: Browser, address: str, shot: Shot, language: str) -> None:
    """Take one picture.

    Parameters
    ----------
    browser
        A browser that is open.
    address
        Of the server.
    shot
        What is taken.
    language
        `en` or `ja`.
    """
    context_options: dict[str, Any] = {
        "viewport": PHONE if shot.phone else DESKTOP,
        "color_scheme": "dark" if shot.dark else "light",
    }
    with browser.new_context(base_url=address, **context_options) as context:
        page = context.new_page()
        visit(page, f"/?lang={language}")
        visit(page, shot.path or str(page.locator("h3 a").first.get_attribute("href")))
        page.screenshot(path=FOLDER / f"{shot.name}-{language}.png")


def visit(page: Page, path: str) -> None:
    """Open a page.

    Parameters
    ----------
    page
        A tab of the browser.
    path
        Of the page, below the address of the server.

    Raises
    ------
    RuntimeError
        If the server does not have the page.
    """
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise RuntimeError(f"{path}: {answer and answer.status}")


if __name__ == "__main__":
    main()
