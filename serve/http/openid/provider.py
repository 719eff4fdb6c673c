"""The provider of OpenID Connect: where to send a browser, and who came back.

Decided here: only signatures of a private key count (never `none`, never a shared secret), whatever
the provider's description allows. Description and keys are read when needed and again after an
hour, the keys also for a key that is not among them. At most `AT_ONCE` requests wait for the
provider, each for `SECONDS`, so one that hangs holds nobody but those who sign in by it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any, Final, NamedTuple

from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from serve.errors import NotIdentified, ProviderDown
from serve.http.openid.attempt import Attempt
from serve.settings import Settings, is_private

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")
SECONDS: Final = 3.0
AT_ONCE: Final = 4
LEEWAY_SECONDS: Final = 60
_RENEWED: Final = timedelta(hours=1)
_DESCRIPTION: Final = "/.well-known/openid-configuration"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_AGAIN: Final = "sign in again"


class Identity(NamedTuple):
    """Whom the provider has identified; `email` is missing unless it may be relied on."""

    issuer: str
    subject: str
    email: str | None


class _Known(NamedTuple):
    """What the provider publishes of itself, as of `at`."""

    description: Mapping[str, Any]
    keys: Mapping[str, Any]
    at: datetime


class Provider:
    """The provider that the settings name.

    Parameters
    ----------
    settings
        Of the server.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: _Known | None = None
        self._places = BoundedSemaphore(AT_ONCE)

    def address(self, attempt: Attempt, back: str, now: datetime) -> str:
        """Return the address to which the browser is sent to sign in.

        Parameters
        ----------
        attempt
            The attempt.
        back
            The address of this server to which the provider sends the browser back.
        now
            The present moment.

        Raises
        ------
        ProviderDown
            If the provider does not answer, or describes itself wrongly.
        """
        with self._asking(back) as client:
            endpoint = self._read(client, now).description["authorization_endpoint"]
            made = client.create_authorization_url(
                endpoint, attempt.state, attempt.verifier, nonce=attempt.nonce
            )
        return str(made[0])

    def identity(self, attempt: Attempt, code: str, back: str, now: datetime) -> Identity:
        """Exchange the code of an answer, and return who signed in.

        Parameters
        ----------
        attempt
            The attempt that the answer belongs to.
        code
            From the answer.
        back
            As in `address`.
        now
            The present moment.

        Raises
        ------
        NotIdentified
            If the provider refuses the code, or its token is not one for this attempt.
        ProviderDown
            If the provider does not answer, or describes itself wrongly.
        """
        with self._asking(back) as client:
            known = self._read(client, now)
            token = client.fetch_token(
                known.description["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
            claims = self._claims(client, known, token, now)
            claims.params["nonce"] = attempt.nonce
            claims.validate(int(now.timestamp()), LEEWAY_SECONDS)
        return self._identity(claims)

    @contextmanager
    def _asking(self, back: str) -> Iterator[Any]:
        """Open a client; whatever goes wrong becomes an exception of ours."""
        if not self._places.acquire(blocking=False):
            raise ProviderDown.of("a provider that many wait for", "an answer", "try again later")
        try:
            with self._client(back) as client:
                yield client
        except (NotIdentified, ProviderDown):
            raise
        except (OAuthError, JoseError) as error:
            observed = f"a sign-in that does not hold ({_short(error)})"
            raise NotIdentified.of(observed, "one for this attempt", _AGAIN) from error
        except Exception as error:  # two libraries may be beneath, and any answer may come
            observed = f"no usable answer of {self._settings.oidc_issuer} ({type(error).__name__})"
            raise ProviderDown.of(observed, "its description and token", "try later") from error
        finally:
            self._places.release()

    def _client(self, back: str) -> Any:
        settings = self._settings
        secret = settings.oidc_client_secret or None
        return OAuth2Client(
            settings.oidc_client_id,
            secret,
            token_endpoint_auth_method=self._method() if secret else "none",
            scope="openid email",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    def _method(self) -> str:
        described = self._known.description if self._known else {}
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"

    def _read(self, client: Any, now: datetime) -> _Known:
        known = self._known
        if known is None or abs(now - known.at) > _RENEWED:
            issuer = self._settings.oidc_issuer
            described = _json(client, issuer.rstrip("/") + _DESCRIPTION)
            _check(described, issuer)
            known = self._known = _Known(described, _json(client, described["jwks_uri"]), now)
            client.token_endpoint_auth_method = self._method() if client.client_secret else "none"
        return known

    def _claims(self, client: Any, known: _Known, token: Any, now: datetime) -> Any:
        try:
            decoded = _decoded(token, known.keys)
        except InvalidKeyIdError:
            keys = _json(client, known.description["jwks_uri"])
            self._known = known._replace(keys=keys, at=now)
            decoded = _decoded(token, keys)
        own = self._settings
        options: Any = {
            "iss": {"essential": True, "value": own.oidc_issuer},
            "aud": {"essential": True, "value": own.oidc_client_id},
            "nonce": {"essential": True},
        }
        params = {"client_id": own.oidc_client_id, "access_token": token.get("access_token")}
        return CodeIDToken(decoded.claims, decoded.header, options, params)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not subject:
            raise NotIdentified.of("a token without a subject", "a person", _AGAIN)
        relied_on = self._settings.oidc_emails == "all" or claims.get("email_verified") is True
        usable = isinstance(email, str) and "@" in email and relied_on
        return Identity(self._settings.oidc_issuer, subject, str(email) if usable else None)


def _decoded(token: Any, keys: Mapping[str, Any]) -> Any:
    if not isinstance(token.get("id_token"), str):
        raise NotIdentified.of("an answer without an id_token", "one", "check the scope openid")
    usable = {"keys": [key for key in keys["keys"] if key.get("kty") != "oct"]}
    return jwt.decode(token["id_token"], KeySet.import_key_set(usable), ALGORITHMS)  # type: ignore[arg-type]


def _json(client: Any, address: str) -> dict[str, Any]:
    response = client.request("GET", address, withhold_token=True)
    response.raise_for_status()
    return dict(response.json())


def _check(described: Mapping[str, Any], issuer: str) -> None:
    """Refuse a description of another issuer, or with places that anyone on the way can read."""
    if described.get("issuer") != issuer:
        observed = f"a description of {str(described.get('issuer'))[:100]}"
        raise ProviderDown.of(observed, issuer, "correct MIKOMI_OIDC_ISSUER")
    for name in _ENDPOINTS:
        if not is_private(str(described[name])):
            raise ProviderDown.of(f"{name} without https", "an https address", "see its settings")


def _short(error: Exception) -> str:
    code = getattr(error, "error", "") or type(error).__name__
    return str(code)[:60]
