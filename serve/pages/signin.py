"""/signin, /signout: sessions by name and password.

Decided here: an unknown name, a disabled user and a wrong password get the same message, after the
same time. The way back after sign-in is a path of this server, never another address.
"""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from serve.errors import LockedOut
from serve.pages.shell.forms import Form, check_form, read_form
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit, device_of, new_token, set_device
from serve.store.audit import AuditLine
from serve.store.people.users import User, name_of

_SEE_OTHER = 303
_MINUTE = 60


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/signin")
    def form(request: Request) -> Response:
        visit = pages.guest(request)
        if visit.user is not None:
            return RedirectResponse(way_back(request.query_params.get("next", "")), _SEE_OTHER)
        return shown(pages, request, visit)

    @routes.post("/signin")
    async def sign_in(request: Request) -> Response:
        sent = await read_form(request)
        visit = await pages.parts.threads(pages.guest, request)
        check_form(visit, sent, request.headers)
        return await pages.parts.threads(_signed_in, pages, request, visit, sent)

    @routes.post("/signout")
    async def sign_out(request: Request) -> Response:
        visit, _ = await pages.posted(request)
        await pages.parts.threads(pages.parts.store.users.end_session, visit.token)
        answer = RedirectResponse("/signin", _SEE_OTHER)
        pages.remember(request, visit.with_token(new_token()), answer)
        return answer

    return routes


def _signed_in(pages: Pages, request: Request, visit: Visit, sent: Form) -> Response:
    parts, name = pages.parts, sent.one("name")
    fields = {"name": name, "next": way_back(sent.one("next"))}
    store, address = parts.store, request.client.host if request.client else ""
    device = store.devices.known(device_of(request, parts.settings), name)
    try:
        store.sign_ins.attempt(name_of(name), address, parts.now(), device)
    except LockedOut as locked:
        minutes = -(-locked.seconds // _MINUTE)
        return shown(pages, request, visit, 429, **fields, minutes=minutes)
    user = store.users.known(name, sent.secret("password"))
    if user is None:
        store.audit.add(AuditLine(parts.now(), "refused a sign-in", None, None, {}))
        return shown(pages, request, visit, 401, **fields, wrong=True)
    store.sign_ins.succeeded(name_of(name), address, device)
    answer = admitted(pages, request, visit, user, fields["next"])
    if device is None:
        set_device(request, parts.settings, answer, store.devices.add(user.user_id, parts.now()))
    return answer


def admitted(
    pages: Pages, request: Request, visit: Visit, user: User, place: str
) -> RedirectResponse:
    """Begin the session of a user who is known now, and lead them to a place.

    Parameters
    ----------
    pages
        The frame of all pages.
    request
        The request.
    visit
        Its visit; the cookie gets a new token.
    user
        Who signed in.
    place
        A path of this server.
    """
    parts = pages.parts
    lasts = timedelta(hours=parts.settings.session_hours)
    token = parts.store.users.begin_session(user, parts.now(), lasts)
    parts.store.audit.add(AuditLine(parts.now(), "signed in", f"user:{user.user_id}", None, {}))
    answer = RedirectResponse(way_back(place), _SEE_OTHER)
    pages.remember(request, visit.with_token(token), answer, int(lasts.total_seconds()))
    return answer


def shown(
    pages: Pages, request: Request, visit: Visit, status: int = 200, **fields: object
) -> Response:
    """Show the form.

    Parameters
    ----------
    pages
        The frame of all pages.
    request
        The request.
    visit
        Its visit.
    status
        Of HTTP.
    **fields
        What was entered, and what was wrong with it.
    """
    settings = pages.parts.settings
    context = {"name": "", "wrong": False, "minutes": 0, "fault": "", "command": ""} | fields
    context |= {"provider": settings.oidc_name, "has_provider": bool(settings.oidc_issuer)}
    context.setdefault("next", way_back(request.query_params.get("next", "")))
    context["no_users"] = not pages.parts.store.users.exist()
    return pages.show(request, visit, "signin.html.j2", status, **context)


def way_back(path: str) -> str:
    r"""Return a path of this server; anything that could lead elsewhere becomes the first page.

    >>> way_back("/leads/1?lang=ja"), way_back("//evil.test"), way_back("/\\evil.test")
    ('/leads/1?lang=ja', '/', '/')
    """
    safe = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if safe and not path.startswith("/sign") else "/"
