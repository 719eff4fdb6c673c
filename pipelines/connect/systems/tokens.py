"""Access tokens by the client-credentials grant of OAuth 2.0 (RFC 6749, section 4.4).

Decided here: a token lives in memory only, is fetched at the first call and again after a 401.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from pipelines.connect.answers import TEXT, mismatch
from pipelines.connect.credentials import Credentials
from pipelines.connect.rest_client import CallRefused, SystemUnavailable

_TIMEOUT = 60.0


class ClientToken:
    """The headers of calls with a token.

    Parameters
    ----------
    address
        What gives tokens.
    fields
        Of the form besides the grant, without secrets.
    secrets
        With CLIENT_ID and CLIENT_SECRET.
    transport
        Instead of the network: an application of the tests.
    """

    def __init__(
        self,
        address: str,
        fields: Mapping[str, str],
        secrets: Credentials,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._address, self._fields, self._secrets = address, fields, secrets
        self._http = httpx.Client(timeout=_TIMEOUT, trust_env=False, transport=transport)
        self._token = ""

    def __call__(self, *, renew: bool) -> Mapping[str, str]:
        """Return the headers of a call; a token is fetched if there is none, or on request."""
        if renew or not self._token:
            self._token = self._fetch()
        return {"authorization": f"Bearer {self._token}"}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _fetch(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._secrets.reveal("CLIENT_ID"),
            "client_secret": self._secrets.reveal("CLIENT_SECRET"),
            **self._fields,
        }
        try:
            response = self._http.post(self._address, data=form)
            if response.is_server_error or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                raise httpx.ReadError("no token")
            if response.is_success:
                return _token_in(response.json())
        except (httpx.RequestError, httpx.InvalidURL, ValueError, RecursionError) as error:
            why = f"{self._address}: no token ({type(error).__name__})"
            raise SystemUnavailable.of(why, "a token", "run it again later") from None
        words = self._secrets.without_secrets(response.text[:400])
        raise CallRefused.of(
            f"{self._address}: {response.status_code} {words}",
            "a client that may fetch tokens",
            "check CLIENT_ID and CLIENT_SECRET, and the client-credentials flow of the system",
        )


def _token_in(answer: Any) -> str:
    if wrong := mismatch(answer, {"access_token": TEXT}):
        raise ValueError(wrong.observed)
    return str(answer["access_token"])
