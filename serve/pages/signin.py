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
from serve.store.people.users import name_of

_SEE_OTHER = 303
_MINUTE = 60


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/signin")
    def form(request: Request) -> Response:
        visit = pages.guest(request)
        if visit.user is not None:
            return RedirectResponse(_way_back(request.query_params.get("next", "")), _SEE_OTHER)
        return _shown(pages, request, visit)

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
    fields = {"name": name, "next": _way_back(sent.one("next"))}
    store, address = parts.store, request.client.host if request.client else ""
    device = store.devices.known(device_of(request, parts.settings), name)
    try:
        store.sign_ins.attempt(name_of(name), address, parts.now(), device)
    except LockedOut as locked:
        minutes = -(-locked.seconds // _MINUTE)
        return _shown(pages, request, visit, 429, **fields, minutes=minutes)
    user = store.users.known(name, sent.secret("password"))
    if user is None:
        store.audit.add(AuditLine(parts.now(), "refused a sign-in", None, None, {}))
        return _shown(pages, request, visit, 401, **fields, wrong=True)
    store.sign_ins.succeeded(name_of(name), address, device)
    lasts = timedelta(hours=parts.settings.session_hours)
    token = store.users.begin_session(user, parts.now(), lasts)
    store.audit.add(AuditLine(parts.now(), "signed in", f"user:{user.user_id}", None, {}))
    answer = RedirectResponse(fields["next"], _SEE_OTHER)
    pages.remember(request, visit.with_token(token), answer, int(lasts.total_seconds()))
    if device is None:
        set_device(request, parts.settings, answer, store.devices.add(user.user_id, parts.now()))
    return answer


def _shown(
    pages: Pages, request: Request, visit: Visit, status: int = 200, **fields: object
) -> Response:
    context = {"name": "", "wrong": False, "minutes": 0} | fields
    context.setdefault("next", _way_back(request.query_params.get("next", "")))
    context["no_users"] = not pages.parts.store.users.exist()
    return pages.show(request, visit, "signin.html.j2", status, **context)


def _way_back(path: str) -> str:
    r"""Return a path of this server; anything that could lead elsewhere becomes the first page.

    >>> _way_back("/leads/1?lang=ja"), _way_back("//evil.test"), _way_back("/\\evil.test")
    ('/leads/1?lang=ja', '/', '/')
    """
    safe = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if safe and not path.startswith("/sign") else "/"
