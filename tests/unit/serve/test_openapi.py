"""The description of the API is whole: a client can be made from it, and its examples are true."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from serve.app import create_app
from serve.http.access import KEYED, scope_of
from serve.http.problems import MEDIA_TYPE, TABLE
from serve.routes.openapi import operations
from serve.settings import Settings


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("described")
    url = f"sqlite:///{folder / 'm.db'}"
    described: dict[str, Any] = create_app(Settings(models=folder, database_url=url)).openapi()
    return json.loads(json.dumps(described))


def validate(document: dict[str, Any]) -> None:
    import openapi_spec_validator  # noqa: PLC0415 - slow to import, for these tests alone

    openapi_spec_validator.validate(document)


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return what is sent and answered, by status and media type."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", media, content
    for status, answer in operation["responses"].items():
        for media, content in answer.get("content", {}).items():
            yield status, media, content


def lacks(document: dict[str, Any]) -> list[str]:
    """List what a maker of clients would miss."""
    missing, names = [], []
    for path, method, operation in operations(document):
        names.append(operation["operationId"])
        of_one = [*of_call(path, method, operation), *of_contents(operation)]
        missing += [f"{method} {path}: {one}" for one in of_one]
    return missing + [f"{one} twice" for one in set(names) if names.count(one) > 1]


def of_call(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    statuses = set(operation["responses"])
    if not operation.get("summary") or not operation.get("tags"):
        yield "no words"
    if path.startswith(KEYED):
        if not {"401", "403", "429", "503"} <= statuses:
            yield "no problems"
        if operation.get("x-scope") != scope_of(method.upper(), path):
            yield "no scope"
    if "requestBody" in operation and not {"408", "413", "422"} <= statuses:
        yield "no problems of bodies"
    if "204" not in statuses and "content" not in operation["responses"].get("200", {}):
        yield "no answer"


def of_contents(operation: dict[str, Any]) -> Iterator[str]:
    for status, media, content in contents(operation):
        if "schema" not in content:
            yield f"{status} without a schema"
        if status[0] in "45" and (media != MEDIA_TYPE or "example" not in content):
            yield f"{status} is no problem with an example"
        if status == "request" and "example" not in content:
            yield "a body without an example"


def test_it_is_valid_and_nothing_lacks(document: dict[str, Any]) -> None:
    validate(document)
    assert len(list(operations(document))) >= 19
    assert lacks(document) == []


def test_every_example_is_what_its_schema_says(document: dict[str, Any]) -> None:
    checked = 0
    for _, _, operation in operations(document):
        for _, _, content in contents(operation):
            if "example" in content:
                schema = content["schema"] | {"components": document["components"]}
                jsonschema_rs.Draft202012Validator(schema).validate(content["example"])
                checked += 1
    assert checked > 100


def test_every_problem_of_the_table_is_described_somewhere(document: dict[str, Any]) -> None:
    described = {status for _, _, one in operations(document) for status in one["responses"]}
    defects = {"500"}
    assert {str(problem.status) for problem in TABLE.values()} - defects <= described


@pytest.mark.parametrize("fault", ["schema", "example", "problems", "valid"])
def test_planted_fault_something_left_out_is_noticed(document: dict[str, Any], fault: str) -> None:
    broken = copy.deepcopy(document)
    score = broken["paths"]["/v1/score"]["post"]
    if fault == "schema":
        del score["responses"]["200"]["content"]["application/json"]["schema"]
    elif fault == "example":
        del score["requestBody"]["content"]["application/json"]["example"]
    elif fault == "problems":
        del score["responses"]["503"]
    else:
        score["responses"] = ["200"]
        with pytest.raises(Exception, match="200"):
            validate(broken)
        return
    assert len(lacks(broken)) == 1


def test_it_names_no_address_of_another_machine(document: dict[str, Any]) -> None:
    assert [one["url"] for one in document["servers"]] == ["/"]


def test_the_description_is_the_one_that_is_served(
    document: dict[str, Any], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    app = create_app(Settings(models=tmp_path, database_url=url))
    assert json.loads(json.dumps(app.openapi())) == document
