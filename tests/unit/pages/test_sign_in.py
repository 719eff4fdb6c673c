"""Signing in: who gets in, who does not, who is locked out; forms that were forged."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from serve.app import create_app
from serve.errors import NoKey
from serve.http.access import API, OPEN, AccessControl
from serve.http.rate_limits import Limits
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.api_keys import Key
from serve.store.people.sign_ins import OWN
from serve.store.people.users import User, Users
from serve.store.schema_versions import upgrade

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RIGHT = "correct horse"
HTML = {"accept": "text/html"}


class Site:
    """A server without a model, a clock that can be set, a browser's manners."""

    def __init__(self, client: TestClient, users: Users, clock: list[datetime]) -> None:
        self.client, self.users, self.clock = client, users, clock

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=HTML | more, follow_redirects=False)

    def token(self, path: str = "/signin") -> str:
        match = re.search(r'name="form_token" value="(\w+)"', self.get(path).text)
        assert match
        return match[1]

    def sign_in(self, name: str = "sato", password: str = RIGHT, **fields: str) -> Any:
        data = {"name": name, "password": password, "form_token": self.token()} | fields
        return self.client.post("/signin", data=data, headers=HTML, follow_redirects=False)


@contextmanager
def opened(tmp_path: Path, **settings: Any) -> Iterator[Site]:
    url, clock = f"sqlite:///{tmp_path / 'mikomi.db'}", [NOW]
    engine = open_engine(url)
    upgrade(engine)
    server = Settings(models=tmp_path, database_url=url, access_log="no", **settings)
    with TestClient(create_app(server, lambda: clock[-1]), base_url="http://localhost") as client:
        yield Site(client, Users(engine), clock)
    engine.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path) as one:
        one.users.add(User("sato", "sales", "sato"), RIGHT, NOW)
        yield one


def test_a_user_signs_in_comes_back_to_the_place_and_signs_out(site: Site) -> None:
    sent = site.get("/?band=hot")
    assert (sent.status_code, sent.headers["location"]) == (303, "/signin?next=%2F%3Fband%3Dhot")
    entered = site.sign_in(" ＳＡＴＯ ", next="/?band=hot")
    assert (entered.status_code, entered.headers["location"]) == (303, "/?band=hot")
    cookie = entered.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "max-age=43200"))
    inside = site.get("/")
    assert inside.status_code == 503
    form = site.token("/signin?next=/nope") if site.get("/signin").status_code == 200 else None
    assert form is None, "who is signed in is not asked again"


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    site.sign_in()
    before = dict(site.client.cookies)
    page = site.client.post("/signout", data={"form_token": token_for(before)}, headers=HTML)
    assert page.url.path == "/signin"
    site.client.cookies.update(before)
    assert site.get("/").headers["location"].startswith("/signin")


def token_for(cookies: dict[str, str]) -> str:
    import hmac  # noqa: PLC0415 - what a page would carry

    return hmac.new(cookies["mikomi_session"].encode(), b"form", "sha256").hexdigest()


@pytest.mark.parametrize("way", ["//evil.test", "/\\evil.test", "http:evil.test", "/signin?next=/"])
def test_the_way_back_never_leads_elsewhere(site: Site, way: str) -> None:
    assert site.sign_in(next=way).headers["location"] == "/"


def test_a_new_session_gets_a_new_token(site: Site) -> None:
    site.get("/signin")
    before = site.client.cookies["mikomi_session"]
    site.sign_in()
    assert site.client.cookies["mikomi_session"] != before


@pytest.mark.parametrize(("name", "password"), [("sato", "wrong one"), ("nobody", RIGHT)])
def test_all_wrong_credentials_get_one_message(site: Site, name: str, password: str) -> None:
    response = site.sign_in(name, password)
    assert response.status_code == 401
    assert "User name or password is not right." in response.text


def test_a_session_ends_at_its_hour_and_with_another_password(site: Site) -> None:
    site.sign_in()
    assert site.get("/").status_code == 503
    site.clock.append(NOW + timedelta(hours=12))
    assert site.get("/").status_code == 303
    site.sign_in()
    site.users.set_password("sato", "another horse")
    assert site.get("/").status_code == 303
    site.sign_in("sato", "another horse")
    site.users.disable("sato", NOW)
    assert site.get("/").status_code == 303
    assert site.sign_in("sato", "another horse").status_code == 401


def test_failures_delay_the_next_attempt(site: Site) -> None:
    for _ in range(OWN.free):
        assert site.sign_in("sato", "wrong one").status_code == 401
    delayed = site.sign_in()
    assert delayed.status_code == 429
    assert "1 minute" in delayed.text
    site.clock.append(NOW + timedelta(seconds=1))
    assert site.sign_in().status_code == 303


def test_a_browser_that_signed_in_before_is_not_delayed_by_others(site: Site) -> None:
    site.sign_in()
    own = {name: value for name, value in site.client.cookies.items() if "device" in name}
    assert len(own) == 1
    site.client.cookies.clear()
    for _ in range(OWN.free):
        site.sign_in("sato", "wrong one")
    assert site.sign_in().status_code == 429
    site.client.cookies.update(own)
    assert site.sign_in().status_code == 303


