"""All pages with addresses to open them at: the one list for tests, golden record and pictures.

Decided here: the list is read from the routes of the product, so that a page is in it as soon as
`PAGES` of `serve/pages/router.py` has it. Only what no route shows stands here: queries that show
another side of a page, and what to put where a path has a parameter.
"""

from collections.abc import Iterator
from typing import Any, Final, cast

from serve.pages.router import PAGES

QUERIES: Final = {"/": ("?band=hot", "?list=deals", "?list=lost")}
"""Path -> queries under which the page is another."""
REP: Final = "/team/rep"
OF_A_REP: Final = f"{REP}?owner=sato"
"""The page of a salesperson needs one."""
OF_ADMINS: Final = ("/users",)
"""Pages that are only for who may do everything."""
OF_A_LEAD: Final = "/leads/{lead_id:path}"
OF_AN_ACCOUNT: Final = "/accounts/{account_id:path}"
WITH_PARAMETERS: Final = (OF_A_LEAD, OF_AN_ACCOUNT)
"""Routes that need an example, which `addresses` has."""
WITHOUT_USER: Final = ("/signin",)
"""Pages for those who have not signed in."""
OF_NO_TARGET: Final = ("/docs", "/signin", "/spend", REP, "/verdicts", "/words")
"""Pages that are the same whatever is predicted."""
ABSENT: Final = ("/leads/nobody", "/static/nothing")
"""Addresses at which there is nothing."""


def routes() -> Iterator[str]:
    """Yield the path of every route that a browser opens, in the order of the product's list."""
    for module in PAGES:
        for route in module.router(cast("Any", None)).routes:
            if "GET" in route.methods:
                yield route.path


def files() -> list[str]:
    """Return the addresses that give a file and no page, as `/ranking.csv`."""
    return [path for path in routes() if "." in path]


def addresses(lead_id: str, account_id: str | None = None) -> list[str]:
    """Return the addresses of all pages, each with its other sides.

    Parameters
    ----------
    lead_id
        A lead that the server holds.
    account_id
        An account with an open lead there; without one its page is left out.

    Raises
    ------
    LookupError
        If a route has a parameter, and no example stands here.
    """
    places = []
    for path in routes():
        if "{" in path and path not in WITH_PARAMETERS:
            raise LookupError(f"{path} has no example in tests/page_list.py")
        left_out = () if account_id else (OF_AN_ACCOUNT,)
        if path not in (*files(), *OF_ADMINS, REP, *left_out):
            shown = path.replace("{lead_id:path}", lead_id)
            shown = shown.replace("{account_id:path}", account_id or "")
            places += [shown, *(shown + query for query in QUERIES.get(path, ()))]
    return [*places, OF_A_REP]


def of_a_target(lead_id: str) -> list[str]:
    """Return the addresses, without queries, of the pages that are about one target.

    Parameters
    ----------
    lead_id
        A lead that the server holds.
    """
    return [one for one in addresses(lead_id) if one not in OF_NO_TARGET and "?" not in one]


def in_language(address: str, language: str) -> str:
    """Return an address in a language.

    >>> in_language("/?band=hot", "ja")
    '/?band=hot&lang=ja'
    """
    return f"{address}{'&' if '?' in address else '?'}lang={language}"
