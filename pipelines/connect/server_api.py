"""A mikomi server by its API: its ranking, its model, and the records that it is sent.

Decided here: the ranking is read page by page; a lead that a page misses because it moved meanwhile
is read by itself before anything is concluded. An erased person (410) and an unknown lead (404) are
answers.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from features.errors import BadRequest
from pipelines.connect.answers import (
    ANYTHING,
    MOMENT,
    NOTHING,
    NUMBER,
    OBJECT,
    TEXT,
    WHOLE,
    Kind,
    Shape,
)
from pipelines.connect.credentials import Credentials
from pipelines.connect.rest_client import NO_RECORD, CallRefused, FixedHeaders, Pace, RestClient
from pipelines.connect.score_fields import WORDS

KEY: Final = "MIKOMI_KEY"
_PAGE: Final = 1_000
_WORD: Final = Kind("a band or a trend", lambda value: value in list(WORDS["en"]))
_ROW: Final[Shape] = {
    "lead_id": TEXT, "probability": NUMBER, "score": NUMBER, "band": _WORD, "trend": _WORD,
    "sentences": [{"sentence": TEXT}], "band_falls_at": (NOTHING, MOMENT), "as_of": MOMENT,
    "woke_up_at": ANYTHING, "owner_id": ANYTHING,
}  # fmt: skip
_RANKING: Final[Shape] = {"leads": [_ROW], "next_cursor": (NOTHING, TEXT), "waiting?": WHOLE}
_RANKED: Final[Shape] = {"ranked": (NOTHING, OBJECT)}
_HINTS: Final[Shape] = {"hints": [{"record_id": ANYTHING, "place": ANYTHING, "number": WHOLE}]}
_ADDED: Final[Shape] = {"conflicting": [ANYTHING]}


class ServerApi:
    """A mikomi server.

    Parameters
    ----------
    address
        `http://` or `https://`, a host, and a port unless it is the usual one.
    key
        An API key; the server requires one once it has issued one.
    pace
        How calls are paced.
    transport
        Instead of the network: an application of the tests.

    Raises
    ------
    BadRequest
        If that is no such address.
    """

    def __init__(
        self,
        address: str,
        key: str | None,
        pace: Pace,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise BadRequest.of(f"the server {address}", "an http address", "correct it")
        self.address = _plain(address)
        """Where it is, in one form, without a secret."""
        secrets = Credentials({"KEY": key} if key else {})
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._client = RestClient(address, FixedHeaders(headers), pace, secrets, transport)
        self.waiting = 0
        """Leads with news that the ranking, as it was read last, does not show yet."""

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ranking(self, language: str) -> list[Mapping[str, Any]]:
        """Return every row of the ranking, with its sentences in a language."""
        rows: list[Mapping[str, Any]] = []
        params = {"sort": "score", "limit": str(_PAGE), "lang": language}
        while True:
            page = self._client.call("GET", "/v1/leads", params=params, shape=_RANKING)
            rows += page["leads"]
            self.waiting = int(page.get("waiting") or 0)
            if page["next_cursor"] is None:
                return rows
            params["cursor"] = page["next_cursor"]

    def ranked(self, lead_id: str) -> Mapping[str, Any] | None:
        """Return the row of one lead; none if it is not ranked, unknown or erased."""
        try:
            path = f"/v1/leads/{quote(lead_id, safe='')}"
            row = self._client.call("GET", path, shape=_RANKED)["ranked"]
        except CallRefused as error:
            if error.status in {NO_RECORD, HTTPStatus.GONE}:
                return None
            raise
        return dict(row) if row is not None else None

    def model(self) -> Mapping[str, Any]:
        """Return the version and the fingerprint of the champion."""
        answer: Mapping[str, Any] = self._client.call("GET", "/v1/model", shape=OBJECT)
        return answer

    def check_answers(self) -> None:
        """Refuse a server that does not answer as one; one without a model does.

        Raises
        ------
        SystemUnavailable
            If it does not.
        """
        with suppress(CallRefused):
            self.model()

    def check_model(self) -> None:
        """Refuse a server that has no model, whose ranking is empty for no other reason.

        Raises
        ------
        BadRequest
            If it has none.
        """
        try:
            self.model()
        except CallRefused as error:
            if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            raise BadRequest.of(
                "a server without a model, so nothing is scored",
                "a model that was promoted",
                "run `mikomi run`; if it refuses the model, it says what helps",
            ) from error

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Send a body; return the answer.

        Parameters
        ----------
        method, path
            Of the call.
        body
            What JSON can hold.
        """
        shape = _ADDED if method == "POST" else ANYTHING
        return self._client.call(method, path, body, shape=shape)

    def erase(self, lead_id: str) -> None:
        """Erase a person; one that the server does not know is erased."""
        try:
            self._client.call("DELETE", f"/v1/leads/{quote(lead_id, safe='')}")
        except CallRefused as error:
            if error.status not in {NO_RECORD, HTTPStatus.GONE}:
                raise

    def hints(self, connection: str) -> list[Mapping[str, Any]]:
        """Return what webhooks said about a connection and nobody took yet."""
        path = f"/v1/hooks/{quote(connection, safe='')}"
        answer = self._client.call("GET", path, shape=_HINTS)
        hints: list[Mapping[str, Any]] = answer["hints"]
        return hints

    def take_hints(self, connection: str, until: int) -> None:
        """Remove hints that were followed.

        Parameters
        ----------
        connection
            The connection.
        until
            The number of the last one.
        """
        path = f"/v1/hooks/{quote(connection, safe='')}/taken"
        self._client.call("POST", path, {"until": until})


def _plain(address: str) -> str:
    """Return an address in one form, without a user or a password.

    >>> _plain("http://localhost:80/"), _plain("http://[::1]:9/a/")
    ('http://localhost', 'http://[::1]:9/a')
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


def key_of_environment() -> str | None:
    """Return the API key of this process; none if none is set."""
    return os.environ.get(KEY)
