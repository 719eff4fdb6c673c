"""Every page of the product is in the one list, and every page opens in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from serve.app import create_app
from serve.pages.shell.navigation import NAVIGATION
from serve.scoring.pointer import point
from serve.settings import Settings
from tests import page_list, served
from tests.ranked import Planted
from tests.selling import enter, opened

LEADS = [Planted("L-1", 6, "sato", {"industry": "製造業"}, crossed_days=1, account_id="acme")]
TEMPLATES = Path(__file__).parents[3] / "serve/pages/templates"
NOT_OPENED = {"layout.html.j2", "macros.html.j2", "refusal.html.j2", "taken.html.j2"}
"""Templates of no page that has an address: parts, errors, the answer to a form."""


@pytest.fixture(scope="module")
def boss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, folder, LEADS) as one:
        yield enter(one, "boss")


@pytest.mark.parametrize("address", page_list.addresses("L-1", "acme"))
def test_every_page_opens_in_both_languages(boss: TestClient, address: str) -> None:
    titles = set()
    for language in ("en", "ja"):
        answer = boss.get(page_list.in_language(address, language))
        assert answer.status_code == 200
        if address in page_list.WITHOUT_USER:
            assert answer.url.path == "/", "who has signed in is led on"
            return
        assert f'<html lang="{language}">' in answer.text
        titles.add(re.search(r"<title>[^<]+</title>", answer.text)[0])  # type: ignore[index]
    assert len(titles) == (
        1 if address.startswith(("/leads/", "/accounts/", page_list.REP)) else 2
    ), "by their ids"


@pytest.mark.parametrize("address", page_list.ABSENT)
def test_nothing_is_at_the_other_addresses(boss: TestClient, address: str) -> None:
    assert boss.get(address).status_code == 404


def test_the_list_holds_what_the_navigation_leads_to_and_what_has_a_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = list(page_list.routes())
    assert len(paths) == len(set(paths)) >= 10
    assert {path for path, _ in NAVIGATION} <= set(paths)
    rest = {*page_list.QUERIES, *page_list.WITHOUT_USER, *page_list.OF_NO_TARGET}
    assert rest | {*page_list.WITH_PARAMETERS, *page_list.OF_ADMINS} <= set(paths), (
        "of pages that are gone"
    )
    templates = {path.name for path in TEMPLATES.iterdir()} - NOT_OPENED
    assert len(paths) - len(page_list.files()) == len(templates), "a page, a template"
    monkeypatch.setattr(page_list, "PAGES", page_list.PAGES[1:])
    assert "/" not in page_list.routes(), "the planted fault: a page that is not in the list"


def test_no_page_is_served_beside_the_list(tmp_path: Path) -> None:
    app = create_app(Settings(models=tmp_path, database_url=f"sqlite:///{tmp_path / 'm.db'}"))
    described = set(app.openapi()["paths"])
    assert others(app.routes, described) == []
    late = APIRouter()
    late.get("/late")(lambda: None)
    assert others([*app.routes, *late.routes], described) == ["/late"], "the planted fault"


def others(routes: Any, described: set[str]) -> list[str]:
    """Return paths that are served, stand in no description of the API and in no list."""
    known = {*page_list.routes(), "/static/{name}", "/openapi.json"}
    return sorted({one.path for one in flat(routes) if one.path_format not in described} - known)


def flat(routes: Any) -> Iterator[Any]:
    for one in routes:
        if hasattr(one, "original_router"):
            yield from flat(one.original_router.routes)
        elif "GET" in (one.methods or ()):
            yield one


def test_a_parameter_without_an_example_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    routes = APIRouter()
    routes.get("/weeks/{week}")(lambda: None)
    module = SimpleNamespace(router=lambda _: routes)
    monkeypatch.setattr(page_list, "PAGES", cast("Any", (module,)))
    with pytest.raises(LookupError, match="/weeks/"):
        page_list.addresses("L-1")
