"""The navigation: the pages in order, with their labels, and who may open them.

Decided here: pages without a line in `ROLES` are for everyone who may sign in. A section is a few
pages about one matter, shown above each of them; the navigation leads to its first.
"""

from typing import Final

from starlette.exceptions import HTTPException

from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit

LEADING: Final = ("manager", "admin")
MARKETING: Final = ("marketing", *LEADING)
NAVIGATION: Final = (
    ("/", mark("Ranking")),
    ("/accounts", mark("Accounts")),
    ("/handover", mark("Hand-over")),
    ("/week", mark("This week")),
    ("/team", mark("Team")),
    ("/channels", mark("Marketing")),
    ("/model", mark("The model")),
)
"""Path and label."""
SECTIONS: Final = (
    (
        ("/team", mark("Salespeople")),
        ("/assign", mark("Assign leads")),
        ("/limits", mark("Limits of hot and warm")),
        ("/users", mark("Users and settings")),
    ),
    (
        ("/channels", mark("Channels")),
        ("/funnel", mark("Funnel")),
        ("/spend", mark("Spend")),
        ("/nurturing", mark("Nurturing")),
        ("/points", mark("Points table")),
    ),
)
"""Pages that are shown together."""
ROLES: Final = {
    "/week": MARKETING,
    "/team": LEADING,
    "/assign": LEADING,
    "/limits": LEADING,
    "/users": ("admin",),
    "/channels": MARKETING,
    "/funnel": MARKETING,
    "/spend": MARKETING,
    "/nurturing": MARKETING,
    "/points": MARKETING,
    "/verdicts": MARKETING,
}
"""Who may open a page, and what is below it."""


def may_open(visit: Visit, path: str) -> bool:
    """Return whether a visitor may open a page; everyone may while there are no users.

    Parameters
    ----------
    visit
        The visit.
    path
        Of the page.
    """
    roles = ROLES.get("/" + path.split("/")[1])
    return visit.user is None or roles is None or visit.user.role in roles


def check_role(visit: Visit, path: str | None = None) -> Visit:
    """Return the visit if its user may open a page; to others there is nothing here.

    Parameters
    ----------
    visit
        The visit.
    path
        Of the page; missing means that of the visit.

    Raises
    ------
    HTTPException
        If not.
    """
    if not may_open(visit, path or visit.path):
        raise HTTPException(404)
    return visit


def leads(visit: Visit) -> bool:
    """Return whether a visitor may decide for others: a manager, an admin, or anyone without users.

    >>> leads(Visit("en", "", None, True, "/", ""))
    True
    """
    return visit.user is None or visit.user.role in LEADING


def section_of(visit: Visit) -> list[tuple[str, str]]:
    """Return the pages of the section in which a visitor is; none outside of one."""
    own = next((one for one in SECTIONS if visit.path in dict(one)), ())
    return [pair for pair in own if may_open(visit, pair[0])]


def navigation_of(visit: Visit) -> list[tuple[str, str, bool]]:
    """Return path, label and whether the visitor is there, of the pages that they may open."""
    section = {path for path, _ in section_of(visit)}
    return [
        (path, label, path == visit.path or path in section)
        for path, label in NAVIGATION
        if may_open(visit, path)
    ]
