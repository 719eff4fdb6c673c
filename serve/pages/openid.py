"""/signin/provider: sign-in by OpenID Connect, beside passwords.

Decided here: the way back after sign-in is a path of this server, in a cookie that ends with the
attempt. Whatever goes wrong ends on the sign-in page in words, with the password form below. A
person whom the provider knows and we do not is shown the subject by which an administrator links
them.
"""

import shlex
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import MikomiError
from serve.errors import NotIdentified, ProviderDown
from serve.http.openid.attempt import MINUTES, Attempt, attempt_of, begin
from serve.http.openid.provider import Identity, Provider
from serve.pages.shell.frame import HEADERS, Pages
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit, cookie_name, is_secure, new_token
from serve.pages.signin import admitted, shown, way_back
from serve.store.audit import AuditLine

BACK: Final = "/signin/provider/back"
_NEXT: Final = "mikomi_next"
_SEE_OTHER: Final = 303
_LONGEST: Final = 2_000
_OLD: Final = mark(
    "This sign-in was begun elsewhere, too long ago, or ended already. Begin it again."
)
_DOWN: Final = mark(
    "The sign-in service does not answer. Try again in some minutes, or use your password."
)
_REFUSED: Final = mark("The sign-in service did not confirm who you are. Begin again.")
_UNKNOWN: Final = mark("You are signed in there, but have no account here.")


class _Fault(NamedTuple):
    status: int
    text: str


_OF_ERRORS: Final = {ProviderDown: _Fault(503, _DOWN), NotIdentified: _Fault(401, _REFUSED)}


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes, provider = APIRouter(), Provider(pages.parts.settings)

    @routes.get("/signin/provider")
    def leave(request: Request) -> Response:
        visit, parts = pages.guest(request), pages.parts
        attempt = begin(visit.token, parts.now())
        try:
            address = provider.address(attempt, _back(pages, request), parts.now())
        except MikomiError as error:
            return _failed(pages, request, visit, error)
        answer = RedirectResponse(address, _SEE_OTHER, HEADERS)
        pages.remember(request, visit, answer)
        _remember_place(pages, request, answer)
        return answer

    @routes.get(BACK)
    def back(request: Request) -> Response:
        visit, sent = pages.guest(request), request.query_params
        attempt = attempt_of(visit.token, sent.get("state", ""), pages.parts.now())
        if attempt is None or visit.user is not None:
            return shown(pages, request, visit, 400, fault=_OLD)
        try:
            identity = _identity(pages, request, provider, attempt)
        except MikomiError as error:
            return _failed(pages, request, visit.with_token(new_token()), error)
        return _entered(pages, request, visit, identity)

    return routes


def _identity(pages: Pages, request: Request, provider: Provider, attempt: Attempt) -> Identity:
    sent, parts = request.query_params, pages.parts
    issuer = parts.settings.oidc_issuer
    if sent.get("iss", issuer) != issuer or not sent.get("code"):
        observed = f"an answer without a code ({sent.get('error', 'none')[:60]})"
        raise NotIdentified.of(observed, "the code of a sign-in", "sign in again")
    return provider.identity(attempt, sent["code"], _back(pages, request), parts.now())


def _entered(pages: Pages, request: Request, visit: Visit, identity: Identity) -> Response:
    user = pages.parts.store.identities.user(*identity)
    if user is None:
        _note_refusal(pages)
        command = f"mikomi user link NAME --subject {shlex.quote(identity.subject[:_LONGEST])}"
        other = visit.with_token(new_token())
        return shown(pages, request, other, 403, next="/", fault=_UNKNOWN, command=command)
    name = _cookie_of_place(pages, request)
    answer = admitted(pages, request, visit, user, unquote(request.cookies.get(name, "/")))
    answer.delete_cookie(name, secure=is_secure(request, pages.parts.settings), httponly=True)
    return answer


def _failed(pages: Pages, request: Request, visit: Visit, error: MikomiError) -> Response:
    fault = _OF_ERRORS.get(type(error))
    if fault is None:
        raise error
    if isinstance(error, NotIdentified):
        _note_refusal(pages)
    if pages.parts.log is not None:
        pages.parts.log.line("provider of sign-ins", error=str(error)[:500])
    response = shown(pages, request, visit, fault.status, fault=fault.text)
    if isinstance(error, ProviderDown):
        response.headers["retry-after"] = "5"
    return response


def _note_refusal(pages: Pages) -> None:
    line = AuditLine(pages.parts.now(), "refused a sign-in", None, None, {})
    pages.parts.store.audit.add(line)


def _back(pages: Pages, request: Request) -> str:
    """Return the address to which the provider sends the browser back."""
    own = pages.parts.settings.public_url or str(request.base_url)
    return own.rstrip("/") + BACK


def _remember_place(pages: Pages, request: Request, answer: Response) -> None:
    """Set the cookie of the place to which sign-in shall lead."""
    place = way_back(request.query_params.get("next", "")[:_LONGEST])
    answer.set_cookie(
        _cookie_of_place(pages, request),
        quote(place, safe="/"),
        60 * MINUTES,
        secure=is_secure(request, pages.parts.settings),
        httponly=True,
        samesite="lax",
    )


def _cookie_of_place(pages: Pages, request: Request) -> str:
    return cookie_name(secure=is_secure(request, pages.parts.settings), of=_NEXT)
