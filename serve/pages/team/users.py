"""/users: who may sign in and what they may do, and the settings of the server; for admins.

Decided here: the commands `mikomi user` do the same. An admin cannot take their own role or lock
themselves out. Settings come from the environment, so the page shows them and changes none; those
that may hold a password are not shown.
"""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody
from serve.pages.shell.done import by_of
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.store.audit import AuditLine
from serve.store.people.users import ROLES, User, name_of

ROLE_NAMES: Final = {
    "sales": mark("sales: own leads and those of nobody"),
    "marketing": mark("marketing: all leads, channels, nurturing"),
    "manager": mark("manager: all leads, team, limits"),
    "admin": mark("admin: everything, users as well"),
}
_SEE_OTHER: Final = 303


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/users")
    def users(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        context = _context(pages) | {"saved": request.query_params.get("saved", "")}
        return pages.show(request, visit, "users.html.j2", **context)

    @routes.post("/users/{what}")
    async def change(request: Request, what: str) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        await pages.parts.threads(_change, pages, visit, form, what)
        return RedirectResponse("/users?saved=1", _SEE_OTHER)

    return routes


def _change(pages: Pages, visit: Visit, form: Form, what: str) -> None:
    store, now, name = pages.parts.store, pages.parts.now(), form.one("name")
    if what in ("role", "disable") and name_of(name) == visit.user_id:
        raise BadBody([Fault("your own account", "another's", "ask another admin")])
    if what == "add":
        _check_same(form)
        user = User(name, form.one("role"), _owner(form), display_name=form.one("called") or None)
        store.users.add(user, form.secret("password"), now)
    elif what == "role":
        store.users.set_role(name, form.one("role"), _owner(form))
        store.users.call(name, form.one("called"))
    elif what == "password":
        _check_same(form)
        store.users.set_password(name, form.secret("password"))
    elif what == "disable":
        store.users.disable(name, now)
    elif what == "enable":
        store.users.enable(name)
    else:
        raise BadBody([Fault(what[:40], "an action of the page", "use a button of it")])
    line = f"changed user {name_of(name)}: {what}"
    store.audit.add(AuditLine(now, line, by_of(visit), None, {}))


def _owner(form: Form) -> str | None:
    """Return the owner of a user's leads; a sales user without one owns those of their name."""
    owner = form.one("owner") or None
    return owner or (name_of(form.one("name")) if form.one("role") == "sales" else None)


def _check_same(form: Form) -> None:
    if form.secret("password") != form.secret("again"):
        raise BadBody([Fault("two different passwords", "the same twice", "type them again")])


def _context(pages: Pages) -> dict[str, Any]:
    parts = pages.parts
    return {
        "users": parts.store.users.all(),
        "roles": {role: ROLE_NAMES[role] for role in ROLES},
        "owners": parts.store.ranking_counts.all_owners(),
        "settings": parts.settings.shown(),
    }
