"""The visitor of a page: a user, or everyone on this machine while there are no users.

Decided here: one cookie is the visitor's. Before sign-in its token belongs to no session; at
sign-in it is replaced by that of the session. The token of forms is derived from it, so it is bound
to the session and stored nowhere. A sales user sees what `MIKOMI_SALES_SEE` allows, others see
every lead.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response

from features.wording.sentences import Language
from serve.pages.shell.page_words import LANGUAGES
from serve.routes.describing import accepted_language
from serve.settings import Settings
from serve.store.people.users import User
from serve.wire.targets import DEFAULT

LANGUAGE_COOKIE: Final = "mikomi_language"
_COOKIE: Final = "mikomi_session"
_DEVICE: Final = "mikomi_device"
_YEAR_SECONDS: Final = 365 * 86_400
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{43}")


@dataclass(frozen=True)
class Visit:
    """One request for a page.

    Attributes
    ----------
    language
        Of the page.
    token
        The value of the cookie.
    user
        The user who is signed in, if any.
    open_to_all
        Whether there are no users and the server is on loopback: everyone here may do everything.
    path, query
        The address, which the language switch leaves as it is.
    target
        The target that the page is about; empty is the default.
    """

    language: Language
    token: str
    user: User | None
    open_to_all: bool
    path: str
    query: str
    target: str = DEFAULT

    @property
    def form_token(self) -> str:
        """The token of the forms of this visit."""
        return hmac.new(self.token.encode(), b"form", "sha256").hexdigest()

    @property
    def user_id(self) -> str:
        """The id of the user, for stored visits and feedback; "" for everyone on this machine."""
        return "" if self.user is None else self.user.user_id

    @property
    def owner_id(self) -> str | None:
        """The owner whose leads are this user's own."""
        return None if self.user is None else self.user.owner_id

    def with_token(self, token: str) -> "Visit":
        """Return the same visit with another token."""
        return replace(self, token=token)

    def switched(self, language: Language) -> str:
        """Return the address of the same page in another language."""
        others = [
            pair for pair in parse_qsl(self.query, keep_blank_values=True) if pair[0] != "lang"
        ]
        return f"{self.path}?{urlencode([*others, ('lang', language)])}"

    def link(self, address: str) -> str:
        """Return an address of these pages, about the same target."""
        if not self.target:
            return address
        return f"{address}{'&' if '?' in address else '?'}target={self.target}"

    def with_query(self, **values: object) -> str:
        """Return the address of this page with a changed query; None removes a parameter."""
        others = [
            pair
            for pair in parse_qsl(self.query, keep_blank_values=False)
            if pair[0] not in values and pair[0] != "lang"
        ]
        changed = [(name, str(value)) for name, value in values.items() if value is not None]
        query = urlencode([*others, *changed])
        return f"{self.path}?{query}" if query else self.path


def visible_owners(visit: Visit, settings: Settings) -> frozenset[str | None] | None:
    """Return the owners whose leads a visit may see.

    Parameters
    ----------
    visit
        The visit.
    settings
        Of the server.

    Returns
    -------
    None means all owners; None among the owners means leads without one.
    """
    user = visit.user
    if user is None or user.role != "sales" or settings.sales_see == "all":
        return None
    unowned = [None] if settings.sales_see == "own_and_unowned" else []
    return frozenset([*unowned, *([user.owner_id] if user.owner_id else [])])


def may_see(visit: Visit, settings: Settings, owner_id: str | None) -> bool:
    """Return whether a visit may see a lead of this owner.

    Parameters
    ----------
    visit
        The visit.
    settings
        Of the server.
    owner_id
        The owner; None for a lead without one.
    """
    owners = visible_owners(visit, settings)
    return owners is None or owner_id in owners


def named_owners(visit: Visit) -> frozenset[str | None] | None:
    """Return the owners whose leads a visit may see by name: one's own, and nobody's.

    Returns
    -------
    None means all owners; None among the owners means leads without one.
    """
    user = visit.user
    if user is None or user.role != "sales":
        return None
    return frozenset([None, *([user.owner_id] if user.owner_id else [])])


def may_name(visit: Visit, owner_id: str | None) -> bool:
    """Return whether a visit may see names of a lead of this owner.

    Parameters
    ----------
    visit
        The visit.
    owner_id
        The owner; None for a lead without one.
    """
    owners = named_owners(visit)
    return owners is None or owner_id in owners


def language_of(request: Request, default: str) -> Language:
    """Return the language: `lang` in the query, else the cookie, else the browser's.

    Parameters
    ----------
    request
        The request.
    default
        For a browser without one.
    """
    choices = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    known = [language for one in choices for language in LANGUAGES if language == one]
    return known[0] if known else accepted_language(request, default)


def is_secure(request: Request, settings: Settings) -> bool:
    """Return whether cookies are for https only: always, except over plain http on loopback.

    Parameters
    ----------
    request
        The request.
    settings
        Of the server.
    """
    return request.url.scheme == "https" or not settings.loopback


def cookie_name(*, secure: bool, of: str = _COOKIE) -> str:
    """Return the name of a cookie; `__Host-` binds it to this very host.

    Parameters
    ----------
    secure
        Whether it is for https only.
    of
        The name without the prefix.
    """
    return f"__Host-{of}" if secure else of


def token_of(request: Request, settings: Settings) -> str | None:
    """Return the token in the cookie, if it has the form of ours.

    Parameters
    ----------
    request
        The request.
    settings
        Of the server.
    """
    return _cookie(request, settings, _COOKIE)


def device_of(request: Request, settings: Settings) -> str | None:
    """Return the cookie of a browser that has signed in before, if it has the form of ours.

    Parameters
    ----------
    request
        The request.
    settings
        Of the server.
    """
    return _cookie(request, settings, _DEVICE)


def _cookie(request: Request, settings: Settings, of: str) -> str | None:
    name = cookie_name(secure=is_secure(request, settings), of=of)
    token = request.cookies.get(name, "")
    return token if _TOKEN.fullmatch(token) else None


def set_device(request: Request, settings: Settings, response: Response, token: str) -> None:
    """Set the cookie of a browser that has just signed in.

    Parameters
    ----------
    request
        The request.
    settings
        Of the server.
    response
        Gets the cookie.
    token
        Its value.
    """
    secure = is_secure(request, settings)
    name = cookie_name(secure=secure, of=_DEVICE)
    response.set_cookie(name, token, _YEAR_SECONDS, secure=secure, httponly=True, samesite="lax")


def new_token() -> str:
    """Return a new token for a visitor without one."""
    return secrets.token_urlsafe(32)
