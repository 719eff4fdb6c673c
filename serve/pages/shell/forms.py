"""Forms: read, and refused unless one of our pages rendered them.

Decided here: a form must carry the token of its visit, and come from a page of this host by
the headers of the browser (`Origin`, `Sec-Fetch-Site`).
"""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from features.errors import Fault
from serve.errors import BadBody, NotAllowedHere
from serve.pages.shell.visitor import Visit

TOKEN: Final = "form_token"  # noqa: S105 - the name of a field
_MOST_FIELDS: Final = 500


class Form:
    """The fields of a form, as text; those that repeat are lists."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def one(self, name: str) -> str:
        """Return the text of a field without surrounding spaces; "" if it is missing."""
        return self.secret(name).strip()

    def secret(self, name: str) -> str:
        """Return the text of a field with its surrounding spaces; "" if it is missing."""
        return next((value for key, value in self._pairs if key == name), "")

    def many(self, name: str) -> list[str]:
        """Return the texts of a repeated field."""
        return [value for key, value in self._pairs if key == name]


async def read_form(request: Request) -> Form:
    """Read the body of a form.

    Raises
    ------
    BadBody
        If it cannot be read as one.
    """
    body = await request.body()
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise BadBody([Fault("an unreadable form", "a form of a page", "send it anew")]) from error
    if any("\0" in value for _, value in pairs):
        raise BadBody([Fault("a zero byte in a form", "text", "take it out")])
    return Form(pairs)


def check_form(visit: Visit, form: Form, headers: Mapping[str, str]) -> None:
    """Refuse a form that none of our pages rendered for this visit.

    Parameters
    ----------
    visit
        The visit.
    form
        As sent.
    headers
        Of the request.

    Raises
    ------
    NotAllowedHere
        If its token is of another visit, or it comes from another site.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != headers.get("host")
    token = form.one(TOKEN).encode()
    forged = not hmac.compare_digest(token, visit.form_token.encode())
    if elsewhere or site not in ("same-origin", "none") or forged:
        raise NotAllowedHere.of("a form from elsewhere", "a form of this page", "open it anew")
