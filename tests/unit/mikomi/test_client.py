"""The typed client: complete against the description of the API, and in need of httpx alone."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from docs import api_client
from mikomi.client import ApiProblem, AsyncClient, Client
from mikomi.client.async_calls import AsyncCalls
from mikomi.client.calls import Calls
from serve.routes.openapi import operations
from tests import served
from tests.clocked import LOCAL
from tests.unit.mikomi.conftest import Office, run

ROOT = Path(__file__).parents[3]
DOCUMENT = api_client.description()
ALONE = """
import sys
sys.path.insert(0, {product!r})
import mikomi.client
loaded = {{name.split(".")[0] for name in sys.modules if sys.modules[name] is not None}}
heavy = {{"features", "models", "pipelines", "serve", "numpy", "pandas", "pydantic", "msgspec"}}
print(sorted(loaded & heavy))
"""


def stale(document: dict[str, Any]) -> list[str]:
    """Name the files that differ from what the description of the API makes."""
    files = api_client.files(document)
    return [path for path, text in files.items() if (ROOT / path).read_text("utf-8") != text]


def test_the_client_has_every_route_and_field() -> None:
    assert stale(DOCUMENT) == []
    methods = {one.name for one in api_client.calls(DOCUMENT)}
    assert methods <= {*dir(Calls)}
    assert methods <= {*dir(AsyncCalls)}
    assert len(methods) == len([*operations(DOCUMENT)])


def test_a_route_or_field_that_is_missing_is_noticed() -> None:
    """The planted faults: a route more, a field more, a field whose type is another."""
    more = copy.deepcopy(DOCUMENT)
    more["paths"]["/v1/forecast"] = {"get": copy.deepcopy(DOCUMENT["paths"]["/v1/model"]["get"])}
    more["paths"]["/v1/forecast"]["get"]["operationId"] = "forecast_v1_forecast_get"
    assert {Path(one).name for one in stale(more)} == {"calls.py", "async_calls.py", "mikomi.d.ts"}
    field = copy.deepcopy(DOCUMENT)
    field["components"]["schemas"]["ScoreAnswer"]["properties"]["mood"] = {"type": "string"}
    assert {Path(one).name for one in stale(field)} == {"scores.py", "mikomi.d.ts"}
    other = copy.deepcopy(DOCUMENT)
    other["components"]["schemas"]["FeedbackBody"]["properties"]["note"] = {"type": "integer"}
    assert {Path(one).name for one in stale(other)} == {"bodies.py", "mikomi.d.ts"}


def test_two_routes_of_one_name_are_refused() -> None:
    same = copy.deepcopy(DOCUMENT)
    same["paths"]["/v1/other"] = copy.deepcopy(DOCUMENT["paths"]["/v1/model"])
    with pytest.raises(ValueError, match="share the names"):
        api_client.calls(same)


def test_importing_the_client_loads_httpx_and_nothing_of_the_product() -> None:
    script = ALONE.format(product=str(ROOT))
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/"
    )
    assert json.loads(done.stdout.replace("'", '"')) == []


@pytest.mark.skipif(shutil.which("tsc") is None, reason="no TypeScript compiler on this machine")
def test_typescript_compiles_the_types() -> None:
    command = ["tsc", "--noEmit", "--strict", str(ROOT / "mikomi/client/mikomi.d.ts")]
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own words


def test_typescript_types_name_every_schema_and_call() -> None:
    text = (ROOT / "mikomi/client/mikomi.d.ts").read_text("utf-8")
    for name, schema in DOCUMENT["components"]["schemas"].items():
        _, _, body = text.partition(f"export interface {name} {{\n")
        fields = {line.split(":")[0].strip(" ?") for line in body.partition("}")[0].splitlines()}
        assert fields == {*schema.get("properties", {})}, name
    for path, method, _ in operations(DOCUMENT):
        assert f'"{method.upper()} {path}":' in text
    assert text.count("{") == text.count("}")


def test_both_clients_answer_as_the_server(office: Office) -> None:
    sent: Any = served.body(9)
    with office.client as client:
        here = client.score(sent, lang="ja")
        assert client.health() == {"status": "ok"} or client.health()
        assert client.ranking(limit=2)["total"] >= 6
        listed = client.lead_activities("L-1", limit=2)
        assert "mikomi" in client.metrics()
        assert client.receipt(here["receipt_id"]) == here
        client.feedback(here["receipt_id"], {"verdict": "agreed"})

    async def waited() -> Any:
        async with office.waiting as client:
            return await client.score(sent, lang="ja"), await client.lead_activities("L-1", limit=2)

    there, again = run(waited())
    assert again == listed
    assert len(listed["activities"]) == 2
    assert listed["total"] == 8
    assert {**here, "receipt_id": ""} == {**there, "receipt_id": ""}


def test_a_refusal_is_a_problem_with_its_faults(office: Office) -> None:
    with office.client as client:
        with pytest.raises(ApiProblem) as refused:
            client.score({"lead_id": "x"})  # type: ignore[typeddict-item]
        with pytest.raises(ApiProblem, match="404"):
            client.lead("a/b?c")
        with pytest.raises(ApiProblem, match="limit"):
            client.lead_activities("L-1", limit=0)
    assert refused.value.status == 422
    assert refused.value.faults[0]["found"] == "$.created_at: nothing"


def test_a_problem_tells_when_to_come_again() -> None:
    def busy(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer mk_1"
        return httpx.Response(429, headers={"Retry-After": "7"}, text="slow down")

    client = Client(LOCAL, "mk_1", transport=httpx.MockTransport(busy))
    with client, pytest.raises(ApiProblem) as refused:
        client.model()
    assert refused.value.retry_after == 7.0
    assert refused.value.title == "Too Many Requests"


def test_a_flag_of_a_query_is_written_in_lower_case() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=dict(request.url.params))

    async def waited() -> Any:
        async with AsyncClient(LOCAL, transport=httpx.MockTransport(echo)) as client:
            return await client.lead("L-1", curve=True)

    assert run(waited()) == {"curve": "true"}
