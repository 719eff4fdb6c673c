"""A mikomi server by its API: its ranking, its model, and the records that it is sent.

Decided here: the ranking is read page by page; a lead that a page misses because it moved meanwhile
is read by itself before anything is concluded. An erased person (410) and an unknown lead (404) are
answers.
"""

import os
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

from features.errors import BadRequest
from pipelines.connect.credentials import Credentials
from pipelines.connect.rest_client import NO_RECORD, CallRefused, FixedHeaders, Pace, RestClient

KEY: Final = "MIKOMI_KEY"
_PAGE: Final = 1_000


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
            page = self._client.call("GET", "/v1/leads", params=params)
            rows += page["leads"]
            self.waiting = int(page.get("waiting", 0))
            if page["next_cursor"] is None:
                return rows
            params["cursor"] = page["next_cursor"]

    def ranked(self, lead_id: str) -> Mapping[str, Any] | None:
        """Return the row of one lead; none if it is not ranked, unknown or erased."""
        try:
            row = self._client.call("GET", f"/v1/leads/{quote(lead_id, safe='')}")["ranked"]
        except CallRefused as error:
            if error.status in {NO_RECORD, HTTPStatus.GONE}:
                return None
            raise
        return dict(row) if row is not None else None

    def model(self) -> Mapping[str, Any]:
        """Return the version and the fingerprint of the champion."""
        answer: Mapping[str, Any] = self._client.call("GET", "/v1/model")
        return answer

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
        return self._client.call(method, path, body)

    def erase(self, lead_id: str) -> None:
        """Erase a person; one that the server does not know is erased."""
        try:
            self._client.call("DELETE", f"/v1/leads/{quote(lead_id, safe='')}")
        except CallRefused as error:
            if error.status not in {NO_RECORD, HTTPStatus.GONE}:
                raise

    def hints(self, connection: str) -> list[Mapping[str, Any]]:
        """Return what webhooks said about a connection and nobody took yet."""
        answer = self._client.call("GET", f"/v1/hooks/{quote(connection, safe='')}")
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


def key_of_environment() -> str | None:
    """Return the API key of this process; none if none is set."""
    return os.environ.get(KEY)
