"""Sign-in by a provider: who gets in, and what a provider or an attacker cannot do."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import delete

from features.errors import BadParams, BadRequest
from serve.http.openid import provider as of_provider
from serve.http.openid.attempt import MINUTES
from serve.settings import Settings
from serve.store.people.identities import of_email, of_subject
from serve.store.people.tables_users import DEVICES, IDENTITIES, SESSIONS, USERS
from serve.store.people.users import User
from serve.store.tables import AUDIT
from tests.openid_provider import CLIENT, PERSON, SECRET, Provider, listening
from tests.signing_in import address, identities, is_in, sent_back, sign_in
from tests.unit.pages.test_sign_in import NOW, RIGHT, Site, opened

SATO = User("sato", "sales", "sato")


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with listening() as one:
        yield one


@pytest.fixture(scope="module")
def server(running: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = {"oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    folder = tmp_path_factory.mktemp("server")
    with opened(folder, oidc_issuer=running.issuer, **settings) as one:
        yield one


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.changes, running.fault, running.status = {}, "", 200
    running.hangs.clear()
    return running


@pytest.fixture
def site(server: Site, provider: Provider) -> Site:
    """Return the server with one user, a new browser and the clock at its start."""
    assert provider.status == 200
    server.client.cookies.clear()
    server.clock[:] = [NOW]
    with server.users._engine.begin() as connection:
        for table in (IDENTITIES, SESSIONS, DEVICES, AUDIT, USERS):
            connection.execute(delete(table))
    server.users.add(SATO, RIGHT, NOW)
    identities(server).link("sato", of_email("Sato@Example.JP"))
    return server


def test_a_linked_person_signs_in_and_comes_back_to_the_place(site: Site) -> None:
    page = site.get("/signin?next=/?band=hot").text
    assert 'href="/signin/provider?next=%2F%3Fband%3Dhot"' in page
    entered = sign_in(site, "/signin/provider?next=%2Fleads%2F%E4%BD%90%3Fband%3Dhot")
    assert entered.status_code == 303
    assert entered.headers["location"] == "/leads/%E4%BD%90?band=hot"
    assert is_in(site)


def test_the_request_carries_state_nonce_and_a_challenge(site: Site, provider: Provider) -> None:
    sent_back(site)
    sent_back(site)
    first, second = provider.requests[-2:]
    assert first["code_challenge_method"] == "S256"
    assert first["scope"] == "openid email"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    assert SECRET not in urlencode(first)


def test_passwords_work_beside_the_provider(site: Site, provider: Provider) -> None:
    provider.status = 500
    assert site.sign_in().status_code == 303
    assert is_in(site)


LATE = int((NOW - timedelta(minutes=10)).timestamp())


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT, "another client"]},
        {"aud": None},
        {"azp": "another client"},
        {"iss": "https:" + "//evil.test"},
        {"exp": LATE},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_token_for_another_purpose_lets_nobody_in(
    site: Site, provider: Provider, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    refused = sign_in(site)
    assert refused.status_code == 401
    assert "did not confirm who you are" in refused.text
    assert not is_in(site)
    provider.changes = {}
    assert sign_in(site).status_code == 303, "the same without the fault"


@pytest.mark.parametrize("fault", ["none", "shared secret", "foreign key", "unknown key", "cut"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    site: Site, provider: Provider, fault: str
) -> None:
    provider.fault = fault
    assert sign_in(site).status_code == 401
    assert not is_in(site)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_planted_fault_a_server_that_takes_any_algorithm(
    site: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the description of the provider believed, `none` would let everybody in."""
    monkeypatch.setattr(of_provider, "ALGORITHMS", ("RS256", "none"))
    provider.fault = "none"
    assert sign_in(site).status_code == 303


def test_a_state_counts_once(site: Site) -> None:
    way = sent_back(site)
    before = dict(site.client.cookies)
    assert site.get(way).status_code == 303
    assert site.get(way).status_code == 400, "in the same browser"
    site.client.cookies.clear()
    site.client.cookies.update(before)
    assert site.get(way).status_code == 401, "with a copy of the cookie: the code is used"


def test_a_failed_attempt_cannot_be_repeated(site: Site, provider: Provider) -> None:
    provider.changes = {"nonce": "another"}
    way = sent_back(site)
    assert site.get(way).status_code == 401
    provider.changes = {}
    assert site.get(way).status_code == 400


@pytest.mark.parametrize("change", ["another browser", "old", "ahead", "cut", "missing"])
def test_an_answer_that_nobody_here_waits_for(site: Site, change: str) -> None:
    """Nobody is signed in as the attacker whose answer they are sent to."""
    way = sent_back(site)
    if change == "another browser":
        site.client.cookies.clear()
    elif change == "old":
        site.clock.append(NOW + timedelta(minutes=MINUTES, seconds=1))
    elif change == "ahead":
        site.clock.append(NOW - timedelta(minutes=1))
    else:
        way = way[:-1] if change == "cut" else way.partition("&state")[0]
    refused = site.get(way)
    assert refused.status_code == 400
    assert "Begin it again." in refused.text
    assert not is_in(site)


@pytest.mark.parametrize("way", ["//evil.test", "/\\evil.test", "https:evil.test", "/signin"])
def test_the_way_back_never_leads_elsewhere(site: Site, way: str) -> None:
    place = "/signin/provider?" + urlencode({"next": way})
    assert sign_in(site, place).headers["location"] == "/"


