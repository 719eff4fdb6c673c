"""A test of contacts by lot, from the file of calls to the ranking of a running server."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.run.workspace import Workspace
from pipelines.sample.facets.attribute_values import COMPANY_SIZE
from tests import served
from tests.small_company import PARAMS, create_company, mikomi

HELPED = "1-29名"
TEST = "calls.csv"
CHOSEN = PARAMS.replace("\ntrain:\n", "\ntrain:\n  ranking: contact_value\n") + (
    f"contacts: {{test: {TEST}}}\n"
)
BY_VALUE = {
    "en": "Ranked by contact value: where a contact adds most to the probability",
    "ja": "連絡効果の順：連絡によって確率が最も上がる順です",
}
STILL = {
    "en": "Ranked by probability, although contact value was chosen: people chose whom to contact",
    "ja": "確率順で並べています：連絡先を人が選んでいるため",
}


@pytest.fixture(scope="module")
def printed() -> list[str]:
    return []


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, printed: list[str]) -> Iterator[Path]:
    """Run everything: a test by lot that helps small companies alone, the model, the ranking."""
    folder = tmp_path_factory.mktemp("contacts")
    create_company(folder)
    (folder / "params.yaml").write_text(CHOSEN, "utf-8")
    plant_effect(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rich.console.Console.print", lambda _, *one, **__: printed.extend(one))
        assert mikomi(folder, "ingest") == 0
        test = f"export/{TEST}"
        assert mikomi(folder, "contact-value", "--contacts", test) == 0
        shutil.copy(places(folder).contact / "contact_test.csv", folder / TEST)
        assert mikomi(folder, "run") == 0
        assert mikomi(folder, "score") == 0
        yield folder


def places(folder: Path) -> Workspace:
    return Workspace("small", folder)


def plain(line: str) -> str:
    """Return a printed line without its marks."""
    return re.sub(r"\[[^]]*\]", "", line)


def plant_effect(folder: Path) -> None:
    """Write who was called by lot and who converted then: small companies alone, by the call."""
    test = pd.read_csv(folder / "export/contact_test.csv")
    leads = pd.read_csv(folder / "export/leads.csv", dtype="str").set_index("リードID")
    small = (leads[COMPANY_SIZE.label.ja].reindex(test["lead_id"]) == HELPED).to_numpy()
    assert 20 < small.sum() < len(test) / 2
    helped = 0.1 + 0.7 * small * (test["contacted"] == 1)
    luck = np.random.default_rng(1).random(len(test))
    test.assign(converted=(luck < helped).astype(int)).to_csv(folder / "export" / TEST, index=False)


def ranking(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(places(folder).scores)


def size_of(folder: Path) -> pd.Series:
    leads = pd.read_parquet(places(folder).tables / "leads")
    return leads.set_index("lead_id")[COMPANY_SIZE.name].astype("str")


def test_the_commands_say_what_was_shown_and_what_ranks(company: Path, printed: list[str]) -> None:
    lines = [str(one) for one in printed]
    (trained,) = [one for one in lines if one.startswith("[bold]train")]
    assert "contacts differs" in plain(trained)
    assert "ranked by contact_value" in plain(trained)
    assert [one for one in lines if BY_VALUE["en"] in one], lines[-1]
    for language, page in (("en", "card.html"), ("ja", "card.ja.html")):
        assert BY_VALUE[language] in (places(company).card / page).read_text("utf-8")


def test_the_ranking_is_led_by_whom_a_call_helps(company: Path) -> None:
    rows, size = ranking(company), size_of(company)
    assert rows["contact_value"].is_monotonic_decreasing
    assert not rows["probability"].is_monotonic_decreasing
    small = (size.reindex(rows["lead_id"]) == HELPED).to_numpy()
    assert small[: small.sum() // 2].all()
    assert rows.loc[small, "contact_value"].mean() > 3 * rows.loc[~small, "contact_value"].mean()
    helped = rows["call_helps"].to_numpy()
    assert rows.loc[helped, "contact_value_low"].min() > 0.0
    assert small[helped].mean() > 0.8
    assert helped[small].mean() > 0.5


def send(port: int, method: str, path: str, body: Any = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    status, answer = served.ask(port, method, path, content)
    assert status == 200, answer
    return json.loads(answer)


def ranked(port: int, leads: int) -> dict[str, Any]:
    """Wait until the server has ranked all open leads."""
    for _ in range(2_400):
        page = send(port, "GET", "/v1/leads?lang=ja&limit=1000")
        if page["waiting"] == 0 and len(page["leads"]) >= leads:
            return dict(page)
        time.sleep(0.05)
    raise AssertionError(len(page["leads"]))


def test_a_server_ranks_and_answers_with_the_numbers_of_the_batch(
    company: Path, tmp_path: Path
) -> None:
    names = ("contact_value", "contact_value_low", "contact_value_high", "call_helps")
    registry, wait = str(places(company).registry), {"MIKOMI_REFRESH_SECONDS": "0.1"}
    with served.server(tmp_path, MIKOMI_REGISTRY=registry, **wait) as (_, port):
        assert mikomi(company, "send", "--to", f"http://127.0.0.1:{port}") == 0
        page = ranked(port, len(ranking(company)))
        at = page["leads"][0]["as_of"]
        first, *_, last = (one["lead_id"] for one in page["leads"])
        answers = {one: send(port, "GET", f"/v1/leads/{one}/score") for one in (first, last)}
        alone = send(port, "POST", "/v1/score", served.body(3))
        again = send(port, "POST", f"/v1/receipts/{alone['receipt_id']}/replay")
        pages = {one: served.ask(port, "GET", f"/?lang={one}")[1].decode() for one in BY_VALUE}
    assert page["ranked_by"]["by"] == "contact_value"
    assert BY_VALUE["ja"] in page["ranked_by"]["sentence"]
    assert all(BY_VALUE[one] in text for one, text in pages.items())
    rows = {one["lead_id"]: {name: one[name] for name in names} for one in page["leads"]}
    assert mikomi(company, "score", "--as-of", at, "--out", "then.parquet") == 0
    batch = pd.read_parquet(company / "then.parquet").set_index("lead_id")
    assert set(batch.index) == set(rows)
    assert batch.loc[[*rows], list(names)].to_dict("records") == [*rows.values()]
    for lead_id, answer in answers.items():
        assert {name: answer[name] for name in names} == rows[lead_id]
    assert again == alone
    assert alone["contact_value_low"] < alone["contact_value"] < alone["contact_value_high"]


def test_where_people_chose_it_stays_silent_and_says_so(company: Path, tmp_path: Path) -> None:
    test = pd.read_csv(company / TEST).drop(columns="chance")
    test.to_csv(company / TEST, index=False)
    before = shutil.copytree(places(company).model, tmp_path / "model")
    try:
        assert mikomi(company, "train") == 0
        model, out = str(places(company).model), str(tmp_path / "still.parquet")
        with pytest.MonkeyPatch.context() as patch:
            lines: list[str] = []
            patch.setattr("rich.console.Console.print", lambda _, *one, **__: lines.extend(one))
            assert mikomi(company, "score", "--model", model, "--out", out) == 0
    finally:
        shutil.rmtree(places(company).model)
        shutil.move(before, places(company).model)
    assert STILL["en"] in str(lines)
    rows = pd.read_parquet(out)
    assert "contact_value" not in rows
    assert rows["probability"].is_monotonic_decreasing
