"""Pages of a server with two targets: a switch, and everything on a page about one of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.stored_leads.store import Store
from tests import page_list, ranked, served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, form_token, opened

NAME = "upsell"
LEADS = [
    Planted(f"L-{n}", calls=n, owner_id="sato", attributes={"industry": "it"}, crossed_days=1.0)
    for n in range(6)
]
PAGES = page_list.of_a_target("L-3")
SEARCHES = {"/": 2, "/limits": 1}
LINK = re.compile(r'<a [^>]*href="(/[^"]*)"')
SENT = re.compile(r'<form method="post" action="(/[^"]*)"')


@pytest.fixture(scope="module")
def boss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("targets")
    point(folder, served.lay_down(folder), 1)
    served.lay_down_target(folder, NAME, 1)
    with opened(folder, folder, LEADS, targets=NAME) as client:
        other = LoadedModel(served.artifact(1), 3, NAME)
        few = [replace(one, crossed_days=None) for one in LEADS[:3]]
        ranked.plant(client.engine, other, few, NOW)  # type: ignore[attr-defined]
        yield enter(client, "boss")


def switch(page: str) -> str:
    """Return the navigation between targets; "" where there is none."""
    title = r'<nav class="bands no-print" aria-label="(?:What is predicted|予測の対象)">'
    there = re.search(f"{title}.*?</nav>", page, re.DOTALL)
    return there[0] if there else ""


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_switch_with_the_label_of_each_target(boss: TestClient, path: str) -> None:
    for language, label, title in (
        ("en", "Upsell", "What is predicted"),
        ("ja", "追加契約", "予測の対象"),
    ):
        default = switch(boss.get(f"{path}?lang={language}").text)
        other = switch(boss.get(f"{path}?lang={language}&target={NAME}").text)
        assert title in default
        assert f'<a href="{path}?target={NAME}">{label}</a>' in default
        assert f'<a href="{path}" aria-current="true">default</a>' in default
        assert f'<a href="{path}?target={NAME}" aria-current="true">{label}</a>' in other
        assert f'<a href="{path}">default</a>' in other


@pytest.mark.parametrize("path", PAGES)
def test_links_of_a_page_stay_with_its_target(boss: TestClient, path: str) -> None:
    page = boss.get(f"{path}?lang=en&target={NAME}").text
    body = page.replace(f'<a href="{path}">default</a>', "")
    links = [one for one in (*LINK.findall(body), *SENT.findall(body)) if one != "/signout"]
    assert len(links) > 4
    assert [one for one in links if f"target={NAME}" not in one] == []
    searches = body.count('<form method="get"')
    assert body.count(f'name="target" value="{NAME}"') == searches == SEARCHES.get(path, 0)


def test_a_page_is_about_its_target(boss: TestClient) -> None:
    default, other = boss.get("/?lang=en").text, boss.get(f"/?lang=en&target={NAME}").text
    assert (default.count('class="row"'), other.count('class="row"')) == (6, 3)
    assert "deal opened" in other
    pages = [boss.get(f"/leads/L-2?lang=en{query}").text for query in ("", f"&target={NAME}")]
    chances = [re.search(r'id="probability"><[^>]+>([\d.]+)%', page) for page in pages]
    shown = {chance[1] for chance in chances if chance}
    assert len(shown) == 2
    assert boss.get("/ranking.csv").text.count("L-") > boss.get(
        f"/ranking.csv?target={NAME}"
    ).text.count("L-")
    assert "Version 3" in boss.get(f"/model?lang=en&target={NAME}").text


def test_each_target_has_its_own_list_to_hand_over(boss: TestClient) -> None:
    assert "6 leads are waiting" in boss.get("/handover?lang=en").text
    assert "Nobody is waiting" in boss.get(f"/handover?lang=en&target={NAME}").text
    form = {"form_token": form_token(boss), "until": (NOW - timedelta(hours=1)).isoformat()}
    origin = {"origin": "http://localhost"}
    sent = boss.post(f"/handover/seen?target={NAME}", data=form, headers=origin)
    assert sent.status_code == 200
    assert str(sent.url).endswith(f"/handover?saved=1&target={NAME}")
    looks = Store(boss.engine).looks  # type: ignore[attr-defined]
    assert looks.last("boss", "handover") is None
    assert looks.last("boss", f"handover:{NAME}") == NOW - timedelta(hours=1)


def test_a_target_that_is_not_served_is_refused(boss: TestClient) -> None:
    assert boss.get("/?target=churn").status_code == 422


def test_with_one_target_there_is_no_switch(tmp_path: Path) -> None:
    point(tmp_path, served.lay_down(tmp_path), 1)
    with opened(tmp_path, tmp_path, LEADS[:1]) as client:
        enter(client, "boss")
        for path in page_list.of_a_target("L-0"):
            assert "target" not in switch(client.get(f"{path}?lang=en").text)
