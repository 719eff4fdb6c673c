"""Who looks at a page: a user, or everyone on this machine while there are no users.

Decided here: one cookie. Before sign-in its token is nobody's; at sign-in a new one is given, which
the sessions know. The token of forms is made from the cookie's, so it is bound to the session and
nothing of it is kept. A sales user sees what `MIKOMI_SALES_SEE` allows, others see every lead.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from features.wording.sentences import Language
from serve.pages.page_words import LANGUAGES
from serve.routes.describing import accepted_language
from serve.settings import LOOPBACK, Settings
from serve.store.people.users import User

LANGUAGE_COOKIE: Final = "mikomi_language"
_COOKIE: Final = "mikomi_session"
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{43}")


@dataclass(frozen=True)
class Visit:
    """One look at a page.

    Attributes
    ----------
    language
        In which the page is written.
    token
        Of the cookie.
    user
        Who signed in; None before, and while there are no users.
    open_to_all
        There are no users, and the server is on loopback: everyone here may do everything.
    path, query
        The place, for the language switch to keep.
    """

    language: Language
    token: str
    user: User | None
    open_to_all: bool
    path: str
    query: str

    @property
    def form_token(self) -> str:
        """What a form of this visit carries."""
        return hmac.new(self.token.encode(), b"form", "sha256").hexdigest()

    @property
    def user_id(self) -> str:
        """Who looks, for what is kept of looks and feedback; "" for everyone on this machine."""
        return "" if self.user is None else self.user.user_id

    @property
    def owner_id(self) -> str | None:
        """Whose leads are this user's own."""
        return None if self.user is None else self.user.owner_id

    def with_token(self, token: str) -> "Visit":
        """Give the same visit under another token."""
        return replace(self, token=token)

    def switched(self, language: Language) -> str:
        """Give the address of the same place in another language."""
        kept = [pair for pair in parse_qsl(self.query, keep_blank_values=True) if pair[0] != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"

    def with_query(self, **values: object) -> str:
        """Give the address of this place with some of its query changed; None takes one out."""
        kept = [
            pair
            for pair in parse_qsl(self.query, keep_blank_values=False)
            if pair[0] not in values and pair[0] != "lang"
        ]
        told = [(name, str(value)) for name, value in values.items() if value is not None]
        query = urlencode([*kept, *told])
        return f"{self.path}?{query}" if query else self.path


def seen_by(visit: Visit, settings: Settings) -> frozenset[str | None] | None:
    """Give the owners whose leads a visit may see, None among them for unowned; None is all."""
    user = visit.user
    if user is None or user.role != "sales" or settings.sales_see == "all":
        return None
    unowned = [None] if settings.sales_see == "own_and_unowned" else []
    return frozenset([*unowned, *([user.owner_id] if user.owner_id else [])])


def may_see(visit: Visit, settings: Settings, owner_id: str | None) -> bool:
    """Say whether a visit may see a lead of this owner."""
    owners = seen_by(visit, settings)
    return owners is None or owner_id in owners


def language_of(request: Request, default: str) -> Language:
    """Choose the language: `lang` in the query, else the cookie, else the browser's."""
    asked = request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)
    found = [language for said in asked for language in LANGUAGES if language == said]
    return found[0] if found else accepted_language(request, default)


def is_secure(request: Request, settings: Settings) -> bool:
    """Say whether cookies are for https alone: always, but for plain http on loopback."""
    return request.url.scheme == "https" or not settings.loopback


def cookie_name(*, secure: bool) -> str:
    """Give the name of the cookie; `__Host-` binds it to this very host."""
    return f"__Host-{_COOKIE}" if secure else _COOKIE


def token_of(request: Request, settings: Settings) -> str | None:
    """Give the token that the browser brought, if it can be one of ours."""
    said = request.cookies.get(cookie_name(secure=is_secure(request, settings)), "")
    return said if _TOKEN.fullmatch(said) else None


def new_token() -> str:
    """Make the token of a visitor who brought none."""
    return secrets.token_urlsafe(32)


def is_local_name(host: str) -> bool:
    """Say whether a Host header names this machine; a foreign page may point its name here.

    >>> is_local_name("localhost:8000"), is_local_name("[::1]:8000"), is_local_name("evil.test")
    (True, True, False)
    """
    name = re.sub(r":\d+$", "", host).strip("[]")
    return name in LOOPBACK
