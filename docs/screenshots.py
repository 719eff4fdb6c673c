"""Take the pictures of the pages that the READMEs show, from a server that runs the sample company.

Run `make demo`, and beside it `python -m docs.screenshots [address]`. Every page in both languages,
some on a phone, in light and dark.
"""

import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, Page

from tests.browsing import DESKTOP, PHONE, browsing
from tests.page_list import OF_ADMINS, WITHOUT_USER, addresses

FOLDER: Final = Path(__file__).parent / "screenshots"
ADDRESS: Final = "http://127.0.0.1:8000"


class Shot(NamedTuple):
    """One picture: a name, a path, and the device and colors."""

    name: str
    path: str
    phone: bool = False
    dark: bool = False


REFERENCE: Final = ("/docs", "/verdicts", "/words")
"""Pages without a picture."""


def shots(lead: str, account: str) -> list[Shot]:
    """List the pictures: one of every page, and some of other sides and devices.

    Parameters
    ----------
    lead, account
        The addresses of a lead and of an account.

    >>> names = [one.name for one in shots("/leads/L-1", "/accounts/A-1")]
    >>> len(names) == len(set(names)), "accounts" in names, "account" in names
    (True, True, True)
    """
    names = {"/": "ranking", lead: "lead", account: "account", "/?list=deals": "deals"}
    ids = lead.removeprefix("/leads/"), account.removeprefix("/accounts/")
    pages = [one for one in (*addresses(*ids), *OF_ADMINS) if one not in REFERENCE]
    plain = [one for one in pages if "?" not in one or one in names]
    return [
        *(Shot(names.get(one, one[1:]), one, phone=one in WITHOUT_USER) for one in plain),
        Shot("ranking-phone", "/", phone=True, dark=True),
        Shot("plan", "/?take=20", dark=True),
        Shot("lead-phone", lead, phone=True),
    ]


def main() -> None:
    """Take every picture in both languages."""
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    FOLDER.mkdir(exist_ok=True)
    with browsing() as browser:
        lead, account = hottest(browser, address, "/"), hottest(browser, address, "/accounts")
        for shot in shots(lead, account):
            for language in ("en", "ja"):
                take(browser, address, shot, language)


def hottest(browser: Browser, address: str, of: str) -> str:
    """Return the address of the first lead of the ranking, or of the first account.

    Parameters
    ----------
    browser
        A browser that is open.
    address
        Of the server.
    of
        The path of the list.
    """
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        visit(page, of)
        return str(page.locator("article a").first.get_attribute("href"))


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
        visit(page, shot.path)
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
