"""What a server with a fixed clock answers about leads of the sample company, and its pages.

Decided here: the leads are sent as a CRM would, ranked at one moment and again two days later,
after quiet leads did something; then a fresh server answers, by one model and then by the other.
From texts only what chance has drawn is taken out: ids of receipts and the tokens of forms.
"""

import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fastapi.testclient import TestClient
from httpx import Response

from tests import page_list
from tests.clocked import Clock, serving
from tests.golden import leads
from tests.golden.company import MAIN, TREES
from tests.page_list import in_language
from tests.ranked_company import refresh

FIRST: Final = datetime(2026, 4, 1, tzinfo=UTC)
NOW: Final = FIRST + timedelta(days=2)
LANGUAGES: Final = ("ja", "en")
WORDS: Final = ("/docs", "/words", "/signin")
"""Pages without a number of a model, which are the same on every machine."""
_FOLDER, _URL = Path("served"), "sqlite:///served.db"
_BROWSER: Final = {"host": "localhost", "accept": "text/html"}
_FEW: Final = 20
_TOKEN: Final = re.compile(r'(name="form_token" value=")[^"]*')
_RECEIPT: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
Texts = dict[str, str]
_FAULTY: Final[dict[str, tuple[str, str, Any]]] = {
    "an empty body": ("POST", "/v1/score", {}),
    "three faults": ("POST", "/v1/score", {"lead_id": 1, "created_at": "x", "activities": 3}),
    "a batch with a faulty lead": ("POST", "/v1/score/batch", {"leads": [{"lead_id": "L"}]}),
    "a lead that is not there": ("GET", "/v1/leads/nobody/score", None),
    "a receipt that is not there": ("GET", f"/v1/receipts/{'0' * 12}", None),
    "parameters": ("GET", "/v1/leads?limit=0&band=x&woke_since=x&cursor=!", None),
    "no such path": ("GET", "/v1/nothing", None),
    "no such method": ("DELETE", "/v1/score", None),
}