def test_a_planted_cookie_of_the_way_back_leads_nowhere_else(site: Site) -> None:
    way = sent_back(site)
    site.client.cookies.set("mikomi_next", "//evil.test", domain="localhost.local", path="/")
    site.client.cookies.set("mikomi_next", "//evil.test")
    assert site.get(way).headers["location"] == "/"


def test_refused_there_or_an_answer_of_another_provider(site: Site) -> None:
    for change in ({"error": "access_denied"}, {"code": "c", "iss": "https:" + "//evil.test"}):
        state = parse_qs(urlsplit(sent_back(site)).query)["state"][0]
        refused = site.get("/signin/provider/back?" + urlencode({"state": state} | change))
        assert refused.status_code == 401


def test_a_provider_that_is_down_is_reported_within_a_second(
    site: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_provider, "SECONDS", 0.1)
    way = sent_back(site)
    provider.hangs.set()
    began = time.monotonic()
    down = site.get(way, **{"accept-language": "ja"})
    assert time.monotonic() - began < 1.0
    assert (down.status_code, down.headers["retry-after"]) == (503, "5")
    assert "ログインサービスが応答しません" in down.text
    assert 'name="password"' in down.text, "there is another way in"
    with pytest.raises(of_provider.ProviderDown, match="no usable answer"):
        address(provider)
    provider.hangs.clear()
    assert sign_in(site).status_code == 303


def test_a_description_of_another_issuer_is_refused(provider: Provider) -> None:
    assert address(provider).startswith(f"{provider.issuer}/authorize?")
    with pytest.raises(of_provider.ProviderDown, match="a description of"):
        address(provider, provider.issuer.replace("127.0.0.1", "localhost"))


def test_at_most_some_wait_for_the_provider(
    monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    monkeypatch.setattr(of_provider, "AT_ONCE", 0)
    with pytest.raises(of_provider.ProviderDown, match="many wait"):
        address(provider)


def test_who_has_no_account_is_refused_with_the_way_to_get_one(
    site: Site, provider: Provider
) -> None:
    provider.changes = {"email": "suzuki@example.jp"}
    refused = sign_in(site)
    assert refused.status_code == 403
    assert "have no account here" in refused.text
    assert "mikomi user link NAME --subject &#39;00u1|sato&#39;" in refused.text
    identities(site).link("sato", of_subject(provider.issuer, PERSON["sub"]))
    assert sign_in(site).status_code == 303


def test_an_address_that_the_provider_has_not_verified_is_nobodys(
    site: Site, provider: Provider
) -> None:
    for unverified in (False, None, "true"):
        provider.changes = {"email_verified": unverified}
        assert sign_in(site).status_code == 403


def test_a_subject_counts_before_an_address(site: Site, provider: Provider) -> None:
    """An address that passed to another person does not open their predecessor's account."""
    site.users.add(User("suzuki", "manager", None), None, NOW)
    identities(site).link("suzuki", of_subject(provider.issuer, PERSON["sub"]))
    store = identities(site)
    assert store.user(provider.issuer, PERSON["sub"], PERSON["email"]).user_id == "suzuki"
    assert store.user(provider.issuer + "/other", PERSON["sub"], None) is None
    with pytest.raises(BadRequest, match="an identity that is linked"):
        store.link("suzuki", of_email("sato@example.jp"))
    assert store.unlink("suzuki") == 1
    assert store.user(provider.issuer, PERSON["sub"], PERSON["email"]).user_id == "sato"


def test_a_disabled_user_is_refused_and_one_without_a_password_has_no_other_way(
    site: Site, provider: Provider
) -> None:
    provider.changes = {"email": "new@example.jp"}
    site.users.add(User("new@example.jp", "marketing", None), None, NOW)
    for password in ("", RIGHT):
        assert site.sign_in("new@example.jp", password).status_code == 401
    assert sign_in(site).status_code == 303
    site.users.disable("new@example.jp", NOW)
    assert not is_in(site)
    assert sign_in(site).status_code == 403


def test_sign_ins_are_in_the_audit(site: Site, provider: Provider) -> None:
    provider.fault = "cut"
    sign_in(site)
    provider.fault = ""
    sign_in(site)
    app: Any = site.client.app
    lines = [(line.what, line.who) for line in app.state.parts.store.audit.lines()]
    assert lines == [("refused a sign-in", None), ("signed in", "user:sato")]


def test_without_a_provider_there_is_no_way_to_one(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        site.users.add(SATO, RIGHT, NOW)
        assert "/signin/provider" not in site.get("/signin").text
        assert site.get("/signin/provider").status_code == 404


def test_settings_that_cannot_be_used_are_named() -> None:
    with pytest.raises(BadParams, match="begins with https"):
        Settings.read({"MIKOMI_OIDC_ISSUER": "http:" + "//id.example.jp"})
    address = "https:" + "//id.example.jp"
    with pytest.raises(BadParams) as raised:
        Settings.read({"MIKOMI_OIDC_ISSUER": address, "MIKOMI_HOST": "crm.example.jp"})
    assert [one.observed for one in raised.value.faults] == [
        "MIKOMI_OIDC_ISSUER without MIKOMI_OIDC_CLIENT_ID",
        "MIKOMI_OIDC_ISSUER without MIKOMI_PUBLIC_URL",
    ]
    assert "hidden" not in str(Settings(oidc_client_secret="hidden").shown())  # noqa: S106
