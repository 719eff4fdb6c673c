"""A provider of OpenID Connect on loopback, that signs truly and can be made to answer wrongly."""

import asyncio
import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.clocked import NOW

CLIENT, SECRET = "mikomi", "the secret of mikomi"
RIGHT = RSAKey.generate_key(2_048, {"kid": "one", "use": "sig"})
FOREIGN = RSAKey.generate_key(2_048, {"kid": "one", "use": "sig"})
PERSON = {"sub": "00u1|sato", "email": "sato@example.jp", "email_verified": True}


class Provider:
    """The application; `changes` replace claims, `fault` names how a token is signed wrongly."""

    def __init__(self) -> None:
        self.issuer = ""
        self.changes: dict[str, Any] = {}
        self.fault = ""
        self.status = 200
        self.hangs = threading.Event()
        self.requests: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        query = _fields(scope["query_string"].decode())
        while self.hangs.is_set():
            await asyncio.sleep(0.02)
        headers = dict(scope["headers"])
        status, location, sent = self._answer(scope["path"], query, body.decode(), headers)
        own = [(b"content-type", b"application/json"), (b"location", location.encode())]
        await send({"type": "http.response.start", "status": status, "headers": own})
        await send({"type": "http.response.body", "body": json.dumps(sent).encode()})

    def _answer(
        self, path: str, query: dict[str, str], body: str, headers: dict[bytes, bytes]
    ) -> tuple[int, str, Any]:
        if self.status != 200:
            return self.status, "", {}
        if path == "/authorize":
            return 302, self._authorized(query), {}
        if path == "/token":
            return self._token(_fields(body), headers.get(b"authorization", b"").decode())
        return 200, "", self._published(path)

    def _published(self, path: str) -> Any:
        if path == "/keys":
            shared = OctKey.import_key("shared" * 8, {"kid": "shared"}).as_dict()
            return {"keys": [RIGHT.as_dict(private=False), shared]}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def _authorized(self, query: dict[str, str]) -> str:
        """Let everybody in at once, and send the browser back with a code."""
        self.requests.append(query)
        code = f"code-{len(self.requests)}"
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, str, Any]:
        """Exchange a code once, for the client and the verifier that it was made for."""
        begun = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        known = authorization in (f"Basic {basic}", f"Basic {plain}")
        if begun is None or not known or begun["code_challenge"] != challenge:
            return 400, "", {"error": "invalid_grant"}
        token = {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(begun)}
        return 200, "", token

    def _signed(self, begun: dict[str, str]) -> str:
        now = int(NOW.timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= PERSON | {"nonce": begun["nonce"]} | self.changes
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.fault == "none":
            parts = ({"alg": "none", "kid": "one"}, claims)
            return ".".join(map(_encoded, parts)) + "."
        if self.fault == "shared secret":
            key = OctKey.import_key("shared" * 8, {"kid": "shared"})
            return jwt.encode({"alg": "HS256", "kid": "shared"}, claims, key)
        key = FOREIGN if self.fault == "foreign key" else RIGHT
        kid = "two" if self.fault == "unknown key" else "one"
        token = jwt.encode({"alg": "RS256", "kid": kid}, claims, key)
        return token[:-8] + "AAAAAAAA" if self.fault == "cut" else token


def _fields(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded).items()}


def _encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@contextmanager
def listening() -> Iterator[Provider]:
    """Serve a provider on a free port of loopback."""
    provider = Provider()
    config = uvicorn.Config(provider, "127.0.0.1", 0, lifespan="off", ws="none", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    provider.issuer = f"http://127.0.0.1:{port}"
    try:
        yield provider
    finally:
        provider.hangs.clear()
        server.should_exit = True
        thread.join()