def test_sign_ins_are_in_the_audit_without_what_was_entered_in_vain(site: Site) -> None:
    site.sign_in("sato", "wrong one")
    site.sign_in()
    audit: Any = site.client.app.state.parts.store.audit  # type: ignore[attr-defined]
    lines = [(line.what, line.who) for line in audit.lines()]
    assert lines == [("refused a sign-in", None), ("signed in", "user:sato")]


@pytest.mark.parametrize(
    "forge",
    [
        {"data": {"form_token": "0" * 64}},
        {"data": {"form_token": ""}},
        {"headers": {"origin": "http:" + "//evil.test"}},
        {"headers": {"origin": "null"}},
        {"headers": {"sec-fetch-site": "cross-site"}},
    ],
    ids=str,
)
def test_a_forged_form_is_refused(site: Site, forge: dict[str, Any]) -> None:
    data = {"name": "sato", "password": RIGHT, "form_token": site.token()}
    right = site.client.post("/signin", data=data, headers=HTML, follow_redirects=False)
    assert right.status_code == 303, "the same form, not forged, is taken"
    site.client.cookies.clear()
    data["form_token"] = site.token()
    forged = site.client.post(
        "/signin",
        data=data | forge.get("data", {}),
        headers=HTML | forge.get("headers", {}),
        follow_redirects=False,
    )
    assert forged.status_code == 403
    assert "This form was refused" in forged.text
    assert site.get("/").status_code == 303


def test_another_visitors_token_does_not_open_a_form(site: Site) -> None:
    foreign = site.token()
    site.client.cookies.clear()
    site.get("/signin")
    assert site.sign_in(form_token=foreign).status_code == 403


def test_without_users_loopback_is_open_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        page = site.get("/", host="localhost")
        assert page.status_code == 503
        assert site.get("/", host="evil.test").status_code == 403, "a name pointed here"
        forwarded = {"x-forwarded-for": "192.0.2.7"}
        assert site.get("/", host="localhost", **forwarded).status_code == 403, "by a proxy"
        site.users.add(User("sato", "sales", None), RIGHT, NOW)
        assert site.get("/").status_code == 303
        site.users.disable("sato", NOW)
        assert site.get("/").status_code == 303, "once there was a user it stays closed"


def test_without_users_no_other_machine_reads_a_page(tmp_path: Path) -> None:
    with opened(tmp_path, host="0.0.0.0") as site:  # noqa: S104 - never bound
        assert site.get("/").headers["location"] == "/signin?next=%2F"
        page = site.get("/signin")
        assert "There are no users yet" in page.text
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie


def test_errors_are_pages_for_browsers_and_problems_for_programs(site: Site) -> None:
    page = site.get("/nope")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text
    for path, accept in (("/nope", "*/*"), ("/v1/nope", "text/html")):
        problem = site.client.get(path, headers={"accept": accept})
        assert problem.headers["content-type"] == "application/problem+json"


def test_the_language_is_chosen_remembered_and_switched_in_place(site: Site) -> None:
    first = site.get("/signin?next=/x", **{"accept-language": "ja"})
    assert 'lang="ja"' in first.text
    assert "/signin?next=%2Fx&amp;lang=en" in first.text
    assert "Password" in site.get("/signin?lang=en", **{"accept-language": "ja"}).text
    assert "Password" in site.get("/signin", **{"accept-language": "ja"}).text, "kept by a cookie"


def test_headers_let_nothing_in_from_elsewhere(site: Site) -> None:
    page = site.get("/signin")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=|https?://", page.text)
    sheet = re.search(r'href="(/static/mikomi.css[^"]*)"', page.text)
    assert sheet
    assert "immutable" in site.get(sheet[1]).headers["cache-control"]
    assert site.get("/static/../app.py").status_code == 404


def test_a_zero_byte_is_refused(site: Site) -> None:
    assert site.sign_in("sa\0to").status_code == 422


def every_route(routes: list[Any]) -> Iterator[APIRoute]:
    """Walk through routers within routers."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from every_route(route.original_router.routes)


def test_every_route_asks_for_a_key_or_a_user_or_is_known_to_be_open(site: Site) -> None:
    hooks = {"/hooks/{name}", "/hooks/{name}/{secret}"}  # which a signature or a secret opens
    open_pages = {"/signin", "/static/{name}", *hooks}
    app: Any = site.client.app
    paths = {route.path_format: route.methods for route in every_route(app.routes)}
    assert {"/", "/signout", "/v1/score", "/v1/leads/{lead_id}"} <= set(paths)
    gate = AccessControl(Limits(1.0, 1.0))
    gate.use([Key("k", "n", "0" * 64, frozenset({"read"}), 1, 0, None)])
    for path, methods in paths.items():
        if path.startswith(API):
            with pytest.raises(NoKey):
                gate.admit(None, "GET", path, 0.0)
        elif path not in (*OPEN, *open_pages):
            for method in methods or ():
                answer = site.client.request(method, path, headers=HTML, follow_redirects=False)
                assert answer.status_code in (303, 403), (method, path)
