"""Every number has one definition, reached by tap and key without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serve.pages.shell.definition_texts import DEFINITIONS
from serve.scoring.pointer import point
from tests import served
from tests.page_list import addresses
from tests.ranked import Planted
from tests.selling import enter, opened

LEADS = [
    *(
        Planted(f"L-{n}", n, "sato", {"industry": "製造業", "source": "web"}, account_id="acme")
        for n in range(5)
    ),
    Planted("V-1", 3, None, {"source": "web"}, age_days=250, deals=(("won", 3, 900.0),)),
]
BUTTON = re.compile(r'<button type="button" class="defined" popovertarget="([^"]+)"([^>]*)>')
POPOVER = re.compile(r'<div popover class="what" id="([^"]+)"><strong>(.+?)</strong><p>(.+?)</p>')


@pytest.fixture(scope="module")
def boss(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, tmp_path_factory.mktemp("store"), LEADS) as client:
        yield enter(client, "boss")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_button_of_a_number_opens_its_definition(boss: TestClient, language: str) -> None:
    used = set()
    for path in addresses("L-1", "acme"):
        page = boss.get(f"{path}{'&' if '?' in path else '?'}lang={language}").text
        buttons, texts = BUTTON.findall(page), {one[0]: one[1:] for one in POPOVER.findall(page)}
        assert {one for one, _ in buttons} == texts.keys(), path
        assert all(name and len(text) > 5 for name, text in texts.values()), path
        assert "%" not in re.sub(r"\d+%", "", " ".join(map(str, texts.values()))), path
        for code in texts:
            reached = [more for one, more in buttons if one == code and "tabindex" not in more]
            assert len(reached) == 1, f"{path}: the Tab key comes to {code} once"
            assert "title=" in reached[0], "the pointer shows it, too"
        used |= texts.keys()
    assert {"what-probability", "what-win_rate", "what-per_win", "what-week_hot"} <= used


def test_a_definition_names_what_is_predicted(boss: TestClient) -> None:
    english = re.search(r"so many reach it: won within (\d+) days", boss.get("/?lang=en").text)
    assert english is not None
    assert f"「{english[1]}日以内に受注」となる見込み" in boss.get("/?lang=ja").text


def test_every_definition_is_used_by_a_template() -> None:
    folder = Path(__file__).parents[3] / "serve" / "pages" / "templates"
    text = "".join(one.read_text("utf-8") for one in folder.iterdir())
    called = {*re.findall(r'defined\("(\w+)"', text), *re.findall(r'figure\("(\w+)"', text)}
    assert called == DEFINITIONS.keys()
