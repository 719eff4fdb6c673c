"""The requests that README sends with curl are answered by a server without keys."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serve.scoring.pointer import point
from tests import served
from tests.clocked import Clock, serving

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^curl (?:[^\n']|'[^']*')+", re.MULTILINE)
FORM = "application/x-www-form-urlencoded"
"""What curl states of the body of `-d`."""


def commands(page: str) -> list[list[str]]:
    text = (ROOT / page).read_text("utf-8")
    return [shlex.split(one, comments=True) for one in COMMAND.findall(text)]


def sent(client: TestClient, words: list[str]) -> int:
    """Send what curl would send; return the status."""
    url = next(word for word in words if word.startswith("127.0.0.1:8000")).partition("/")[2]
    for option, kind in (("--json", "application/json"), ("-d", FORM)):
        if option in words:
            body = words[words.index(option) + 1].encode()
            return client.post(f"/{url}", content=body, headers={"Content-Type": kind}).status_code
    return client.get(f"/{url}").status_code


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("readme")
    point(folder, served.lay_down(folder), 1)
    with serving(folder, f"sqlite:///{folder / 'mikomi.db'}", Clock()) as made:
        yield made


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_every_request_is_answered(client: TestClient, page: str) -> None:
    lines = commands(page)
    assert len(lines) >= 3
    assert any("--json" in words for words in lines)
    for words in lines:
        assert sent(client, words) == 200, words


def test_planted_fault_the_body_of_a_form_is_refused(client: TestClient) -> None:
    words = next(one for one in commands("README.md") if "--json" in one)
    assert sent(client, ["-d" if one == "--json" else one for one in words]) == 403
