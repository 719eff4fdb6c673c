"""The frame of every page: the visit, the templates in both languages, headers, the cookie.

Decided here: nothing on a page is loaded from elsewhere and only our own script files run, which
the content policy enforces. A page needs a user as soon as one was ever made; before that it is
open on loopback only, under a local name only, and says so.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from markupsafe import Markup

from features.wording.sentences import Language
from serve.errors import NotAllowedHere, NotSignedIn
from serve.http.app_context import AppContext
from serve.http.open_mode import check_not_forwarded, is_local_name
from serve.http.path_ids import sent_path
from serve.pages.shell.contact import CONSENT
from serve.pages.shell.definitions import Definitions
from serve.pages.shell.display_names import outcome_words
from serve.pages.shell.forms import TOKEN, Form, check_form, read_form
from serve.pages.shell.navigation import leads, navigation_of, section_of
from serve.pages.shell.page_words import LANGUAGES, PageWords
from serve.pages.shell.people import PersonNames
from serve.pages.shell.templating import environment
from serve.pages.shell.visitor import (
    LANGUAGE_COOKIE,
    Visit,
    cookie_name,
    is_secure,
    language_of,
    new_token,
    token_of,
)
from serve.routes.describing import target_of
from serve.scoring.protocols import Champion
from serve.scoring.targets import label_of
from serve.store.people.users import User

_PAGES: Final = Path(__file__).parents[1]
_HIDDEN: Final = Markup('<input type="hidden" name="{}" value="{}">')
_OF_TARGETS: Final = frozenset(
    (
        *("ranking.html.j2", "lead.html.j2", "handover.html.j2", "model.html.j2"),
        *("channels.html.j2", "funnel.html.j2", "week.html.j2", "limits.html.j2", "assign.html.j2"),
        *("nurturing.html.j2", "points.html.j2", "team.html.j2"),
        *("accounts.html.j2", "account.html.j2"),
    )
)
"""The pages that are about one target."""
_YEAR_SECONDS: Final = 365 * 86_400
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "vary": "cookie, accept-language",
}
"""A form sent under `no-referrer` would hide the origin that it is checked by."""


class Pages:
    """The frame of all pages.

    Parameters
    ----------
    parts
        The context of the running server.
    """

    def __init__(self, parts: AppContext) -> None:
        self.parts = parts
        self.static = {path.name: path.read_bytes() for path in (_PAGES / "static").iterdir()}
        zone = ZoneInfo(parts.settings.time_zone)
        self.words = {
            language: PageWords(language, zone, parts.settings.currency) for language in LANGUAGES
        }
        common = {
            "static": self.address_of,
            "navigation_of": navigation_of,
            "section_of": section_of,
            "leads_others": leads,
            "consent_names": CONSENT,
        }
        self._environments = {
            language: environment(words, common) for language, words in self.words.items()
        }
        self._closed = False

    def visit(self, request: Request) -> Visit:
        """Return the visit of a user.

        Raises
        ------
        NotSignedIn, NotAllowedHere
            If nobody signed in; if there are no users and the server is reached by a foreign name.
        BadBody
            If the address names a target that is not served.
        """
        guest = self._admitted(request)
        return replace(guest, target=target_of(self.parts, request))

    def _admitted(self, request: Request) -> Visit:
        guest = self.guest(request)
        if guest.user is not None:
            return guest
        if self.needs_user():
            raise NotSignedIn.of("nobody signed in", "a user", "sign in")
        if not is_local_name(request.headers.get("host", "")):
            raise NotAllowedHere.of("a foreign name", "localhost", "make a user: mikomi user add")
        check_not_forwarded(dict(request.scope["headers"]))
        return replace(guest, open_to_all=True)

    def guest(self, request: Request) -> Visit:
        """Return the visit of anyone, with the user if one is signed in."""
        settings = self.parts.settings
        token = token_of(request, settings)
        user = self.parts.store.users.of_session(token, self.parts.now()) if token else None
        return self._of(request, token, user)

    def stranger(self, request: Request) -> Visit:
        """Return a visit without reading the store, for error pages."""
        return self._of(request, token_of(request, self.parts.settings), None)

    def _of(self, request: Request, token: str | None, user: User | None) -> Visit:
        return Visit(
            language=language_of(request, self.parts.settings.language),
            token=token or new_token(),
            user=user,
            open_to_all=False,
            path=sent_path(request.scope),
            query=request.url.query,
        )

    def champion(self, visit: Visit) -> Champion:
        """Return the champion of the target that a page is about."""
        return self.parts.targets.of(visit.target)

    def _choices(self, visit: Visit, template: str) -> list[tuple[str, str]]:
        """Return the targets to switch to, each with its label; none where there is no choice."""
        ready = list(self.parts.targets.ready()) if template in _OF_TARGETS else []
        named = [(one.target, label_of(one, visit.language)) for one in ready]
        return named if len(named) > 1 else []

    def people(self, language: Language) -> PersonNames:
        """Return the names of people."""
        vocabulary = self.parts.champion.current().artifact.catalog.vocabulary
        return PersonNames(self.parts.store.users.all(), vocabulary.labels, language)

    def needs_user(self) -> bool:
        """Return whether pages need a user: one was ever made, or keys are required."""
        if not self._closed:
            settings = self.parts.settings
            self._closed = settings.needs_keys or self.parts.store.users.exist()
        return self._closed

    async def posted(self, request: Request) -> tuple[Visit, Form]:
        """Read the form of a request; return it and the visit, once it is known to be ours."""
        form = await read_form(request)
        visit = await self.parts.threads(self.visit, request)
        check_form(visit, form, request.headers)
        return visit, form

    def show(
        self, request: Request, visit: Visit, template: str, status: int = 200, **context: Any
    ) -> Response:
        """Render a template as the response.

        Parameters
        ----------
        request
            The request.
        visit
            Its visit.
        template
            The name of the template.
        status
            Of HTTP.
        **context
            The variables of the template.
        """
        made = self._environments[visit.language].get_template(template)
        hidden = _HIDDEN.format(TOKEN, visit.form_token)
        context |= {"targets": self._choices(visit, template), "form_token": lambda: hidden}
        defined = Definitions(self.words[visit.language], lambda: self._predicted(visit))
        context |= {"defined": defined, "definitions": defined.used}
        context["due"] = self.parts.ranking_lag.many_due if template in _OF_TARGETS else 0
        page = made.render(visit=visit, now=self.parts.now(), **context)
        response = Response(page, status, HEADERS, "text/html; charset=utf-8")
        self.remember(request, visit, response)
        return response

    def _predicted(self, visit: Visit) -> str:
        """Return what is predicted, such as "won within 90 days"."""
        loaded, words = self.champion(visit).current(), self.words[visit.language]
        outcome, days = outcome_words(loaded, words), loaded.artifact.about.get("horizon_days")
        if not days:
            return outcome
        one, many = "%(outcome)s within %(num)s day", "%(outcome)s within %(num)s days"
        text = words.translations.ngettext(one, many, int(days))
        return str(text % {"outcome": outcome, "num": words.number(int(days))})

    def remember(
        self, request: Request, visit: Visit, response: Response, seconds: int | None = None
    ) -> None:
        """Set the cookies of a visit that the browser does not have.

        Parameters
        ----------
        request
            The request.
        visit
            Its visit.
        response
            Gets the cookies.
        seconds
            How long the browser stores the cookie of the session; missing means until it is closed.
        """
        settings = self.parts.settings
        secure = is_secure(request, settings)
        if token_of(request, settings) != visit.token:
            name = cookie_name(secure=secure)
            response.set_cookie(
                name, visit.token, seconds, secure=secure, httponly=True, samesite="lax"
            )
        if request.query_params.get("lang") == visit.language:
            response.set_cookie(
                LANGUAGE_COOKIE,
                visit.language,
                _YEAR_SECONDS,
                secure=secure,
                httponly=True,
                samesite="lax",
            )

    def address_of(self, name: str) -> str:
        """Return the address of a static file, which changes with its content."""
        return f"/static/{name}?v={hashlib.sha256(self.static[name]).hexdigest()[:12]}"