def texts() -> tuple[Texts, Texts]:
    """Return status and text of every answer and page: those without floats, and those with."""
    bodies = leads.bodies(Path("data/sample/tables"))
    _answered_by(MAIN, 1)
    _bring(bodies)
    with _server(NOW) as client:
        words = _words(client)
        numbers = _scores(client, bodies, "receipt")
        numbers |= _outlooks(client, bodies[:: leads.COUNT // _FEW])
        numbers |= _stored(client, _shown(client))
        _answered_by(TREES, 2)
        _wait(lambda: client.get("/v1/model").json()["version"] == 2)
        numbers |= _scores(client, bodies[:: leads.COUNT // _FEW], "receipt with trees")
    return words, numbers


def _answered_by(model: Path, version: int) -> None:
    """Lay a model beside the server with the card of the first, and point at it."""
    fingerprint = json.loads((model / "manifest.json").read_text("utf-8"))["fingerprint"]
    place = _FOLDER / "models" / fingerprint
    shutil.copytree(model, place)
    cards = _FOLDER / "cards"
    cards.mkdir(exist_ok=True)
    shutil.copy("artifacts/sample/card/card.json", cards / f"{version}.json")
    pointer = json.dumps({"fingerprint": fingerprint, "version": version})
    (_FOLDER / ".pointer").write_text(pointer, "utf-8")
    (_FOLDER / ".pointer").replace(_FOLDER / "champion.json")


def _server(at: datetime) -> AbstractContextManager[TestClient]:
    clock = Clock()
    clock.at = at
    return serving(_FOLDER, _URL, clock)


def _bring(bodies: list[leads.Body]) -> None:
    with _server(FIRST) as client:
        for method, path, body in leads.requests(bodies):
            _send(client, method, path, body)
        refresh(_URL, MAIN, FIRST)
    woken = [one["lead_id"] for one in bodies if _quiet(one)][:8]
    done = [
        {
            "lead_id": lead_id,
            "activity_id": f"{lead_id}-{kind}-{n}",
            "activity_type": kind,
            "occurred_at": (FIRST + timedelta(hours=9 + n)).isoformat(),
        }
        for n, lead_id in enumerate(woken)
        for kind in ("inquiry", "meeting")
    ]
    with _server(NOW) as client:
        _send(client, "POST", "/v1/activities", {"activities": done, "backfill": True})
    refresh(_URL, MAIN, NOW)


def _quiet(body: leads.Body) -> bool:
    """Return whether a lead that is neither won nor lost has done nothing for 70 days."""
    since = (FIRST - timedelta(days=70)).isoformat()
    latest = max((one["occurred_at"] for one in body.get("activities", ())), default="9")
    return latest < since and not body.get("outcomes")


def _send(client: TestClient, method: str, path: str, body: leads.Body) -> None:
    answer = client.request(method, path, json=body)
    if answer.is_error:
        raise RuntimeError(f"{method} {path}: {answer.text}")


def _words(client: TestClient) -> Texts:
    fixed = (*WORDS, *page_list.ABSENT)
    pages = {f"page {p} {n}": _page(client, p, n) for p in fixed for n in LANGUAGES}
    problems = {
        f"problem {name}": _text(client.request(method, path, json=body))
        for name, (method, path, body) in _FAULTY.items()
    }
    return pages | problems | {"openapi.json": _text(client.get("/openapi.json"))}


def _scores(client: TestClient, bodies: list[leads.Body], name: str) -> Texts:
    return {
        f"{name} {body['lead_id']} {n}": _text(client.post(f"/v1/score?lang={n}", json=body))
        for body in bodies
        for n in LANGUAGES
    }


def _outlooks(client: TestClient, bodies: list[leads.Body]) -> Texts:
    since = {"since": (FIRST - timedelta(days=14)).isoformat()}
    posted = {"/v1/outlook": {}, "/v1/change": since}
    return {
        f"answer {path} {body['lead_id']} {n}": _text(
            client.post(path, params=query | {"lang": n}, json=body)
        )
        for path, query in posted.items()
        for body in bodies
        for n in LANGUAGES
    }


def _shown(client: TestClient) -> list[str]:
    """List some leads of the ranking: the hottest, those that woke up, the middle, the last."""
    rows = client.get("/v1/leads?limit=1000").json()["leads"]
    ids = [row["lead_id"] for row in rows]
    woken = [row["lead_id"] for row in rows if row["woke_up_at"]]
    return list(dict.fromkeys([*ids[:2], *woken[:2], ids[len(ids) // 2], ids[-1]]))


def _stored(client: TestClient, lead_ids: list[str]) -> Texts:
    """Return what is answered and shown of leads that the server holds."""

    def similar() -> bool:
        """Check that the server has looked at past wins, which it does on its own."""
        page = _page(client, f"/leads/{lead_ids[0]}", "en")
        return "<ul" in page.partition('id="similar"')[2].partition("</section>")[0]

    _wait(similar)
    answers = [f"/v1/leads/{one}/{what}" for one in lead_ids for what in ("score", "history")]
    answers += ["/v1/leads?limit=1000", "/v1/model"]
    shown = [*page_list.addresses(lead_ids[0]), *page_list.files()]
    pages = [one for one in shown if one not in WORDS] + [f"/leads/{one}" for one in lead_ids[1:]]
    answered = {
        f"answer {p} {n}": client.get(in_language(p, n)) for p in answers for n in LANGUAGES
    }
    return {name: _text(answer) for name, answer in answered.items()} | {
        f"page {p} {n}": _page(client, p, n) for p in pages for n in LANGUAGES
    }


def _page(client: TestClient, path: str, language: str) -> str:
    return _text(client.get(in_language(path, language), headers=_BROWSER))


def _text(answer: Response) -> str:
    """Return status and text of an answer, without what chance has drawn."""
    return f"{answer.status_code}\n" + _RECEIPT.sub("receipt", _TOKEN.sub(r"\1", answer.text))


def _wait(ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what the server does on its own.

    Raises
    ------
    RuntimeError
        If it takes too long.
    """
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise RuntimeError("the server did not get ready in time")
        time.sleep(0.1)
