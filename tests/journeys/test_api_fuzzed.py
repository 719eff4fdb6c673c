"""The whole API under generated requests, good and bad: never a defect, always a problem."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from serve.scoring.pointer import point
from tests import served

EXAMPLES = 10


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import schemathesis  # noqa: PLC0415 - slow to import, for this test alone

    folder = tmp_path_factory.mktemp("fuzzed")
    point(folder, served.lay_down(folder), 1)
    with served.server(folder) as (_, port):
        yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")


@pytest.mark.parametrize("bodies", ["positive", "negative"])
def test_no_request_is_a_defect(api: Any, bodies: str) -> None:
    from schemathesis import GenerationMode  # noqa: PLC0415 - as above

    mode = GenerationMode(bodies)
    operations = [one.ok() for one in api.get_all_operations()]
    assert len(operations) >= 8
    tested = [one for one in operations if one.body or mode is GenerationMode.POSITIVE]
    assert len(tested) >= 3
    for operation in tested:
        _try(operation.as_strategy(generation_mode=mode))


def _try(cases: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def answered(case: Any) -> None:
        response = case.call()
        assert response.status_code < 500, (response.status_code, response.text)
        if response.status_code >= 400:
            assert "application/problem+json" in str(response.headers["content-type"])

    answered()
