"""Signing in by a provider, as a browser does."""

from typing import Any

import httpx

from serve.http.openid import provider as of_provider
from serve.http.openid.attempt import begin
from serve.settings import Settings
from tests.openid_provider import CLIENT, Provider
from tests.unit.pages.test_sign_in import NOW, Site


def identities(site: Site) -> Any:
    app: Any = site.client.app
    return app.state.parts.store.identities


def sent_back(site: Site, way: str = "/signin/provider") -> str:
    """Leave for the provider, sign in there, and return the address that it sends us back to."""
    left = site.get(way)
    assert left.status_code == 303, left.text
    answer = httpx.get(left.headers["location"], follow_redirects=False)
    return str(answer.headers["location"]).removeprefix("http://localhost")


def sign_in(site: Site, way: str = "/signin/provider") -> Any:
    return site.get(sent_back(site, way))


def is_in(site: Site) -> bool:
    """Return whether the first page opens; without a model it answers 503, else it is elsewhere."""
    return bool(site.get("/").status_code == 503)


def address(provider: Provider, issuer: str = "") -> str:
    """Return where a server that has just started sends a browser."""
    settings = Settings(oidc_issuer=issuer or provider.issuer, oidc_client_id=CLIENT)
    return of_provider.Provider(settings).address(begin("token", NOW), "http:", NOW)
